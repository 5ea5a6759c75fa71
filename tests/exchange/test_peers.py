"""Exports of Go.Data, SORMAS and DHIS2, whole and with faults: the plain tables, without names, nothing made up."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from quell.exchange import folder
from quell.exchange.confirmed import confirmed_by, write_mappings
from quell.exchange.linelist import read_table_file
from quell.exchange.opening import open_all
from quell.exchange.preparing import Asked, OpeningRefused, propose_mappings
from quell.exchange.problems import FileRefused
from quell.exchange.rows import ReadTable
from quell.exchange.sources import How
from quell.site.roles import Connections

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PREFIX = "LNG_REFERENCE_DATA_CATEGORY_"
SECRETS = ("Ada", "Invented", "0001-555", "Nowhere Street")


def person(kind: str, identity: str, end: str) -> dict[str, Any]:
    return {"id": identity, "type": f"{PREFIX}PERSON_TYPE_{kind}", end: True}


def meeting(source: str, contact: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{source}-{contact}",
        "persons": [person("CASE", source, "source"), person("CONTACT", contact, "target")],
        "contactDate": "2024-05-03T00:00:00.000Z",
        "socialRelationshipTypeId": f"{PREFIX}CONTEXT_OF_TRANSMISSION_CO_WORKERS",
        "deleted": False,
        **more,
    }


def godata_case(identity: str, **more: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "visualId": f"V-{identity}",
        "firstName": "Ada",
        "lastName": "Invented",
        "gender": f"{PREFIX}GENDER_FEMALE",
        "age": {"years": 0, "months": 8},
        "classification": f"{PREFIX}CASE_CLASSIFICATION_PROBABLE",
        "outcomeId": f"{PREFIX}OUTCOME_RECOVERED",
        "dateOfOnset": "2024-05-01T00:00:00.000Z",
        "dateOfReporting": "2024-05-04T00:00:00.000Z",
        "addresses": [{"addressLine1": "Nowhere Street", "phoneNumber": "0001-555"}],
        "dateRanges": [
            {"typeId": f"{PREFIX}PERSON_DATE_TYPE_HOSPITALIZATION", "startDate": "2024-05-05T00:00:00.000Z", "centerName": "North"},
        ],
        **more,
    }  # fmt: skip


GODATA: dict[str, Any] = {
    "cases": [
        godata_case("c1"),
        godata_case("c2", gender=f"{PREFIX}GENDER_MALE", age={"years": 34, "months": 0}, isDateOfOnsetApproximate=True),
        godata_case("c3", dateOfOnset="2099-01-01T00:00:00.000Z"),
        godata_case("c4", deleted=True),
    ],
    "contacts": [{"id": "k1", "firstName": "Ada", "dateOfReporting": "2024-05-04T00:00:00.000Z"}],
    "relationships": [
        meeting("c1", "k1", certaintyLevelId=f"{PREFIX}CERTAINTY_LEVEL_2_MEDIUM"),
        meeting("c1", "c2"),
        meeting("c2", "k2", active=False),
        {"id": "e", "persons": [person("EVENT", "ev1", "source"), person("CONTACT", "k1", "target")]},
    ],
    "events": [{"id": "ev1", "name": "Market of Ada", "eventCategory": f"{PREFIX}EVENT_CATEGORY_MARKET"}],
    "labResults": [
        {"personId": "c1", "dateSampleTaken": "2024-05-04T00:00:00.000Z", "testType": f"{PREFIX}TYPE_OF_LAB_TEST_RT_PCR",
         "result": f"{PREFIX}LAB_TEST_RESULT_POSITIVE", "quantitativeResult": "Ct 24.1"},
        {"personId": "c2", "dateSampleTaken": None, "result": f"{PREFIX}LAB_TEST_RESULT_NEGATIVE"},
    ],
}  # fmt: skip


def tables(path: Path, *, zone: str | None = None) -> tuple[dict[str, ReadTable], list[str]]:
    (found,) = folder.find_all(path, how=How(zone=zone))
    read = {
        name: read_table_file(file, zone="UTC", today=NOW.date(), dates=None)
        for name, file in found.files.items()
    }
    return read, found.notes


def written(path: Path, document: Any, name: str = "export.json") -> Path:
    (path / name).write_text(json.dumps(document))
    return path / name


def test_an_export_of_go_data_becomes_the_plain_tables(tmp_path: Path) -> None:
    read, notes = tables(written(tmp_path, GODATA))
    first, second = (row.values for row in read["linelist"].rows)
    assert first == {
        "case_id": "c1", "onset_date": date(2024, 5, 1), "report_date": date(2024, 5, 4), "admission_date": date(2024, 5, 5),
        "classification": "probable", "facility_id": "North", "age": (0, 0), "sex": "female", "outcome": "recovered",
    }  # fmt: skip
    assert (second["age"], second["sex"]) == ((34, 34), "male")
    (aside,) = read["linelist"].set_aside
    assert (aside.line, aside.problems[0].column) == (3, "onset_date")
    known, unknown = (row.values for row in read["contacts"].rows)
    assert (known["certainty"], known["kind"]) == ("medium", "work")
    assert "certainty" not in unknown
    assert [row.values["ct"] for row in read["tests"].rows] == [24.1]
    assert "is missing" in read["tests"].set_aside[0].problems[0].problem
    told = " ".join(notes)
    assert "1 left out: marked as deleted" in told
    assert "1 left out: relationships that are no longer active" in told
    assert "1 left out: exposures at an event" in told
    assert "approximate" in told


def test_lists_in_files_of_their_own_are_taken_together(tmp_path: Path) -> None:
    for name in ("cases", "relationships", "labResults"):
        written(tmp_path, GODATA[name], f"{name}.json")
    read, _ = tables(tmp_path)
    assert {name: len(table.rows) for name, table in read.items()} == {
        "linelist": 2,
        "contacts": 2,
        "tests": 1,
    }


def test_a_contact_and_its_relationship_may_come_as_a_pair(tmp_path: Path) -> None:
    pair = {
        "contact": {"id": "k7", "firstName": "Ada"},
        "relationship": {"persons": [person("CASE", "c1", "source")]},
    }
    nobody = {"contact": {"firstName": "Ada"}, "relationship": {"persons": [person("CASE", "c1", "source")]}}
    read, _ = tables(written(tmp_path, {"cases": GODATA["cases"], "contacts": [pair, nobody]}))
    assert [row.values["contact_id"] for row in read["contacts"].rows] == ["k7"]
    assert read["contacts"].set_aside[0].problems[0].column == "contact_id"


def test_no_name_comes_near_the_ledger(database: Connections, tmp_path: Path) -> None:
    (done,) = open_all(written(tmp_path, GODATA), Asked(), by="test", now=NOW, quarantine_to=tmp_path)
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(body::text || subject, ' '), '') FROM ledger.fact")
        ((held,),) = cursor.fetchall()
    aside = Path(done.tables["linelist"].quarantine_file or "").read_text()
    assert held
    assert not any(secret in held or secret in aside for secret in SECRETS)


# --- SORMAS ------------------------------------------------------------------------------------------------------


def ms(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


# Midnight of a May in Berlin is 22:00 of the day before in UTC.
SORMAS: dict[str, Any] = {
    "persons": [
        {"uuid": "P1", "firstName": "Ada", "lastName": "Invented", "sex": "MALE", "approximateAge": 8, "approximateAgeType": "MONTHS",
         "occupationType": "HEALTHCARE_WORKER", "phone": "0001-555"},
        {"uuid": "P2", "sex": "FEMALE"},
    ],
    "cases": [
        {"uuid": "C1", "person": {"uuid": "P1"}, "caseClassification": "CONFIRMED_NO_SYMPTOMS", "outcome": "NO_OUTCOME",
         "reportDate": ms(2024, 5, 3, 22), "symptoms": {"onsetDate": ms(2024, 5, 1, 22)},
         "healthFacility": {"uuid": "SORMAS-CONSTID-ISNONE-FACILITY"},
         "epiData": {"exposures": [
             {"startDate": ms(2024, 4, 27, 22), "endDate": ms(2024, 4, 28, 22), "probableInfectionEnvironment": True},
             {"startDate": ms(2024, 3, 1, 22), "endDate": ms(2024, 3, 2, 22)},
         ]}},
        {"uuid": "C2", "person": {"uuid": "P2"}, "caseClassification": "NO_CASE", "outcome": "DECEASED", "reportDate": ms(2024, 5, 4, 22)},
        {"uuid": "C3", "person": {"uuid": "P3"}, "caseClassification": "SOMETHING", "reportDate": ms(2024, 5, 4, 22)},
        {"uuid": "C4", "person": {"uuid": "P4"}, "caseClassification": "SUSPECT", "deleted": True, "reportDate": ms(2024, 5, 4, 22)},
    ],
    "contacts": [
        {"uuid": "K1", "person": {"uuid": "P2"}, "caze": {"uuid": "C1"}, "contactClassification": "CONFIRMED",
         "lastContactDate": ms(2024, 5, 2, 22), "relationToCase": "SAME_HOUSEHOLD"},
        {"uuid": "K2", "person": {"uuid": "P9"}, "caze": {"uuid": "C1"}, "contactClassification": "UNCONFIRMED"},
        {"uuid": "K3", "person": {"uuid": "P8"}, "caze": {"uuid": "C1"}, "contactClassification": "NO_CONTACT"},
    ],
    "samples": [{"uuid": "S1", "associatedCase": {"uuid": "C1"}, "sampleDateTime": ms(2024, 5, 3, 8, 7), "sampleMaterial": "SWAB"}],
    "pathogenTests": [{"uuid": "T1", "sample": {"uuid": "S1"}, "testType": "PCR_RT_PCR", "testResult": "POSITIVE", "ctValueN": 24.5}],
}  # fmt: skip


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_an_export_of_sormas_becomes_the_plain_tables(tmp_path: Path, zone: str | None) -> None:
    read, notes = tables(written(tmp_path, SORMAS), zone=zone)
    first, second = (row.values for row in read["linelist"].rows)
    assert first == {
        "case_id": "C1", "onset_date": date(2024, 5, 2), "report_date": date(2024, 5, 4), "exposure_start": date(2024, 4, 28),
        "exposure_end": date(2024, 4, 29), "classification": "asymptomatic", "age": (0, 0), "sex": "male",
        "occupation": "health_worker", "outcome": "still_ill",
    }  # fmt: skip
    assert (second["classification"], second["outcome"]) == ("not_a_case", "died")
    assert read["linelist"].set_aside[0].problems[0].column == "classification"
    household, other = (row.values for row in read["contacts"].rows)
    assert household == {
        "source_id": "C1",
        "contact_id": "C2",
        "last_exposure": date(2024, 5, 3),
        "kind": "household",
    }
    assert other == {"source_id": "C1", "contact_id": "P9"}
    assert read["tests"].rows[0].values == {
        "case_id": "C1", "sample_date": date(2024, 5, 3), "kind": "pcr", "result": "positive", "ct": 24.5,
    }  # fmt: skip
    told = " ".join(notes)
    assert "1 left out: classified as no contact" in told
    assert "1 left out: marked as deleted" in told
    assert ("read without a zone" in told) == (zone is None)


def test_pairs_of_a_case_and_its_person_are_read(tmp_path: Path) -> None:
    pairs = [{"person": SORMAS["persons"][0], "caze": SORMAS["cases"][0]}]
    read, _ = tables(written(tmp_path, pairs))
    assert read["linelist"].rows[0].values["sex"] == "male"


def test_a_csv_of_sormas_or_go_data_is_known_by_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "sormas.csv"
    file.write_text(
        "uuid,disease,reportDate,caseClassification,person.sex,person.firstName,symptoms.onsetDate,outcome\n"
        "C1,CORONAVIRUS,2024-05-04,CONFIRMED,MALE,Ada,2024-05-02,DECEASED\n"
    )
    found = folder.find(file).files["linelist"]
    assert {
        "case_id",
        "report_date",
        "classification",
        "sex",
        "onset_date",
        "outcome",
    } <= found.mapping.found.keys()
    assert "person.firstName" in found.mapping.left_out
    file = tmp_path / "godata.csv"
    file.write_text(
        "ID,First name,Date of onset,Date of reporting,Classification,Gender,Age / Years,Addresses Address line 1\n"
        f"1,Ada,2024-05-02,2024-05-04,{PREFIX}CASE_CLASSIFICATION_SUSPECT,{PREFIX}GENDER_MALE,34,Nowhere Street\n"
    )
    found = folder.find(file).files["linelist"]
    assert {
        "case_id",
        "report_date",
        "classification",
        "sex",
        "onset_date",
        "age",
    } <= found.mapping.found.keys()
    assert found.mapping.left_out.keys() == {"First name", "Addresses Address line 1"}


# --- DHIS2 -------------------------------------------------------------------------------------------------------

FLAT: dict[str, Any] = {
    "trackedEntities": [
        {"trackedEntity": "teA", "trackedEntityType": "person", "attributes": [
            {"attribute": "atSex", "value": "FEMALE"}, {"attribute": "atName", "value": "Ada Invented"}]},
        {"trackedEntity": "teB", "trackedEntityType": "person", "attributes": [{"attribute": "atSex", "value": "gone"}]},
        {"trackedEntity": "teC", "trackedEntityType": "person"},
    ],
    "enrollments": [
        {"enrollment": "enA", "trackedEntity": "teA", "program": "prCase", "enrolledAt": "2024-05-04T00:00:00.000", "occurredAt": "2024-05-02T00:00:00.000", "status": "ACTIVE"},
        {"enrollment": "enB", "trackedEntity": "teB", "program": "prCase", "enrolledAt": "2024-05-05T00:00:00.000", "status": "COMPLETED"},
        {"enrollment": "enC", "trackedEntity": "teC", "program": "prCase", "enrolledAt": "2024-05-05T00:00:00.000", "status": "CANCELLED"},
        {"enrollment": "enK", "trackedEntity": "teC", "program": "prContact", "enrolledAt": "2024-05-05T00:00:00.000", "status": "ACTIVE"},
    ],
    "events": [
        {"event": "ev1", "enrollment": "enA", "programStage": "stLab", "occurredAt": "2024-05-03T00:00:00.000", "dataValues": [{"dataElement": "deResult", "value": "POSITIVE"}]},
        {"event": "ev2", "enrollment": "enA", "programStage": "stCase", "dataValues": [{"dataElement": "deClass", "value": "Confirmed"}]},
        {"event": "ev3", "enrollment": "enA", "programStage": "stLab", "deleted": True, "dataValues": []},
    ],
    "relationships": [
        {"relationshipType": "rtMet", "from": {"trackedEntity": {"trackedEntity": "teA"}}, "to": {"trackedEntity": {"trackedEntity": "teC"}}},
        {"relationshipType": "rtOther", "from": {"trackedEntity": {"trackedEntity": "teA"}}, "to": {"trackedEntity": {"trackedEntity": "teB"}}},
    ],
}  # fmt: skip
SAID = {
    '"prCase" = ""': '"prCase" = "cases"', '"prContact" = ""': '"prContact" = "contacts"', '"atSex" = ""': '"atSex" = "sex"',
    '"stLab" = ""': '"stLab" = "tests"', '"stCase" = ""': '"stCase" = "linelist"', '"deResult" = ""': '"deResult" = "result"',
    '"deClass" = ""': '"deClass" = "classification"', '"rtMet" = ""': '"rtMet" = "contacts"',
    '"enrolledAt" = ""': '"enrolledAt" = "report_date"', '"occurredAt" = ""': '"occurredAt" = "onset_date"',
}  # fmt: skip


def answered(tmp_path: Path, payload: Path) -> Path:
    target = tmp_path / "ids.toml"
    proposed = propose_mappings(payload, Asked())
    write_mappings(target, proposed.files, proposed.ids)
    text = target.read_text()
    assert "Invented" not in text
    for old, new in SAID.items():
        assert old in text
        text = text.replace(old, new)
    target.write_text(text)
    return target


def test_a_payload_of_dhis2_is_read_by_the_ids_that_somebody_said(
    database: Connections, tmp_path: Path
) -> None:
    payload = written(tmp_path, FLAT, "payload.json")
    with pytest.raises(OpeningRefused, match="what its ids mean differs from country to country"):
        open_all(payload, Asked(), by="test", now=NOW, quarantine_to=tmp_path)
    store = tmp_path / "kept"
    confirmed = confirmed_by(answered(tmp_path, payload), store)
    (found,) = folder.find_all(payload, how=How(ids=confirmed.ids), confirmed=confirmed)
    read = {
        name: read_table_file(file, zone="UTC", today=NOW.date(), dates=None)
        for name, file in found.files.items()
    }
    (row,) = read["linelist"].rows
    assert row.values == {
        "case_id": "teA", "onset_date": date(2024, 5, 2), "report_date": date(2024, 5, 4), "classification": "confirmed", "sex": "female",
    }  # fmt: skip
    assert read["linelist"].set_aside[0].problems[0].column == "sex"
    assert read["contacts"].rows[0].values == {"source_id": "teA", "contact_id": "teC"}
    assert read["tests"].rows[0].values == {
        "case_id": "teA",
        "sample_date": date(2024, 5, 3),
        "result": "positive",
    }
    (done,) = open_all(payload, Asked(confirmed=confirmed), by="test", now=NOW, quarantine_to=tmp_path)
    assert done.tables["linelist"].taken == 1
    (done,) = open_all(
        payload, Asked(confirmed=confirmed_by(None, store)), by="test", now=NOW, quarantine_to=tmp_path
    )
    assert done.new == 0


def test_a_nested_payload_says_the_same(tmp_path: Path) -> None:
    entity = {**FLAT["trackedEntities"][0], "enrollments": [{**FLAT["enrollments"][0], "events": FLAT["events"][:2]}],
              "relationships": FLAT["relationships"][:1]}  # fmt: skip
    nested = {
        "trackedEntities": [
            entity,
            FLAT["trackedEntities"][1],
            {**FLAT["trackedEntities"][2], "relationships": FLAT["relationships"][:1]},
        ]
    }
    ids = confirmed_by(answered(tmp_path, written(tmp_path, FLAT, "payload.json")), None).ids
    (found,) = folder.find_all(written(tmp_path, nested, "nested.json"), how=How(ids=ids))
    assert {name: len(file.raw.rows) for name, file in found.files.items()} == {
        "linelist": 1,
        "contacts": 1,
        "tests": 1,
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [("{", "is called .json and is none"), ("[" * 100_000, "is called .json and is none"), ("[]", "no export of Go.Data, SORMAS or DHIS2"),
     ('{"a": 1}', "no export of Go.Data"), ('{"cases": [{"uuid": "C1", "caseClassification": "SUSPECT", "deleted": true}]}', "marked as deleted")],
)  # fmt: skip
def test_what_is_no_export_is_refused_in_plain_words(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(FileRefused, match=says):
        folder.find_all(tmp_path / "x.json")
