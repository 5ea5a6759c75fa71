"""Tables as data frames: what comes in is cast and checked by the definitions, and refused by row and column.

Types in a frame: date is a Date; moment, id, code, age and text are String (an age may be a band, "40-49"); whole is
Int64, number is Float64, ids a list of String. A column that a table knows and a frame lacks is there afterwards, empty,
so that engines need not ask; columns that the table does not know are let through as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from quell.errors import QuellError
from quell.tables.definitions import Column, Table

if TYPE_CHECKING:
    import pandas as pd

_TYPES: dict[str, Any] = {
    "date": pl.Date,
    "moment": pl.String,
    "id": pl.String,
    "ids": pl.List(pl.String),
    "code": pl.String,
    "age": pl.String,
    "text": pl.String,
    "whole": pl.Int64,
    "number": pl.Float64,
}
_WANTED = {
    "date": "a date; write it as 2022-07-14",
    "whole": "a whole number",
    "number": "a number",
    "ids": "a list of ids",
}
_TOLD = 20


class TableRefused(QuellError):  # noqa: N818 - says what became of the table
    """A table that an engine cannot take; ``problems`` names each row and column."""

    def __init__(self, table: Table, problems: list[str]) -> None:
        self.problems = problems
        shown = problems[:_TOLD]
        if len(problems) > _TOLD:
            shown.append(f"and {len(problems) - _TOLD} more")
        super().__init__(f"this is no {table.name} ({table.meaning}):\n  " + "\n  ".join(shown))


def validated(frame: pl.DataFrame | pd.DataFrame, table: Table) -> pl.DataFrame:
    """The frame with every column of the table, each of its type; rows in their order.

    Raises TableRefused naming row (from 1, as the frame has them) and column of each fault: a needed column or value
    that is missing, a value that is not of the column's type.
    """
    given = _as_polars(frame)
    problems = [
        f"column {column.name} is missing ({column.meaning})"
        for column in table.columns
        if column.needed and column.name not in given.columns
    ]
    if problems:
        raise TableRefused(table, problems)
    columns = {}
    for column in table.columns:
        if column.name in given.columns:
            columns[column.name] = _cast(given[column.name], column, problems)
        else:
            columns[column.name] = pl.Series(column.name, [None] * given.height, dtype=_TYPES[column.type])
    if problems:
        raise TableRefused(table, problems)
    further = [each for each in given.columns if each not in columns]
    return pl.DataFrame(list(columns.values())).with_columns(given[name] for name in further)


def empty(table: Table) -> pl.DataFrame:
    """The table with all its columns and no row."""
    return pl.DataFrame(schema={column.name: _TYPES[column.type] for column in table.columns})


def of_rows(rows: Iterable[dict[str, Any]], table: Table) -> pl.DataFrame:
    """A frame from rows by column name, where a column that a row lacks is missing there. Raises TableRefused."""
    listed = list(rows)
    names = [column.name for column in table.columns if any(column.name in row for row in listed)]
    columns = {name: [row.get(name) for row in listed] for name in names}
    return (
        validated(pl.DataFrame(columns, strict=False), table) if names else validated(pl.DataFrame(), table)
    )


def _as_polars(frame: pl.DataFrame | pd.DataFrame) -> pl.DataFrame:
    if isinstance(frame, pl.DataFrame):
        return frame
    if type(frame).__module__.partition(".")[0] != "pandas":
        raise TypeError(f"a polars or pandas DataFrame is wanted, this is {type(frame).__name__}")
    columns = {
        str(name): [None if value != value else value for value in frame[name].astype(object)]  # noqa: PLR0124 - NaN, NaT
        for name in frame.columns
    }
    return pl.DataFrame(columns, strict=False)


def _cast(series: pl.Series, column: Column, problems: list[str]) -> pl.Series:
    """The series in the column's type; every value that is not of it is told."""
    wanted = _TYPES[column.type]
    given = _blank_is_missing(series)
    if given.dtype == pl.Null:
        cast = pl.Series(column.name, [None] * len(given), dtype=wanted)
    elif column.type == "date":
        cast = _dates(given)
    elif wanted == pl.String and given.dtype.is_float():
        # 7.0 is the id 7: a column of whole numbers with a gap has become one of floats elsewhere.
        whole = given.drop_nulls().is_finite().all() and (given.drop_nulls() % 1 == 0).all()
        cast = (given.cast(pl.Int64) if whole else given).cast(pl.String)
    else:
        cast = given.cast(wanted, strict=False)
    for place in ((cast.is_null() | _not_a_number(cast)) & given.is_not_null()).arg_true():
        told = f"{given[place]!r} is not {_WANTED.get(column.type, f'of type {column.type}')}"
        problems.append(f"row {place + 1}, {column.name}: {told}")
    if column.needed:
        problems.extend(
            f"row {place + 1}, {column.name}: is missing ({column.meaning})"
            for place in given.is_null().arg_true()
        )
    return cast.alias(column.name)


def _blank_is_missing(series: pl.Series) -> pl.Series:
    if series.dtype != pl.String:
        return series
    stripped = series.str.strip_chars()
    return stripped.set(stripped == "", None)


def _not_a_number(series: pl.Series) -> pl.Series:
    if series.dtype.is_float():
        return series.is_not_null() & ~series.is_finite()
    return pl.repeat(value=False, n=len(series), eager=True, dtype=pl.Boolean)


def _dates(series: pl.Series) -> pl.Series:
    """Days; a moment counts as its day only at midnight, since a date is never cut out of a moment unseen."""
    if series.dtype == pl.Date:
        return series
    if series.dtype == pl.String:
        day = series.str.to_date("%Y-%m-%d", strict=False)
        midnight = series.str.replace(r"[T ]00:00(:00(\.0+)?)?$", "").str.to_date("%Y-%m-%d", strict=False)
        return day.fill_null(midnight)
    if isinstance(series.dtype, pl.Datetime):
        local = series.dt.replace_time_zone(None)
        return local.dt.date().set(local != local.dt.truncate("1d"), None)
    found = [value if isinstance(value, date) else None for value in series]
    return pl.Series(series.name, found, dtype=pl.Date)
