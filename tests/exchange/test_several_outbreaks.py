"""A folder or a workbook with several line lists is several outbreaks, each with the files that go with it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from exchange.made_workbooks import xlsx
from quell.exchange import folder
from quell.exchange.opening import open_all, open_path
from quell.exchange.preparing import Asked, OpeningRefused
from quell.site.roles import Connections

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINES = "id,dt_onset,dt_report\n{a},2022-07-01,2022-07-02\n{b},2022-07-03,2022-07-04\n"


def test_each_line_list_is_an_outbreak_and_files_go_by_name_or_by_the_ids_they_name(
    database: Connections, tmp_path: Path
) -> None:
    place = tmp_path / "province"
    place.mkdir()
    (place / "north_linelist.csv").write_text(LINES.format(a="N1", b="N2"))
    (place / "south_linelist.csv").write_text(LINES.format(a="S1", b="S2"))
    (place / "north_edges.csv").write_text("from,to\nN1,N2\n")
    (place / "who_met_whom.csv").write_text("from,to\nS1,S2\nS1,S9\n")
    (place / "edges_of_nobody.csv").write_text("from,to\nX1,X2\n")
    (place / "readme.csv").write_text("nothing here\n")
    done = open_all(place, Asked(), by="test", now=NOW, quarantine_to=tmp_path)
    assert [each.outbreak for each in done] == ["outbreak:province-north", "outbreak:province-south"]
    assert [each.tables["contacts"].file for each in done] == ["north_edges.csv", "who_met_whom.csv"]
    told = done[0].notes
    assert any(
        "north_linelist.csv with north_edges.csv; south_linelist.csv with who_met_whom.csv" in note
        for note in told
    )
    assert any(note.startswith("edges_of_nobody.csv was not read") for note in told)


def test_a_name_is_borne_by_each(database: Connections, tmp_path: Path) -> None:
    place = tmp_path / "province"
    place.mkdir()
    (place / "north_linelist.csv").write_text(LINES.format(a="1", b="2"))
    (place / "south_linelist.csv").write_text(LINES.format(a="1", b="2"))
    done = open_all(place, Asked(name="flu"), by="test", now=NOW, quarantine_to=tmp_path)
    assert [each.name for each in done] == ["flu-north", "flu-south"]
    with pytest.raises(OpeningRefused, match="several line lists"):
        open_path(place, by="test", now=NOW)


def test_one_bad_line_list_keeps_all_from_being_recorded(database: Connections, tmp_path: Path) -> None:
    place = tmp_path / "province"
    place.mkdir()
    (place / "north_linelist.csv").write_text(LINES.format(a="1", b="2"))
    (place / "south_linelist.csv").write_text("id,dt_onset\n1,2022-02-30\n")
    with pytest.raises(OpeningRefused, match="not one row"):
        open_all(place, Asked(), by="test", now=NOW, quarantine_to=tmp_path)
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.fact")
        assert cursor.fetchone() == (0,)


def test_sheets_of_a_workbook_are_like_files(tmp_path: Path) -> None:
    rows = [["id", "dt_onset"], ["1", "2022-07-01"]]
    (tmp_path / "book.xlsx").write_bytes(
        xlsx({"north cases": rows, "south cases": rows, "north contacts": [["from", "to"], ["1", "2"]]})
    )
    found = folder.find_all(tmp_path / "book.xlsx")
    assert [each.name for each in found] == ["book-north", "book-south"]
    assert [sorted(each.files) for each in found] == [["contacts", "linelist"], ["linelist"]]


def test_sources_that_stand_beside_each_other_are_rows_of_contacts(tmp_path: Path) -> None:
    (tmp_path / "linelist.csv").write_text(LINES.format(a="1", b="2"))
    (tmp_path / "edges.csv").write_text("case_id,note,edge1,edge2\n1,x,7,8\n2,y,,\n3,z,9,\n")
    found = folder.find(tmp_path)
    assert [row.cells[:2] for row in found.files["contacts"].raw.rows] == [("7", "1"), ("8", "1"), ("9", "3")]
    assert any("3 rows name 3 people in edge1 to edge2" in note for note in found.notes)


def test_a_file_that_is_nearly_a_table_says_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "linelist.csv").write_text(LINES.format(a="1", b="2"))
    (tmp_path / "routes.csv").write_text("patient_id,date,latitude\n1,2022-07-01,3\n")
    (note,) = folder.find(tmp_path).notes
    assert note == "routes.csv was not read: it is nearly a table of visits, but has no column place_id"
