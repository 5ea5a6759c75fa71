"""Frames are cast and checked by the definitions; a fault is named by row and column."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import polars as pl
import pytest

from quell.tables.definitions import CONTACTS, LINELIST
from quell.tables.frames import TableRefused, empty, of_rows, validated


def test_what_a_frame_lacks_is_there_and_empty() -> None:
    frame = validated(pl.DataFrame({"case_id": ["1"], "onset_date": ["2022-07-14"]}), LINELIST)
    assert frame["onset_date"].to_list() == [date(2022, 7, 14)]
    assert frame["confirm_date"].to_list() == [None]
    assert set(frame.columns) == {column.name for column in LINELIST.columns}
    assert empty(LINELIST).schema == frame.schema


def test_every_fault_is_named_by_row_and_column() -> None:
    rows = {"case_id": ["1", None, "3"], "onset_date": ["2022-07-14", "14/07/2022", "2022-07-16T08:30"]}
    with pytest.raises(TableRefused) as refused:
        validated(pl.DataFrame({**rows, "lat": ["36.1", "north", "nan"]}), LINELIST)
    assert refused.value.problems == [
        "row 2, case_id: is missing (the case's id in this file)",
        "row 2, onset_date: '14/07/2022' is not a date; write it as 2022-07-14",
        "row 3, onset_date: '2022-07-16T08:30' is not a date; write it as 2022-07-14",
        "row 2, lat: 'north' is not a number",
        "row 3, lat: 'nan' is not a number",
    ]


def test_a_needed_column_that_is_missing_is_named() -> None:
    with pytest.raises(TableRefused, match="column contact_id is missing"):
        validated(pl.DataFrame({"source_id": ["1"]}), CONTACTS)


def test_pandas_frames_are_taken_with_their_gaps() -> None:
    given = pd.DataFrame(
        {
            "case_id": [1, 2],
            "onset_date": [pd.Timestamp("2022-07-14"), pd.NaT],
            "age": [47.0, float("nan")],
        }
    )
    frame = validated(given, LINELIST)
    assert frame["case_id"].to_list() == ["1", "2"]
    assert frame["onset_date"].to_list() == [date(2022, 7, 14), None]
    assert frame["age"].to_list() == ["47", None]


def test_a_moment_is_a_day_only_at_midnight() -> None:
    moments = [datetime(2022, 7, 14), datetime(2022, 7, 14, 23, 30)]  # noqa: DTZ001 - as a spreadsheet has it
    with pytest.raises(TableRefused, match="row 2, onset_date"):
        validated(pl.DataFrame({"case_id": ["1", "2"], "onset_date": moments}), LINELIST)


def test_rows_by_name_make_a_frame() -> None:
    rows = [{"case_id": "1"}, {"case_id": "2", "onset_date": date(2022, 7, 14), "note": "left alone"}]
    assert of_rows(rows, LINELIST)["onset_date"].to_list() == [None, date(2022, 7, 14)]


def test_something_else_is_no_frame() -> None:
    with pytest.raises(TypeError, match="polars or pandas"):
        validated({"case_id": ["1"]}, LINELIST)  # type: ignore[arg-type]
