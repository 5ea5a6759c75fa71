"""Aliases: ids that turned out to be one. Original ids are kept and resolve; a split takes a merge back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

from quell.registry.histories import Stored


def groups_of(cursor: psycopg.Cursor[Any], subjects: Iterable[str]) -> dict[str, list[str]]:
    """For each subject's present id, all the ids that resolve to it (itself first)."""
    asked = sorted(set(subjects))
    cursor.execute(
        """SELECT a.alias, a.subject_id FROM registry.alias a
           WHERE a.subject_id = ANY (%(asked)s)
              OR a.subject_id IN (SELECT subject_id FROM registry.alias WHERE alias = ANY (%(asked)s))""",
        {"asked": asked},
        prepare=True,
    )
    rows = cursor.fetchall()
    present = dict(rows)
    groups: dict[str, list[str]] = {}
    for subject in asked:
        resolved = present.get(subject, subject)
        groups.setdefault(resolved, [resolved])
    for alias, subject in rows:
        if subject in groups and alias != subject:
            groups[subject].append(alias)
    return groups


def points_to(facts: Iterable[Stored]) -> str | None:
    """The id that a subject was merged into, unless a later split took that back."""
    into: str | None = None
    for stated in facts:
        if stated.kind == "subject.merged":
            into = stated.body["into"]
        elif stated.kind == "subject.split" and stated.body["from_subject"] == into:
            into = None
    return into


def repoint(cursor: psycopg.Cursor[Any], pointers: Mapping[str, str | None]) -> set[str]:
    """Write where these subjects point now and resolve everything that hangs together with them.

    Returns the ids whose people may now be others: what they resolved to before, and what they resolve to now.
    """
    known = _component(cursor, pointers)
    before = {subject for _, subject in known.values()} | known.keys()
    edges = {alias: into for alias, (into, _) in known.items()}
    for subject, into in pointers.items():
        if into is None or into == subject:
            edges.pop(subject, None)
        else:
            edges[subject] = into
    resolved = {alias: follow(alias, edges) for alias in edges}
    cursor.execute(
        "DELETE FROM registry.alias WHERE alias = ANY (%s)", (sorted(known.keys() | pointers.keys()),)
    )
    for alias, into in edges.items():
        cursor.execute(
            "INSERT INTO registry.alias (alias, into_id, subject_id) VALUES (%s, %s, %s)",
            (alias, into, resolved[alias]),
        )
    # Whatever is said of an alias later is somebody else's history: it is always looked at.
    cursor.execute(
        "UPDATE registry.subject SET watched = true WHERE subject_id = ANY (%s) AND NOT watched",
        (sorted(edges),),
    )
    return before | set(resolved.values()) | edges.keys() | set(pointers)


def _component(cursor: psycopg.Cursor[Any], pointers: Mapping[str, str | None]) -> dict[str, tuple[str, str]]:
    known: dict[str, tuple[str, str]] = {}
    edge = set(pointers) | {into for into in pointers.values() if into}
    seen: set[str] = set()
    while edge:
        seen |= edge
        cursor.execute(
            """SELECT alias, into_id, subject_id FROM registry.alias
               WHERE alias = ANY (%(edge)s) OR into_id = ANY (%(edge)s) OR subject_id = ANY (%(edge)s)""",
            {"edge": sorted(edge)},
        )
        rows = cursor.fetchall()
        known.update({alias: (into, subject) for alias, into, subject in rows})
        edge = {name for row in rows for name in row} - seen
    return known


def follow(alias: str, edges: Mapping[str, str]) -> str:
    """The end of the way; where merges go in a circle, the smallest id of the circle."""
    trail = [alias]
    while (following := edges.get(trail[-1])) is not None:
        if following in trail:
            return min(trail[trail.index(following) :])
        trail.append(following)
    return trail[-1]
