"""Laboratory files: pooled tubes and their results, read whole or not at all, tube by tube.

Two shapes are read. One row for each tube, its people in one cell::

    tube_id,result,ct,sampled_at,resulted_at,pool_size,members
    0417-228,positive,31.2,2022-07-13 14:05,2022-07-14 02:10,10,P1;P2;P3

or one row for each person of each tube, with ``person_id`` in place of ``members`` and the rest repeated. Column
names and results may be English or Chinese. A row with a fault is set aside; where the rows of a tube disagree, the
whole tube is. Nothing is mended, and nothing that can be read in two ways is guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import quell.catalogue  # noqa: F401 - every chapter enters its kinds before facts are checked
from quell.catalogue.fact import Fact, FactError, checked
from quell.catalogue.laboratory import TubeResulted
from quell.catalogue.screening import TubeSampled
from quell.catalogue.when import WhenError, parse, zone_named
from quell.exchange.columns import Mapping, propose
from quell.exchange.dates import DayOrder, read_moment
from quell.exchange.problems import FileRefused, Problem, ValueRefused
from quell.exchange.reading import RawTable, Row
from quell.exchange.sources import read_tables
from quell.exchange.values import is_missing, read_id, read_number, read_person_id, read_whole
from quell.exchange.words import plain, read_code
from quell.tables.definitions import TUBES

SIZES = (1, 5, 10, 20)
LARGEST = SIZES[-1]
CT_RANGE = (1.0, 60.0)
AHEAD = timedelta(minutes=10)
SOURCE = "laboratory"

_NO_CT = frozenset({"noct", "undetermined", "undet", "未检出", "notdetected"})
_SEPARATOR = re.compile(r"\s*[;|；｜]\s*")


@dataclass(frozen=True, slots=True)
class ResultsFile:
    """What a laboratory's file says.

    facts     tubes sampled and tubes resulted, ready for record()
    problems  every fault, by line and column; what they concern is not among the facts
    refused   whether the file was refused whole
    rows      how many rows it has, besides the header
    tubes     how many tubes were taken; notes: what was assumed, and which columns were not read
    """

    facts: list[Fact]
    problems: list[Problem]
    refused: bool
    rows: int
    tubes: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _TubeRow:
    """One row, read."""

    line: int
    tube: str
    members: tuple[str, ...]
    sampled_at: str | None
    resulted_at: str | None
    pool_size: int | None
    result: str | None
    ct: float | None
    ct_orf: float | None
    purpose: str | None
    assay: str | None

    def said(self) -> tuple[Any, ...]:
        """What every row of a tube must say alike."""
        return (
            self.sampled_at,
            self.resulted_at,
            self.pool_size,
            self.result,
            self.ct,
            self.ct_orf,
            self.purpose,
            self.assay,
        )


def read_results(
    data: bytes,
    filename: str,
    *,
    outbreak: str,
    jurisdiction: str,
    zone: str,
    now: datetime,
    dates: DayOrder | None = None,
) -> ResultsFile:
    """Read a laboratory's file.

    outbreak  ``outbreak:…``; zone: where a time without an offset was written; now: nothing may lie after it
    dates     dmy or mdy, where somebody said how the laboratory writes 03/04/2022

    The same tube's result in another file is the same fact: its id comes from tube, kind and time, not from the file.
    """
    try:
        raw = _with_tubes(read_tables(data, filename))
        mapping = propose(raw.header, TUBES, [row.cells for row in raw.rows])
        _check_columns(mapping, filename)
        zone_named(zone)
    except FileRefused as error:
        return ResultsFile([], [error.problem], refused=True, rows=0)
    except WhenError as error:
        return ResultsFile([], [Problem(None, None, zone, str(error))], refused=True, rows=0)
    reader = _Reader(mapping, zone, now, dates)
    good = [found for row in raw.rows if (found := reader.row(row)) is not None]
    where = {"jurisdiction": jurisdiction, "zone": zone, "outbreaks": (outbreak,), "source": SOURCE}
    facts: list[Fact] = []
    taken = 0
    by_tube: dict[str, list[_TubeRow]] = {}
    for found in good:
        by_tube.setdefault(found.tube, []).append(found)
    for tube, rows in by_tube.items():
        if tube in reader.bad_tubes:
            reader.set_aside(
                rows, f"other rows of tube {tube} have faults, and a tube is taken whole or not at all"
            )
            continue
        stated = reader.tube(rows, where)
        facts.extend(stated)
        taken += bool(stated)
    problems = sorted(reader.problems, key=lambda each: (each.row or 0, each.column or ""))
    return ResultsFile(facts, problems, refused=False, rows=len(raw.rows), tubes=taken, notes=_notes(mapping))


def _with_tubes(tables: list[RawTable]) -> RawTable:
    """Of the sheets of a workbook the first that has tubes; else the first."""
    return next((raw for raw in tables if "tube_id" in propose(raw.header, TUBES).found), tables[0])


def _check_columns(mapping: Mapping, filename: str) -> None:
    if mapping.doubtful:
        heading, name = next(iter(mapping.doubtful.items()))
        raise FileRefused(
            f"{filename}: both {mapping.heading(name)!r} and {heading!r} mean {name}; keep one", 1, heading
        )
    if "tube_id" not in mapping.found:
        raise FileRefused(f"{filename} has no column with the tube's number; name one tube_id or 管号", 1)
    people = {"members", "person_id"} & mapping.found.keys()
    if "result" not in mapping.found and not people:
        raise FileRefused(
            f"{filename} has neither results nor people; name columns result (结果) or members (人员编号)", 1
        )
    if "result" in mapping.found and "resulted_at" not in mapping.found:
        raise FileRefused(
            f"{filename} does not say when tubes were read; name a column resulted_at or 出结果时间", 1
        )
    if people and "sampled_at" not in mapping.found:
        raise FileRefused(
            f"{filename} names people and not when they were swabbed; name a column sampled_at or 采样时间", 1
        )


def _notes(mapping: Mapping) -> list[str]:
    notes = [f"column {heading!r} is not read: {reason}" for heading, reason in mapping.left_out.items()]
    if mapping.unused:
        notes.append(f"columns that say nothing to us: {', '.join(mapping.unused)}")
    if {"members", "person_id"} & mapping.found.keys() and "pool_size" not in mapping.found:
        notes.append(
            "the size of the tubes is not said; the smallest of 1, 5, 10 and 20 that holds the people is taken"
        )
    return notes


class _Reader:
    """Reads rows and tubes, gathering problems."""

    def __init__(self, mapping: Mapping, zone: str, now: datetime, dates: DayOrder | None) -> None:
        self.mapping = mapping
        self.zone = zone
        self.now = now
        self.dates = dates
        self.problems: list[Problem] = []
        self.bad_tubes: set[str] = set()

    def row(self, row: Row) -> _TubeRow | None:
        """A row as values; None when it has a fault, which is then among the problems."""
        before = len(self.problems)
        if row.faults:
            self.problems.extend(row.faults)
        tube = self._read(row, "tube_id", read_id, needed=True)
        found = None
        if not row.faults:
            sampled_at = self._moment(row, "sampled_at")
            resulted_at = self._moment(row, "resulted_at")
            found = _TubeRow(
                line=row.line,
                tube=tube or "",
                members=self._members(row),
                sampled_at=sampled_at,
                resulted_at=resulted_at,
                pool_size=self._read(row, "pool_size", _size),
                result=self._read(row, "result", lambda text: read_code(text, "test_result"), marks=False),
                ct=self._read(row, "ct", _ct),
                ct_orf=self._read(row, "ct_orf", _ct),
                purpose=self._read(row, "purpose", lambda text: read_code(text, "sampling_purpose")),
                assay=self._read(row, "assay", lambda text: read_code(text, "assay")),
            )
            self._check(row, found)
        if len(self.problems) > before:
            # Even an id that cannot be used holds its other rows back: half a tube is worse than none.
            self.bad_tubes.add(self.mapping.cell(row.cells, "tube_id"))
            return None
        return found

    def tube(self, rows: list[_TubeRow], where: dict[str, Any]) -> list[Fact]:
        """The facts of one tube, or none where its rows disagree."""
        first = rows[0]
        if any(row.said() != first.said() for row in rows):
            self.set_aside(rows, f"tube {first.tube} stands in {len(rows)} rows that say different things")
            return []
        by_person = "person_id" in self.mapping.found and "members" not in self.mapping.found
        lists = list(dict.fromkeys(row.members for row in rows))
        if not by_person and len(lists) > 1:
            self.set_aside(rows, f"tube {first.tube} stands in {len(rows)} rows that name different people")
            return []
        members = tuple(dict.fromkeys(member for named in lists for member in named))
        if problem := _too_many(members, first.pool_size):
            self.set_aside(rows, problem, "person_id" if by_person else "members")
            return []
        facts: list[Fact] = []
        if members and first.sampled_at:
            size = first.pool_size or next(size for size in SIZES if size >= len(members))
            facts.append(
                TubeSampled(
                    subject=f"tube:{first.tube}",
                    occurred=first.sampled_at,
                    source_id=f"{first.tube}/tube.sampled/{first.sampled_at}",
                    members=tuple(f"person:{member}" for member in members),
                    pool_size=size,
                    purpose=first.purpose or "round",
                    **where,
                )
            )
        if first.result and first.resulted_at:
            facts.append(
                TubeResulted(
                    subject=f"tube:{first.tube}",
                    occurred=first.resulted_at,
                    source_id=f"{first.tube}/tube.resulted/{first.resulted_at}",
                    result=first.result,
                    ct=first.ct,
                    ct_orf=first.ct_orf,
                    assay=first.assay or "pcr",
                    **where,
                )
            )
        try:
            for stated in facts:
                checked(stated)
        except FactError as error:
            self.set_aside(rows, str(error))
            return []
        return facts

    def set_aside(self, rows: list[_TubeRow], problem: str, column: str | None = None) -> None:
        """Note the same fault for every row of a tube."""
        heading = self.mapping.heading(column) if column else self.mapping.heading("tube_id")
        self.problems.extend(Problem(row.line, heading, row.tube, problem) for row in rows)

    def _check(self, row: Row, found: _TubeRow) -> None:
        """What the cells of one row must be to each other."""
        if problem := _too_many(found.members, found.pool_size):
            self._fault(row, "members", problem)
        if len(set(found.members)) < len(found.members):
            twice, _ = Counter(found.members).most_common(1)[0]
            self._fault(row, "members", f"names {twice} twice")
        said = {name for name in self.mapping.found if self._filled(row, name)}
        for holds, name, problem in self._rules(said):
            if holds:
                self._fault(row, name, problem)
        sampled, resulted = found.sampled_at, found.resulted_at
        if sampled and resulted and parse(resulted, self.zone).end < parse(sampled, self.zone).start:
            self._fault(row, "resulted_at", f"lies before the swabs were taken ({sampled})")

    def _rules(self, said: set[str]) -> list[tuple[bool, str, str]]:
        """What a row owes: whether it does not, in which column, and what to say. said: its filled columns."""
        has = self.mapping.found.keys()
        people = "members" if "members" in has else "person_id"
        named, result, read = people in said, "result" in said, "resulted_at" in said
        return [
            (
                result and not read,
                "resulted_at",
                "is missing: the tube has a result, but not when it was read",
            ),
            (
                read and not result and "result" in has,
                "result",
                "is missing: the tube was read, but with what result?",
            ),
            (
                named and "sampled_at" not in said,
                "sampled_at",
                "is missing: the people are named, but not when swabbed",
            ),
            (
                people == "person_id" and people in has and not named,
                people,
                "is missing: each row of this file is one person of a tube",
            ),
            (named and "pool_size" in has - said, "pool_size", "is missing: write 1, 5, 10 or 20"),
            (
                not result and not named,
                "result" if "result" in has else people,
                "is missing: the row says nothing",
            ),
        ]

    def _filled(self, row: Row, name: str) -> bool:
        return bool(self.mapping.cell(row.cells, name).strip())

    def _members(self, row: Row) -> tuple[str, ...]:
        text = self.mapping.cell(row.cells, "members") if "members" in self.mapping.found else ""
        named = [each for each in _SEPARATOR.split(text) if each] if text.strip() else []
        column = "members"
        if not named and "person_id" in self.mapping.found and self._filled(row, "person_id"):
            named, column = [self.mapping.cell(row.cells, "person_id")], "person_id"
        good = []
        for each in named:
            try:
                good.append(read_person_id(each))
            except ValueRefused as error:
                self._fault(row, column, str(error), each)
        return tuple(good)

    def _moment(self, row: Row, name: str) -> str | None:
        def read(text: str) -> str:
            written = read_moment(text, self.zone, self.dates)
            if parse(written, self.zone).start > self.now + AHEAD:
                raise ValueRefused(f"lies in the future; now is {self.now.isoformat(timespec='minutes')}")
            return written

        written: str | None = self._read(row, name, read)
        return written

    def _read(self, row: Row, name: str, how: Any, *, needed: bool = False, marks: bool = True) -> Any:
        """A cell through a reader, None where it is empty; marks: whether "-" and the like count as empty."""
        text = self.mapping.cell(row.cells, name)
        if not needed and (not text.strip() or (marks and is_missing(text, coded=True))):
            return None
        try:
            return how(text)
        except ValueRefused as error:
            self._fault(row, name, str(error), text)
        return None

    def _fault(self, row: Row, name: str, problem: str, value: str | None = None) -> None:
        shown = self.mapping.cell(row.cells, name) if value is None else value
        self.problems.append(Problem(row.line, self.mapping.heading(name) or name, shown, problem))


def _size(text: str) -> int:
    written = plain(text)
    found = re.fullmatch(r"(?:1:)?(\d{1,4})(?::1|混1|合1|人份)?", written)
    size = int(found[1]) if found else read_whole(text)
    if not 1 <= size <= LARGEST:
        raise ValueRefused(
            f"is no size of a tube: it holds 1 to {LARGEST} swabs (1, 5, 10 and 20 are validated)"
        )
    return size


def _ct(text: str) -> float | None:
    if plain(text) in _NO_CT:
        return None
    found = read_number(text)
    low, high = CT_RANGE
    if not low <= found <= high:
        raise ValueRefused(
            f"is no Ct: it lies between {low:g} and {high:g} cycles; leave it empty where there is none"
        )
    return found


def _too_many(members: tuple[str, ...], size: int | None) -> str | None:
    if len(members) > LARGEST:
        return f"names {len(members)} people; a tube holds at most {LARGEST} swabs"
    if size is not None and len(members) > size:
        return f"names {len(members)} people, but the tube is made for {size}"
    return None
