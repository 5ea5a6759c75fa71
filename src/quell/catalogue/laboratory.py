"""The laboratory: tubes arrive, are read, and what they say is final, or is not."""

from __future__ import annotations

from typing import Annotated

from quell.catalogue.fact import (
    CodeOf,
    Count,
    Ct,
    Fact,
    Identifier,
    Moment,
    OrganisationId,
    PersonId,
    TubeId,
    fact,
)


@fact("tube.shipped", subject="tube")
class TubeShipped(Fact, frozen=True):
    """A tube left the sampling place."""

    laboratory: OrganisationId


@fact("tube.received", subject="tube")
class TubeReceived(Fact, frozen=True):
    """A tube reached the laboratory."""

    laboratory: OrganisationId


@fact("tube.rejected", subject="tube")
class TubeRejected(Fact, frozen=True):
    """A tube could not be read: leaking, unlabelled, too old."""

    reason: Annotated[str, CodeOf("rejection_reason")]


@fact("tube.resulted", subject="tube")
class TubeResulted(Fact, frozen=True):
    """The laboratory read a tube.

    ct is that of the N gene, ct_orf that of ORF1ab, both in cycles.
    """

    result: Annotated[str, CodeOf("test_result")]
    ct: Ct | None = None
    ct_orf: Ct | None = None
    assay: Annotated[str, CodeOf("assay")] = "pcr"
    laboratory: OrganisationId | None = None


@fact("person.tested", subject="person")
class PersonTested(Fact, frozen=True):
    """A person's own test was read, where no tube is known: an antigen test, a clinic's message, a line list."""

    result: Annotated[str, CodeOf("test_result")]
    assay: Annotated[str, CodeOf("assay")] = "pcr"
    ct: Ct | None = None
    sampled_on: Moment | None = None


@fact("genome.sequenced", subject="person")
class GenomeSequenced(Fact, frozen=True):
    """A pathogen genome was read; the sequence itself lies in a file of this accession."""

    accession: Identifier
    lineage: Identifier | None = None


@fact("genomes.compared", subject="person")
class GenomesCompared(Fact, frozen=True):
    """Two genomes differ in so many single nucleotides."""

    other: PersonId
    differences: Count


@fact("laboratory.capacity_stated", subject="organisation")
class LaboratoryCapacityStated(Fact, frozen=True):
    """A laboratory can read so many tubes a day, with so long a turnaround."""

    tubes_per_day: Count
    turnaround_minutes: Count


@fact("tube.mixed_up", subject="tube")
class TubeMixedUp(Fact, frozen=True):
    """A tube's label or content was exchanged with another's."""

    other: TubeId
