"""The catalogue: every kind of fact that a response can state, told in the order of the story.

Read the chapters from top to bottom and you have read a response:

    people, places      who and where
    outbreaks           what we are dealing with, and under which protocol
    screening           a round goes over an area, tubes are filled
    laboratory          tubes arrive and are read
    chase               the people of a positive tube are found
    isolation           people are held, isolated, released
    investigation       a case is a case; where it was, when it fell ill
    contacts            whom it met
    transfer            people ride to a bed
    facilities          beds, stays, disinfection
    zones               areas close and open
    needs               what people ask for, and who brought it
    staff               who works, who rests
    directives          orders down, acknowledgements up
    inspections         faults found, mended, verified
    notices             what one authority tells another
    keeping             corrections, duties, erasure: the book about the book
"""

from quell.catalogue import (  # noqa: F401 - each chapter enters its kinds in the register when imported
    chase,
    contacts,
    directives,
    facilities,
    inspections,
    investigation,
    isolation,
    keeping,
    laboratory,
    needs,
    notices,
    outbreaks,
    people,
    places,
    screening,
    staff,
    transfer,
    zones,
)
from quell.catalogue.fact import REGISTER, Fact, FactError, FactKind

__all__ = ["REGISTER", "Fact", "FactError", "FactKind"]
