"""Lists: searched, filtered, sorted and paged by one mechanism; what each list shows is data beside this file.

Every condition is equality, a range or a prefix written as a range, on plain columns: such queries stay quick, and
stand under row policies. What was typed is always a parameter; names of columns come from the lists themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

import psycopg
from django.db import connection, transaction

from quell.catalogue.when import midnight
from quell.registry.reading.cursor import reading

PAGE = 50
# Beyond this nobody leafs: they filter or sort, and the statement stays quick.
_FURTHEST = 2000
_FETCHED = 2000

Kind = Literal[
    "subject",
    "code",
    "text",
    "age",
    "number",
    "day",
    "moment",
    "yes",
    "names",
    "state",
    "until",
    "jurisdiction",
]
Filter = Literal["", "codes", "tree", "days", "numbers", "yes", "same", "choice"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    sql      the expression that is shown, sorted and filtered by; it may use %(now)s and %(by)s
    kind     how a value is shown
    codes    the code list of its values
    filter   how it may be filtered: by codes, below a node of the jurisdiction tree, between days or numbers,
             by yes or no, by one value, or by the conditions of ``choices``
    choices  value -> conditions that hold together, for what is computed against the clock
    together sets of choices whose union is asked more simply than choice by choice
    beside   further expressions that showing a value needs; they follow it in a row
    """

    name: str
    label: Any
    sql: str
    kind: Kind = "text"
    codes: str = ""
    filter: Filter = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    together: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = ()
    beside: tuple[str, ...] = ()
    shown: bool = True
    sorts: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: where its rows come from, what identifies one, and its columns.

    source   the FROM clause
    scope    the condition that always holds; it may use %(outbreak)s, %(now)s and %(desks)s
    subject  the expression of the subject that a row is about
    key      the expressions that identify a row and settle ties, as text
    searched the kinds of subject that a bare number is looked for among
    desks    who may see it: people of any of these desks; of every desk where empty
    """

    name: str
    label: Any
    source: str
    scope: str
    subject: str
    key: tuple[str, ...]
    searched: str
    columns: tuple[Column, ...]
    sort: str
    desks: frozenset[str] = frozenset()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def column(self, name: str) -> Column | None:
        """The column of this name."""
        return next((each for each in self.columns if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants to see of a list.

    sort     a column's name, with "-" before it for the other way round
    prefix   the beginning of a pseudonymous id, with or without its kind
    among    only these subjects, found by identity
    filters  column -> values: codes ("none" for what nobody stated), or (from, to), either of which may be ""
    zone     the outbreak's: days of instants are days there
    """

    outbreak: str
    now: datetime
    zone: str
    by: str = ""
    desks: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()
    sort: str = ""
    prefix: str = ""
    among: tuple[str, ...] | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row: its key, the subject it is about, and for each column its value and what stands beside it."""

    key: tuple[str, ...]
    subject: str
    cells: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list, and how many rows there are in all."""

    rows: tuple[ListRow, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages can be leafed through; at least one."""
        return min(_FURTHEST, max(1, -(-self.total // PAGE)))


def columns_of(listing: Listing, ask: Ask) -> tuple[Column, ...]:
    """The columns that are asked for, in the list's order; those shown by default where none is."""
    wanted = set(ask.columns)
    chosen = tuple(each for each in listing.columns if each.name in wanted)
    return chosen or tuple(each for each in listing.columns if each.shown)


def total(listing: Listing, ask: Ask) -> int:
    """How many rows there are."""
    condition, values = _condition(listing, ask)
    with reading() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {listing.source} WHERE {condition}".encode(), values, prepare=False
        )
        return int((cursor.fetchone() or (0,))[0])


