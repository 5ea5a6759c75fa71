"""Investigation: what kind of case, since when ill, where found, where they were, what became of them."""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import (
    Celsius,
    CodeOf,
    Fact,
    Identifier,
    PersonId,
    PlaceId,
    SubjectId,
    VaultId,
    fact,
)


@fact("case.classified", subject="person")
class CaseClassified(Fact, frozen=True):
    """A person was classified: suspected, probable, confirmed, asymptomatic, or not a case.

    A conversion between asymptomatic and confirmed is another such fact, so that totals agree.
    """

    classification: Annotated[str, CodeOf("classification")]
    found_in: Annotated[str, CodeOf("found_in")] | None = None
    disease: Annotated[str, CodeOf("disease")] | None = None


@fact("case.reported", subject="person")
class CaseReported(Fact, frozen=True):
    """A case was reported to the authority."""

    to: Annotated[str, CodeOf("report_channel")] = "authority"


@fact("symptoms.began", subject="person")
class SymptomsBegan(Fact, frozen=True):
    """The first symptoms, the onset; or one named symptom such as a rash, which some rules count from."""

    symptom: Annotated[str, CodeOf("symptom")] = "any"


@fact("symptoms.observed", subject="person")
class SymptomsObserved(Fact, frozen=True):
    """What was seen of a person's illness at a moment."""

    symptoms: tuple[Annotated[str, CodeOf("symptom")], ...] = ()
    temperature: Celsius | None = None
    severity: Annotated[str, CodeOf("severity")] | None = None


@fact("symptoms.ended", subject="person")
class SymptomsEnded(Fact, frozen=True):
    """All symptoms were over; or one named symptom was, such as a rash that healed to fresh skin."""

    symptom: Annotated[str, CodeOf("symptom")] = "any"


@fact("case.hospitalised", subject="person")
class CaseHospitalised(Fact, frozen=True):
    """A case was taken into a hospital, where no bed of ours is known."""

    hospital: PlaceId | None = None


@fact("case.recovered", subject="person")
class CaseRecovered(Fact, frozen=True):
    """A case recovered or was discharged."""


@fact("case.outcome_known", subject="person")
class CaseOutcomeKnown(Fact, frozen=True):
    """It is known how a case ended; a death that has a date is ``person.died``."""

    outcome: Annotated[str, CodeOf("outcome")]


@fact("exposure.reported", subject="person")
class ExposureReported(Fact, frozen=True):
    """A case says when and where it may have been infected; ``occurred`` is the time of exposure."""

    place: PlaceId | None = None
    setting: Annotated[str, CodeOf("setting")] | None = None
    travel_from: Identifier | None = None


@fact("visit.reported", subject="person")
class VisitReported(Fact, frozen=True):
    """A person was at a place; ``occurred`` is from entering to leaving. Movement records lie in the vault."""

    record: VaultId
    place: PlaceId | None = None


@fact("interview.held", subject="person")
class InterviewHeld(Fact, frozen=True):
    """An investigator interviewed a person; what was said lies in the vault."""

    completeness: Annotated[str, CodeOf("interview_completeness")]
    notes: VaultId | None = None


@fact("investigation.reported", subject="person")
class InvestigationReported(Fact, frozen=True):
    """The first investigation report of a case was filed."""


@fact("infector.reported", subject="person")
class InfectorReported(Fact, frozen=True):
    """An investigator named who infected this case; the inferred chain is another thing."""

    infector: PersonId
    setting: Annotated[str, CodeOf("setting")] | None = None
    certainty: Annotated[str, CodeOf("certainty")] | None = None


@fact("case.linked", subject="person")
class CaseLinked(Fact, frozen=True):
    """A case was linked to a cluster, venue or event."""

    to: SubjectId
    certainty: Annotated[str, CodeOf("certainty")] | None = None


@fact("chain.accepted", subject="outbreak")
class ChainAccepted(Fact, frozen=True):
    """An investigator accepted an inferred link, having been shown this run."""

    case: PersonId
    infector: PersonId
    run: Identifier
