"""The situation report in the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from quell.site.roles import Connections

if TYPE_CHECKING:
    from django.test import Client

SignedIn = Callable[..., "Client"]


def test_the_outbreak_page_leads_to_the_report_which_loads_nothing(
    outbreak: Connections, signed_in: SignedIn
) -> None:
    client = signed_in()
    assert "/outbreak/report" in client.get("/outbreak/").content.decode()
    answer = client.get("/outbreak/report", {"as_of": "", "lang": "zh", "form": "internal"})
    assert answer.status_code == 200
    assert "疫情态势报告" in answer.content.decode()
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"].startswith("inline")


def test_it_is_downloaded_under_a_name_that_says_what_it_is(
    outbreak: Connections, signed_in: SignedIn
) -> None:
    answer = signed_in().get("/outbreak/report", {"lang": "en", "download": "1"})
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''lanzhou-")


def test_a_time_without_an_offset_is_the_outbreaks_own(outbreak: Connections, signed_in: SignedIn) -> None:
    answer = signed_in().get("/outbreak/report", {"as_of": "2030-01-01T08:00"})
    assert answer.status_code == 400
    assert "nothing later is known" in answer.content.decode()


def test_the_internal_form_is_for_the_desk_of_the_command(outbreak: Connections, signed_in: SignedIn) -> None:
    sampler = signed_in("sampler", "sampling")
    assert sampler.get("/outbreak/report", {"form": "internal"}).status_code == 403
    assert sampler.get("/outbreak/report", {"form": "public"}).status_code == 200
    assert signed_in("chief", "command").get("/outbreak/report").status_code == 200