def one_page(listing: Listing, ask: Ask, page: int = 1) -> ListPage:
    """One page and the exact total. A page past the last is the last."""
    counted = total(listing, ask)
    found = ListPage((), counted, 1)
    page = min(max(1, page), found.pages)
    condition, values = _condition(listing, ask)
    # Which rows first, then what they show: sorting carries keys only, and an index may be enough for it.
    key = ", ".join(listing.key)
    first = (
        f"SELECT {key} FROM {listing.source} WHERE {condition} ORDER BY {_order(listing, ask)}"
        f" LIMIT {PAGE} OFFSET {(page - 1) * PAGE}"
    )
    with reading() as cursor:
        cursor.execute(
            f"SELECT {_shown(listing, ask)} FROM {listing.source} WHERE ({key}) IN ({first})"
            f" ORDER BY {_order(listing, ask)}".encode(),
            values,
            prepare=False,
        )
        rows = tuple(_rows(listing, ask, cursor))
    return replace(found, rows=rows, page=page)


def every_row(listing: Listing, ask: Ask) -> Iterator[ListRow]:
    """All rows, through a cursor on the server, so that a million of them take no memory; in one transaction."""
    statement, values = _statement(listing, ask)
    with transaction.atomic():
        connection.ensure_connection()
        with psycopg.ServerCursor(connection.connection, f"list_{uuid4().hex}") as cursor:
            cursor.itersize = _FETCHED
            cursor.execute(statement.encode(), values)
            yield from _rows(listing, ask, cursor)


def keys(listing: Listing, ask: Ask, limit: int) -> list[tuple[str, ...]]:
    """The keys of the rows that are asked for, in order, up to a limit."""
    condition, values = _condition(listing, ask)
    with reading() as cursor:
        cursor.execute(
            f"SELECT {', '.join(listing.key)} FROM {listing.source} WHERE {condition}"
            f" ORDER BY {_order(listing, ask)} LIMIT {int(limit)}".encode(),
            values,
            prepare=False,
        )
        return [tuple(row) for row in cursor]


def rows_with_keys(listing: Listing, ask: Ask, wanted: Sequence[tuple[str, ...]]) -> list[ListRow]:
    """The rows with these keys that are in the list at all (its scope holds, whatever is filtered)."""
    if not wanted:
        return []
    bare = replace(ask, prefix="", among=None, filters=dict.fromkeys(listing.filters, ()))
    statement, values = _statement(listing, bare, also=_with_keys(listing))
    for index, part in enumerate(zip(*wanted, strict=True)):
        values[f"key{index}"] = list(part)
    with reading() as cursor:
        cursor.execute(statement.encode(), values, prepare=False)
        return list(_rows(listing, bare, cursor))


def _with_keys(listing: Listing) -> str:
    given = ", ".join(f"%(key{index})s::text[]" for index in range(len(listing.key)))
    return f" AND ({', '.join(listing.key)}) IN (SELECT * FROM unnest({given}))"


def _statement(listing: Listing, ask: Ask, also: str = "") -> tuple[str, dict[str, Any]]:
    condition, values = _condition(listing, ask)
    shown, order = _shown(listing, ask), _order(listing, ask)
    return f"SELECT {shown} FROM {listing.source} WHERE {condition}{also} ORDER BY {order}", values


def _shown(listing: Listing, ask: Ask) -> str:
    """The key, the subject, and what each column shows."""
    shown = [*listing.key, listing.subject]
    for column in columns_of(listing, ask):
        shown.extend((column.sql, *column.beside))
    return ", ".join(shown)


def _rows(listing: Listing, ask: Ask, found: Iterator[tuple[Any, ...]] | Any) -> Iterator[ListRow]:
    at = len(listing.key)
    parts, begins = [], at + 1
    for column in columns_of(listing, ask):
        ends = begins + 1 + len(column.beside)
        parts.append(slice(begins, ends))
        begins = ends
    for row in found:
        yield ListRow(row[:at], row[at], tuple(row[part] for part in parts))


def _order(listing: Listing, ask: Ask) -> str:
    sort = ask.sort or listing.sort
    column = listing.column(sort.lstrip("-"))
    if column is None or not column.sorts:
        sort, column = listing.sort, listing.column(listing.sort.lstrip("-"))
    assert column is not None  # noqa: S101 - a list is sorted by a column of its own
    way = "DESC" if sort.startswith("-") else "ASC"
    ties = ", ".join(part for part in listing.key if part != column.sql)
    return f"{column.sql} {way} NULLS LAST" + (f", {ties}" if ties else "")


