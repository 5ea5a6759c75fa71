"""Duties against their deadlines at a moment: by desk and rule, by both deadlines, and what nobody can judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl


@dataclass(frozen=True, slots=True)
class Lateness:
    """The duties of a desk, or of one of its rules.

    owed          all that could be done by now and did not fall away
    in_time, met_late, missed, open_late, open_in_time   of what can be judged, against the deadline that counts from when
                  the desk could have known; missed: its time closed undone
    late_event    how many were or are late against the deadline that counts from the event itself
    ended         fell away or were waived
    not_recorded  could not have been recorded by the source, done or not: never late
    median_late   minutes past the deadline of those that were or are late; None where none is
    """

    desk: str
    rule: str
    owed: int
    in_time: int
    met_late: int
    missed: int
    open_late: int
    open_in_time: int
    late_event: int
    ended: int
    not_recorded: int
    median_late: float | None

    @property
    def late(self) -> int:
        """Late in any way, by the deadline from when it could be known."""
        return self.met_late + self.missed + self.open_late

    @property
    def judged(self) -> int:
        """What was due and can be judged."""
        return self.in_time + self.late


_SUMS = (
    "owed",
    "in_time",
    "met_late",
    "missed",
    "open_late",
    "open_in_time",
    "late_event",
    "ended",
    "not_recorded",
)


def by_desk_and_rule(duties: pl.DataFrame, at: datetime) -> list[Lateness]:
    """A row for each desk (rule "") followed by one for each of its rules, desks in the order of their names."""
    marked = _marked(duties, at)
    rows: list[Lateness] = []
    of_desks = _summed(marked, ["desk"])
    of_rules = _summed(marked, ["desk", "rule"])
    for desk in sorted(of_desks):
        rows.append(_row(desk[0], "", of_desks[desk]))
        rows += [_row(key[0], key[1], of_rules[key]) for key in sorted(of_rules) if key[0] == desk[0]]
    return rows


def in_all(duties: pl.DataFrame, at: datetime) -> Lateness:
    """All duties together."""
    marked = _marked(duties, at).with_columns(pl.lit("").alias("desk"))
    summed = _summed(marked, ["desk"])
    return _row("", "", summed.get(("",), dict.fromkeys(_SUMS, 0) | {"median_late": None}))


def _marked(duties: pl.DataFrame, at: datetime) -> pl.DataFrame:
    now = pl.lit(at)
    met, ended = pl.col("met_at").is_not_null(), pl.col("ended_at").is_not_null()
    can = pl.col("recordable")
    undone = ~met & ~ended
    closed = (pl.col("closes_at") <= now).fill_null(value=False)
    past = pl.col("due_known") < now
    until = pl.coalesce("met_at", pl.when(closed).then("closes_at"), now)
    late = can & ~(ended & ~met) & (until > pl.col("due_known"))
    return duties.filter(pl.col("opens_at") <= now).with_columns(
        owed=~(ended & ~met),
        in_time=met & can & ~late,
        met_late=met & late,
        missed=undone & can & closed,
        open_late=undone & late & ~closed,
        open_in_time=undone & ~past & ~closed,
        late_event=can & ~(ended & ~met) & (until > pl.col("due_event")),
        ended=ended & ~met,
        not_recorded=~can & ~ended & (met | past),
        median_late=pl.when(late).then((until - pl.col("due_known")).dt.total_seconds() / 60),
    )


def _summed(marked: pl.DataFrame, keys: list[str]) -> dict[tuple[str, ...], dict[str, float | None]]:
    summed = marked.group_by(keys).agg(
        *(pl.col(name).sum() for name in _SUMS if name not in keys), pl.col("median_late").median()
    )
    return {tuple(str(row[key]) for key in keys): row for row in summed.iter_rows(named=True)}


def _row(desk: str, rule: str, row: dict[str, float | None]) -> Lateness:
    numbers = {name: int(row[name] or 0) for name in _SUMS}
    return Lateness(desk, rule, **numbers, median_late=row["median_late"])
