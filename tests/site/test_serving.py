"""The web application and the command line, as a person or a browser meets them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings
from django.test import AsyncClient, Client, RequestFactory, override_settings

from quell.site import embedded, security
from quell.site.home import home_directory


def quell(*arguments: str, home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-W",
            "error::RuntimeWarning",
            "-c",
            "from quell.cli import main; main()",
            *arguments,
        ],
        env=os.environ | {"QUELL_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def home() -> Iterator[Path]:
    with TemporaryDirectory(prefix="quell-home-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        yield home_directory(Path(folder) / "home")


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(port: int, path: str, seconds: float = 15) -> int:
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except urllib.error.URLError:
            assert time.monotonic() < end, "nothing answers"
            time.sleep(0.05)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_and_takes_its_database_down_with_it(
    home: Path, port: int, workers: str, ending: signal.Signals
) -> None:
    with quell("serve", "--port", str(port), "--workers", workers, home=home) as server:
        assert answer(port, "/alive") == 200
        assert answer(port, "/static/django_htmx/htmx-2.min.js") == 200
        server.send_signal(ending)
        _, said = server.communicate(timeout=20)
    assert "Traceback" not in said
    assert embedded.Server(home, embedded.server_account(), durable=True).postmaster() is None


def test_a_port_that_is_taken_is_told_in_one_block(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with quell("serve", "--port", str(taken.getsockname()[1]), home=home) as server:
            _, said = server.communicate(timeout=20)
    assert server.returncode == 1
    assert said.startswith("quell: Quell cannot listen on 127.0.0.1")
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "code"), [(["--version"], 0), (["no-such-command"], 2), (["restore", "/nowhere"], 1)]
)
def test_exit_codes_say_done_bad_input_or_wrong_usage(home: Path, arguments: list[str], code: int) -> None:
    with quell(*arguments, home=home) as process:
        _, said = process.communicate(timeout=20)
    assert process.returncode == code, said
    assert "Traceback" not in said


def test_a_backup_made_on_the_command_line_is_restored_there(home: Path, tmp_path: Path) -> None:
    for arguments in (["backup", "b"], ["restore", "b"], ["restore", "b", "--replace"]):
        command = [argument if argument != "b" else str(tmp_path / "b") for argument in arguments]
        with quell(*command, home=home) as process:
            _, said = process.communicate(timeout=30)
        assert process.returncode == 0, said


def test_every_answer_forbids_what_no_page_of_ours_needs() -> None:
    response = Client().get("/alive")
    assert response.status_code == 200
    for name, value in security.HEADERS.items():
        assert response.headers[name] == value
    assert "unsafe" not in response.headers["Content-Security-Policy"]


async def _static() -> tuple[int, str, bytes]:
    response = await AsyncClient().get("/static/django_htmx/htmx-2.min.js")
    return response.status_code, response.headers["Content-Type"], response.content


def test_static_files_come_from_the_packages_in_both_worlds() -> None:
    import asyncio

    status, kind, content = asyncio.run(_static())
    assert (status, kind.split(";")[0]) == (200, "text/javascript")
    assert Client().get("/static/django_htmx/htmx-2.min.js").content == content


def test_a_page_without_a_sign_in_is_not_shown() -> None:
    from django.contrib.auth.middleware import LoginRequiredMiddleware
    from django.contrib.auth.models import AnonymousUser

    request = RequestFactory().get("/duties")
    request.user = AnonymousUser()
    assert "django.contrib.auth.middleware.LoginRequiredMiddleware" in settings.MIDDLEWARE
    middleware = LoginRequiredMiddleware(lambda _: None)  # type: ignore[arg-type]
    with override_settings(LOGIN_URL="/sign-in/"):
        answer = middleware.process_view(request, lambda _: None, [], {})
    assert answer is not None
    assert answer["Location"] == "/sign-in/?next=/duties"