def _condition(listing: Listing, ask: Ask) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {
        "outbreak": [ask.outbreak, ""],
        "now": ask.now,
        "by": ask.by,
        "desks": sorted(ask.desks),
    }
    parts = [listing.scope]
    if ask.prefix:
        values["from"], values["to"] = _range(_whole(ask.prefix, listing.searched))
        parts.append(f"{listing.subject} >= %(from)s AND {listing.subject} < %(to)s")
    if ask.among is not None:
        values["among"] = list(ask.among)
        parts.append(f"{listing.subject} = ANY (%(among)s)")
    for name, given in {**listing.filters, **ask.filters}.items():
        column = listing.column(name)
        if column is not None and any(given):
            parts.append(_filtered(column, given, ask.zone, values))
    text = " AND ".join(part for part in parts if part)
    return text, values


def _filtered(column: Column, given: Sequence[str], zone: str, values: dict[str, Any]) -> str:
    name = f"f_{column.name}"
    if column.filter == "choice":
        return _any_of(_chosen(column, given))
    if column.filter == "yes":
        return f"{column.sql}" if given[0] == "yes" else f"NOT {column.sql}"
    if column.filter == "codes":
        values[name] = [each for each in given if each not in {"", "none"}]
        none = f" OR {column.sql} IS NULL" if "none" in given else ""
        return f"({column.sql} = ANY (%({name})s){none})"
    if column.filter == "same":
        values[name] = given[0]
        return f"{column.sql} = %({name})s"
    if column.filter == "tree":
        values[name] = given[0]
        values[f"{name}_below"], values[f"{name}_after"] = _range(given[0] + "-")
        below = f"{column.sql} >= %({name}_below)s AND {column.sql} < %({name}_after)s"
        return f"({column.sql} = %({name})s OR ({below}))"
    return _between(column, given, zone, values)


def _chosen(column: Column, given: Sequence[str]) -> list[tuple[str, ...]]:
    left = [each for each in given if each in column.choices]
    whole = []
    for choices, conditions in column.together:
        if choices.issubset(left):
            whole.append(conditions)
            left = [each for each in left if each not in choices]
    return [*whole, *(column.choices[each] for each in left)]


def _any_of(chosen: Sequence[tuple[str, ...]]) -> str:
    """Any of several conjunctions. What all of them ask is asked once, so that an index which rests on it is used."""
    if not chosen:
        return "true"
    common = [part for part in chosen[0] if all(part in other for other in chosen)]
    own = [[part for part in each if part not in common] for each in chosen]
    parts = list(common)
    if all(own):
        alternatives = [f"({' AND '.join(each)})" for each in own]
        parts.append(f"({' OR '.join(alternatives)})")
    return " AND ".join(parts)


def _between(column: Column, given: Sequence[str], zone: str, values: dict[str, Any]) -> str:
    first, last = (*given, "")[:2]
    name, parts = f"f_{column.name}", []
    lower, upper = column.sql, column.sql
    if column.kind == "age":
        # Of an age that is only known as a band, the band has to meet what is asked for.
        lower = column.beside[0]
    before = "<="
    if column.filter == "numbers":
        bounds: list[Any] = [float(first) if first else None, float(last) if last else None]
    elif column.kind == "moment":
        bounds = [
            midnight(date.fromisoformat(first), zone) if first else None,
            midnight(date.fromisoformat(last) + timedelta(days=1), zone) if last else None,
        ]
        before = "<"
    else:
        bounds = [date.fromisoformat(each) if each else None for each in (first, last)]
    if bounds[0] is not None:
        values[f"{name}_from"] = bounds[0]
        parts.append(f"{lower} >= %({name}_from)s")
    if bounds[1] is not None:
        values[f"{name}_to"] = bounds[1]
        parts.append(f"{upper} {before} %({name}_to)s")
    return " AND ".join(parts) or "true"


def _whole(prefix: str, kind: str) -> str:
    return prefix if ":" in prefix else f"{kind}:{prefix}"


def _range(prefix: str) -> tuple[str, str]:
    """From a prefix to just after everything that begins with it."""
    return prefix, prefix + "\U0010ffff"
