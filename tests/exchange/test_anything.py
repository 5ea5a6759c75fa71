"""Whatever bytes come, they are read or refused in words; any other error would be ours."""

from __future__ import annotations

import contextlib
import json
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.made_workbooks import xlsx
from quell.exchange.columns import propose
from quell.exchange.deciding import decide
from quell.exchange.peers.dhis2 import Ids
from quell.exchange.problems import FileRefused
from quell.exchange.rows import read_rows
from quell.exchange.sources import How, read_tables
from quell.tables.definitions import CONTACTS, LINELIST

TODAY = date(2026, 1, 1)
CELLS = st.one_of(
    st.sampled_from(["id", "onset", "sexe", "03/04/2020", "25/03/2020", "H", "M", "50s", "=1", '"', "\n", "", "43894", "2020-03"]),
    st.text(max_size=12),
)  # fmt: skip
WORDS = st.sampled_from(
    ["id", "uuid", "persons", "contact", "relationship", "cases", "contacts", "caze", "person", "type", "source", "target", "deleted",
     "classification", "caseClassification", "dateOfOnset", "reportDate", "age", "years", "dateRanges", "typeId", "epiData", "exposures",
     "startDate", "trackedEntities", "trackedEntity", "enrollments", "program", "events", "dataValues", "attributes", "attribute", "value",
     "relationships", "from", "to", "personId", "result", "quantitativeResult", "sample", "testResult", "visualId", "dateOfReporting"]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just("p"), st.just(1.7e12)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=40,
)


def through(data: bytes, name: str) -> None:
    """All the way that a file goes before anything is recorded."""
    how = How(ids=Ids(programs={"p": "cases"}, attributes={"p": "sex"}, relationships={"p": "contacts"}))
    with contextlib.suppress(FileRefused):
        for raw in read_tables(data, name, how):
            rows = [row.cells for row in raw.rows]
            for table in (LINELIST, CONTACTS):
                mapping = decide(raw, propose(raw.header, table, rows), None).mapping
                read = read_rows(raw, mapping, zone="Asia/Shanghai", today=TODAY, dates=None)
                assert len(read.rows) + len(read.set_aside) == read.total == len(raw.rows)


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    through(data, "list.csv")
    through(data, "book.xlsx")
    through(data, "export.json")
    through(b"PK\x03\x04" + data, "book.xlsx")
    through(b"\xd0\xcf\x11\xe0" + data, "book.xls")


@given(
    st.lists(st.lists(CELLS, max_size=5), max_size=6),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "gb18030", "utf-16"]),
)
def test_any_table(rows: list[list[str]], delimiter: str, encoding: str) -> None:
    text = "\n".join(delimiter.join(row) for row in rows)
    through(text.encode(encoding, "ignore"), "list.csv")


@settings(max_examples=300)
@given(JSON)
def test_any_json(document: Any) -> None:
    through(json.dumps(document).encode(), "export.json")


@settings(max_examples=40)
@given(st.integers(0, 2000), st.integers(0, 255))
def test_a_workbook_with_any_byte_changed(place: int, byte: int) -> None:
    made = bytearray(xlsx({"cases": [["id", "onset"], ["1", date(2022, 7, 1)], ["2", ("A1", None)]]}))
    made[place % len(made)] = byte
    through(bytes(made), "book.xlsx")
