"""The situation report: as it was known then, in two languages, one file that loads nothing, the same bytes each time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from quell.catalogue.investigation import CaseClassified
from quell.catalogue.when import instant
from quell.exchange.opening import open_path
from quell.ledger.adopt import open_outbreak
from quell.ledger.record import record
from quell.protocol.pack import load
from quell.registry.reading.outbreaks import one
from quell.report.page import Report, report
from quell.report.situation import ReportRefused, moment_of
from quell.site.roles import Connections

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEAD = "id,country,onset,dt_report,age,sex,outcome,dt_death,infector"


@pytest.fixture
def past(database: Connections, tmp_path: Path) -> str:
    """Thirty cases, one a day, reported two days later; every third died ten days after its onset."""
    rows = []
    for number in range(30):
        onset = datetime(2022, 7, 1) + timedelta(days=number)  # noqa: DTZ001 - a date
        ended = onset + timedelta(days=10)
        died = number % 3 == 0
        rows.append(
            f"{number},Korea,{onset:%Y-%m-%d},{onset + timedelta(days=2):%Y-%m-%d},{20 + number},"
            f"{'F' if number % 2 else 'M'},{'Dead' if died else ''},{ended.strftime('%Y-%m-%d') if died else ''},"
            f"{number - 1 if number % 4 else ''}"
        )
    folder = tmp_path / "mers_small"
    folder.mkdir()
    (folder / "linelist.csv").write_text("\n".join([HEAD, *rows]) + "\n")
    return open_path(folder, by="test", now=NOW, quarantine_to=tmp_path).outbreak


def made(outbreak: str, as_of: str | None = None, **asked: Any) -> Report:
    found = one(outbreak)
    assert found is not None
    given = {"language": "en", "made_at": NOW} | asked
    return report(found, moment_of(found, as_of, NOW), **given)


def text_of(page: Report) -> str:
    without = re.sub(r"<(style|svg).*?</\1>", " ", page.html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without))


def test_the_whole_is_told_at_its_end(past: str) -> None:
    text = text_of(made(past))
    assert "30 cases were known by 2022-08-07." in text
    assert "10 died, 33% of all cases; no recovery is known, and 20 have no outcome yet." in text
    assert "From onset to report: median 2.0 days" in text
    assert "every fact that the ledger has counts" in text


def test_a_day_in_the_middle_has_no_hindsight(past: str) -> None:
    text = text_of(made(past, "2022-07-12"))
    assert "10 cases were known by 2022-07-12." in text
    assert "1 died, 10% of all cases" in text
    assert "7 became known in the last 7 days, 4 more than in the 7 days before (3)." in text
    assert "a fact counts from the end of the day on which its source learned of it" in text


def test_what_a_source_could_not_record_is_not_nought(past: str) -> None:
    text = text_of(made(past))
    assert "This source does not record contacts." in text
    assert "This source does not record orders to hold or isolate." in text


def test_nothing_is_loaded_from_anywhere(past: str) -> None:
    html = made(past).html
    assert not re.search(r"<(script|link|img|iframe|object|embed)\b", html)
    addresses = {found for found in re.findall(r"https?://[^\s\"'<)]+", html) if "www.w3.org" not in found}
    assert addresses == set()
    assert {found for found in re.findall(r"url\(([^)]*)\)", html) if not found.startswith("#")} == set()
    assert "@import" not in html


def test_no_person_is_named(past: str) -> None:
    assert "mers_small/" not in made(past).html


def test_the_same_moment_gives_the_same_bytes(past: str) -> None:
    assert made(past, "2022-07-20").html == made(past, "2022-07-20").html


def test_every_word_is_there_in_chinese(past: str) -> None:
    page = made(past, language="zh")
    text = text_of(page)
    assert '<html lang="zh-Hans">' in page.html
    assert "截至 2022-08-07 已知 30 例。" in text
    known = {"MERS", "Quell", "Asia", "Seoul", "KR", "CN", "mers", "small", "outbreak", "n", "Tukey", "Exploratory", "Data",
             "Analysis", "section", "D", "WHO", "archive", "A", "W", "N", "S", "P", "M", "X", "min", "Python", "h", "d"}  # fmt: skip
    words = set(re.findall(r"[A-Za-z]+", re.sub(r"\([^()]*\)", "", text)))
    assert words - known == set()


def test_the_form_for_the_public_hides_small_numbers(past: str) -> None:
    internal, public = made(past, "2022-07-06"), made(past, "2022-07-06", public=True)
    assert "Internal: for the command only" in internal.html
    assert "For the public" in public.html
    text = text_of(public)
    assert "fewer than 5 cases were known by 2022-07-06." in text
    told = re.findall(r"<(?:td|b)[^>]*>([^<]*)<", public.html)
    assert {figure for figure in told if figure in {"1", "2", "3", "4"}} == set()
    assert "-public-" in public.name


def test_a_moment_that_cannot_be_is_refused(past: str) -> None:
    with pytest.raises(ReportRefused, match="nothing later is known"):
        made(past, "2023-01-01")
    with pytest.raises(ReportRefused, match="is not a date"):
        made(past, "July")
    with pytest.raises(ReportRefused, match="nothing was known"):
        made(past, "2022-06-01")


def test_a_live_outbreak_without_a_case_has_a_page(database: Connections) -> None:
    now = datetime(2026, 11, 24, 1, tzinfo=UTC)
    open_outbreak(
        "outbreak:new",
        pack=load("cn-covid19"),
        title={"en": "New & <b>", "zh": "新"},
        jurisdiction="CN-GS-LZ",
        zone="Asia/Shanghai",
        opened=now - timedelta(days=2),
        by="command",
        now=now - timedelta(days=2),
    )
    found = one("outbreak:new")
    assert found is not None
    page = report(found, moment_of(found, None, now), language="en", made_at=now)
    assert "No case was known by 2026-11-24." in text_of(page)
    assert "New &amp; &lt;b&gt;" in page.html


def test_made_twice_with_a_later_fact_between_an_earlier_moment_stays_as_it_was(
    database: Connections,
) -> None:
    now = datetime(2026, 11, 24, 1, tzinfo=UTC)
    where: dict[str, Any] = {
        "jurisdiction": "CN-GS-LZ",
        "zone": "Asia/Shanghai",
        "source": "test",
        "outbreaks": ("outbreak:new",),
    }
    open_outbreak(
        "outbreak:new",
        pack=load("cn-covid19"),
        title={"en": "New"},
        jurisdiction="CN-GS-LZ",
        zone="Asia/Shanghai",
        opened=now - timedelta(days=2),
        by="command",
        now=now - timedelta(days=2),
    )

    def case(number: int, at: datetime) -> CaseClassified:
        return CaseClassified(
            subject=f"person:{number}", occurred=instant(at), classification="confirmed", **where
        )

    record([case(1, now - timedelta(days=1))], by="test", now=now - timedelta(days=1))
    found = one("outbreak:new")
    assert found is not None
    moment = moment_of(found, instant(now - timedelta(hours=2)), now)
    before = report(found, moment, language="en", made_at=now)
    record([case(2, now - timedelta(days=1))], by="test", now=now)
    after = report(found, moment, language="en", made_at=now)
    assert "1 case was known" in text_of(before)
    assert after.html == before.html
