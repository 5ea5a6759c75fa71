"""What a check finds, as values that print well and turn into a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from quell.engines.quality.words import COLUMNS, FINDINGS, RULES, SOURCES, WEEKDAYS, Language

Group = Literal["missing", "impossible", "improbable"]
GROUPS: tuple[Group, ...] = ("missing", "impossible", "improbable")
_TABLE = {
    "group": pl.String,
    "check": pl.String,
    "column": pl.String,
    "count": pl.Int64,
    "of": pl.Int64,
    "told": pl.String,
    "rule": pl.String,
    "source": pl.String,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    check    a code of ``quell.engines.quality.words.FINDINGS``
    columns  which columns it is about, the earlier first
    count    how many rows; of: out of how many that could show it
    cases    case_ids, for investigators only: a report gives counts
    values   figures of the sentence
    """

    group: Group
    check: str
    columns: tuple[str, ...]
    count: int
    of: int
    cases: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)

    def told(self, language: Language) -> str:
        """The sentence, without the count."""
        names = [COLUMNS.get(name, {}).get(language, name) for name in self.columns]
        filled = {f"c{place}": name for place, name in enumerate(names)} | self.values
        if self.check == "weekday":
            filled |= {f"{which}_day": WEEKDAYS[language][self.values[which]] for which in ("most", "least")}
        return FINDINGS[self.check][language].format(**filled)

    def rule(self, language: Language) -> str:
        """By which rule it was found; "" where the sentence says it."""
        return RULES.get(self.check, {}).get(language, "")

    @property
    def source(self) -> str:
        """Where the method comes from; "" where it needs none."""
        return SOURCES.get(self.check, "")


@dataclass(frozen=True, slots=True)
class Quality:
    """Everything that was found in a line list of so many cases. absent: columns that this list does not have at all."""

    cases: int
    findings: tuple[Finding, ...]
    absent: tuple[str, ...]

    def of(self, group: Group) -> list[Finding]:
        """The findings of a group, the most frequent first."""
        return sorted(
            (f for f in self.findings if f.group == group), key=lambda f: (-f.count, f.check, f.columns)
        )

    @property
    def table(self) -> pl.DataFrame:
        """A row for each finding, in English; no ids."""
        rows = [
            {
                "group": f.group,
                "check": f.check,
                "column": ", ".join(f.columns),
                "count": f.count,
                "of": f.of,
                "told": f.told("en"),
                "rule": f.rule("en"),
                "source": f.source,
            }
            for group in GROUPS
            for f in self.of(group)
        ]
        return pl.DataFrame(rows, schema=_TABLE)

    def __str__(self) -> str:
        """A line for each finding."""
        lines = [f"{self.cases} cases"]
        if self.absent:
            lines.append(f"not in this list: {', '.join(self.absent)}")
        for group in GROUPS:
            lines += [f"{group}: {f.told('en')}: {f.count} of {f.of}" for f in self.of(group)]
        return "\n".join(lines)
