"""How a file's rows become facts: the envelope that all share, the ids, and the days that rows leave open."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from quell.catalogue.fact import Fact
from quell.exchange.countries import country
from quell.exchange.rows import ReadRow
from quell.tables.definitions import KNOWN_BY

DATED_BY = ("confirm_date", "report_date", "onset_date", "rash_date", "sample_date", "admission_date", "death_date",
            "recovery_date", "outcome_date", "infection_date")  # fmt: skip
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Stated:
    """A fact, and the day on which it was known: what was known later than a given day can be left out."""

    fact: Fact
    known: date


@dataclass(frozen=True, slots=True)
class Dataset:
    """What all facts of one dataset share.

    slug   names the dataset in every id, so that two datasets with a case 1 never mix
    first  the first day in the data; last: the last one, which stands in where a row gives no day
    """

    slug: str
    jurisdiction: str
    zone: str
    first: date
    last: date

    @property
    def outbreak(self) -> str:
        """The outbreak's id."""
        return f"outbreak:{self.slug}"

    @property
    def source(self) -> str:
        """The source of every fact."""
        return f"file:{self.slug}"

    def person(self, identity: str) -> str:
        """The subject id of a person of this dataset."""
        return f"person:{self.slug}/{identity}"

    def other(self, kind: str, identity: str) -> str:
        """The subject id of a household, group or place of this dataset."""
        written = "_".join(identity.split())
        if len(written) > _LONGEST:
            written = f"{written[:_LONGEST]}-{hashlib.sha256(written.encode()).hexdigest()[:8]}"
        return f"{kind}:{self.slug}/{written}"

    def envelope(self, key: str, day: date | None, row: ReadRow | None = None) -> dict[str, Any]:
        """The fields that every fact has. A fact without a day of its own is dated on the dataset's last day.

        key  the row and what it says; with the dataset it is the fact's id, so that reading again changes nothing
        """
        return {
            "occurred": (day or self.last).isoformat(),
            "jurisdiction": self._answers(row),
            "zone": self.zone,
            "outbreaks": (self.outbreak,),
            "source": self.source,
            "source_id": "_".join((key if day else f"{key}@{self.last.isoformat()}").split())[:200],
        }

    def _answers(self, row: ReadRow | None) -> str:
        stated = row.values.get("country") if row else None
        found = country(stated) if stated else None
        return found[0] if found else self.jurisdiction


def learned(row: ReadRow, occurred: date) -> str | None:
    """When the source learned of it: the day on which it knew of the case, where that is not before it happened.

    A list that names no day of report knew of the case when it was confirmed, admitted, sampled or fell ill: without this an
    onset would seem to have been known on the day itself, which is hindsight.
    """
    known = row.day(*KNOWN_BY)
    return known.isoformat() if known and known >= occurred else None
