"""Sizes of chains from links that people reported; nothing is inferred. Counts only: who infected whom does not leave."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import accumulate

import polars as pl


@dataclass(frozen=True, slots=True)
class ReportedChains:
    """Chains: cases that hang together by links.

    linked           cases with a source; named: of these, whose source an investigator named; met: of these, who were only
                     named contacts of another case, which says that the two met
    without_source   cases of which nobody reported a source: it does not follow that they were brought in
    sizes            (cases in the chain, how many such chains), the largest first; a case alone is a chain of one
    offspring        (how many cases have it from one case, of how many cases that is so), from 0 up
    generations      the longest way from a first case to its last, in links; None where links go in a circle
    outside          sources that are not in this list
    """

    cases: int
    linked: int
    named: int
    met: int
    without_source: int
    sizes: tuple[tuple[int, int], ...]
    offspring: tuple[tuple[int, int], ...]
    generations: int | None
    outside: int

    @property
    def chains(self) -> int:
        """How many chains of two cases or more."""
        return sum(number for size, number in self.sizes if size > 1)

    @property
    def largest(self) -> int:
        """Cases in the largest chain."""
        return max((size for size, _ in self.sizes), default=0)

    @property
    def alone(self) -> int:
        """Cases that hang together with no other."""
        return sum(number for size, number in self.sizes if size == 1)

    def half_from(self) -> int | None:
        """The fewest cases from which half of all links to cases go out; None where there is no link.

        How unevenly infection spreads, as Lloyd-Smith et al. 2005, Nature 438:355, figure 1 has it.
        """
        each = sorted((n for n, times in self.offspring for _ in range(times)), reverse=True)
        total = sum(each)
        if not total:
            return None
        return next(place for place, so_far in enumerate(accumulate(each), start=1) if 2 * so_far >= total)


def reported_chains(linelist: pl.DataFrame, contacts: pl.DataFrame) -> ReportedChains:
    """The chains of a line list.

    linelist  case_id, infector_id as reported
    contacts  source_id, contact_id: where a case has no reported infector and was named a contact of exactly one case or
              more, the one named first stands as its source

    Frames as ``quell.tables.frames.validated`` gives them.
    """
    cases = linelist["case_id"].to_list()
    known = set(cases)
    reported = zip(cases, linelist["infector_id"].to_list(), strict=True)
    source: dict[str, str] = {
        case: infector for case, infector in reported if infector is not None and infector != case
    }
    named = len(source)
    outside = len(set(source.values()) - known)
    for contact, met in _first_named(contacts):
        if contact in known and met in known and contact not in source:
            source[contact] = met
    sizes = Counter(_sizes(cases, source))
    children = Counter(source[case] for case in source if source[case] in known)
    offspring = Counter(children.get(case, 0) for case in cases)
    return ReportedChains(
        cases=len(cases),
        linked=len(source),
        named=named,
        met=len(source) - named,
        without_source=len(cases) - len(source),
        sizes=tuple(sorted(sizes.items(), reverse=True)),
        offspring=tuple(sorted(offspring.items())),
        generations=_longest(cases, source),
        outside=outside,
    )


def _first_named(contacts: pl.DataFrame) -> list[tuple[str, str]]:
    """(contact, source) in the order of exposure, then of ids, so that the answer does not hang on the order of rows."""
    ordered = contacts.filter(pl.col("contact_id") != pl.col("source_id")).sort(
        "contact_id", "first_exposure", "source_id", nulls_last=True
    )
    return list(zip(ordered["contact_id"].to_list(), ordered["source_id"].to_list(), strict=True))


def _sizes(cases: list[str], source: dict[str, str]) -> list[int]:
    """How many cases hang together; a source outside the list ties its cases together and is not counted."""
    parent: dict[str, str] = {}

    def top(name: str) -> str:
        while (above := parent.get(name, name)) != name:
            parent[name] = parent.get(above, above)
            name = above
        return name

    for case, infector in source.items():
        parent[top(case)] = top(infector)
    return list(Counter(top(case) for case in cases).values())


def _longest(cases: list[str], source: dict[str, str]) -> int | None:
    depth: dict[str, int] = {}
    for case in cases:
        way = []
        at: str | None = case
        while at is not None and at not in depth:
            if at in way:
                return None
            way.append(at)
            at = source.get(at)
        start = -1 if at is None else depth[at]
        for step, each in enumerate(reversed(way), start=1):
            depth[each] = start + step
    return max(depth.values(), default=0)
