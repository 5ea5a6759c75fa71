"""Line lists in several languages: headings, words and ages as their writers write them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from quell.exchange import folder
from quell.exchange.columns import propose
from quell.exchange.deciding import decide
from quell.exchange.linelist import read_table_file
from quell.exchange.values import read_age
from quell.exchange.words import plain, read_code
from quell.tables.definitions import CONTACTS, LINELIST, PLACES, TABLES, TESTS, VISITS

LISTS = {
    "fr": "N° du cas;Date de début des symptômes;Date de notification;Âge;Sexe;Classification du cas;Issue\n"
    "7;4 mars 2020;05/03/2020;50 ans;Féminin;Cas confirmé;Guérie\n8;25/03/2020;26/03/2020;8 mois;Homme;Suspect;Décédé\n",
    "es": "Número de caso,Fecha de inicio de síntomas,Fecha de notificación,Edad,Sexo,Clasificación,Evolución\n"
    "7,04/03/2020,05/03/2020,50 años,M,Caso confirmado,Recuperada\n8,25/03/2020,26/03/2020,8 meses,H,Sospechoso,Fallecido\n",
    "pt": "Número do caso,Data dos primeiros sintomas,Data da notificação,Idade,Sexo,Classificação final,Evolução\n"
    "7,04/03/2020,05/03/2020,50 anos,Feminino,Confirmado,Curado\n8,25/03/2020,26/03/2020,8 meses,Masculino,Suspeito,Óbito\n",
    "de": "Fallnummer;Erkrankungsbeginn;Meldedatum;Alter;Geschlecht;Fallstatus;Ausgang\n"
    "7;04.03.2020;05.03.2020;50 Jahre;weiblich;bestätigt;genesen\n8;25.03.2020;26.03.2020;8 Monate;männlich;Verdacht;verstorben\n",
    "ru": "Номер случая;Дата начала симптомов;Дата регистрации;Возраст;Пол;Классификация случая;Исход\n"
    "7;04.03.2020;05.03.2020;50 лет;ж;подтвержденный;выздоровела\n8;25.03.2020;26.03.2020;8 мес;муж;подозрительный;умер\n",
    "ar": "رقم الحالة,تاريخ ظهور الأعراض,تاريخ الإبلاغ,العمر,الجنس,تصنيف الحالة,المآل\n"
    "7,04/03/2020,05/03/2020,50 سنة,أنثى,مؤكد,تعافى\n8,25/03/2020,26/03/2020,8 أشهر,ذكر,مشتبه,وفاة\n",
    "ko": "환자번호,증상발생일,신고일,나이,성별,환자분류,결과\n"
    "7,2020년 3월 4일,2020-03-05,50세,여,확진,완치\n8,2020.3.25,2020-03-26,8개월,남,의심,사망\n",
}  # fmt: skip


@pytest.mark.parametrize("language", LISTS)
def test_a_line_list_says_the_same_in_every_language(tmp_path: Path, language: str) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LISTS[language], encoding="utf-8")
    found = folder.find(file).files["linelist"]
    what = decide(found.raw, found.mapping, None)
    assert what.questions == ()
    read = read_table_file(
        folder.TableFile(found.path, found.table, found.raw, what.mapping, found.digest),
        zone="UTC", today=date(2026, 1, 1), dates=None,
    )  # fmt: skip
    assert read.set_aside == []
    first, second = (row.values for row in read.rows)
    assert first == {
        "case_id": "7", "onset_date": date(2020, 3, 4), "report_date": date(2020, 3, 5), "age": (50, 50), "sex": "female",
        "classification": "confirmed", "outcome": "recovered",
    }  # fmt: skip
    assert second == {
        "case_id": "8", "onset_date": date(2020, 3, 25), "report_date": date(2020, 3, 26), "age": (0, 0), "sex": "male",
        "classification": "suspected", "outcome": "died",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "headings", "columns"),
    [
        (CONTACTS, ("Cas index", "Identifiant du contact", "Date du dernier contact"), {"source_id", "contact_id", "last_exposure"}),
        (CONTACTS, ("확진자", "접촉자", "관계"), {"source_id", "contact_id", "kind"}),
        (VISITS, ("ID paciente", "Código del lugar", "Hora de llegada"), {"person_id", "place_id", "enter"}),
        (PLACES, ("Ort-ID", "Name des Ortes", "Breite"), {"place_id", "name"}),
        (TESTS, ("Código do caso", "Data da coleta", "Resultado"), {"case_id", "sample_date", "result"}),
    ],
)  # fmt: skip
def test_the_other_tables_are_known_too(table: object, headings: tuple[str, ...], columns: set[str]) -> None:
    assert propose(headings, table).found.keys() == columns  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "heading", ["Nom", "Prénom", "Apellidos", "Teléfono", "Endereço", "Geburtsdatum", "ФИО", "الاسم", "주민등록번호", "date of birth"]
)  # fmt: skip
def test_who_somebody_is_is_left_out_in_every_language(heading: str) -> None:
    assert heading in propose(("id", heading, "onset"), LINELIST).left_out


def test_m_beside_h_is_mujer_and_it_is_said(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("id,inicio de síntomas,sexo\n1,2020-03-04,H\n2,2020-03-04,M\n")
    found = folder.find(file).files["linelist"]
    what = decide(found.raw, found.mapping, None)
    assert what.mapping.words["sex"] == {"h": "male", "m": "female"}
    assert any("M is taken as female" in note for note in what.notes)


def test_a_word_means_one_column_of_a_table_whatever_its_hand() -> None:
    for table in TABLES.values():
        meant: dict[str, set[str]] = {}
        for column in table.columns:
            for word in (column.name, *column.synonyms):
                meant.setdefault(plain(word), set()).add(column.name)
        assert {word for word, columns in meant.items() if len(columns) > 1} <= {"status"}, table.name


def test_the_names_of_lists_are_taken_from_before_codes() -> None:
    assert (
        read_code("LNG_REFERENCE_DATA_CATEGORY_CASE_CLASSIFICATION_NOT_A_CASE_DISCARDED", "classification")
        == "not_a_case"
    )
    assert read_code("LNG_REFERENCE_DATA_CATEGORY_CERTAINTY_LEVEL_1_LOW", "certainty") == "low"
    assert read_code("LNG_REFERENCE_DATA_CATEGORY_OUTCOME_DECEASED", "outcome") == "died"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("50s", (50, 59)), ("50er", (50, 59)), ("50대", (50, 59)), ("under 5", (0, 4)), ("<1", (0, 0)), ("3 weeks", (0, 0)),
     ("2 years 3 months", (2, 2)), ("18 months", (1, 1)), ("100s", (100, 109)), ("40-49 ans", (40, 49)), ("7,5", (7, 7))],
)  # fmt: skip
def test_ages_as_people_write_them(text: str, wanted: tuple[int, int]) -> None:
    assert read_age(text) == wanted
