"""`quell report` as scripts see it: what is refused before anything is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from quell.cli import app
from quell.commands.report import run
from quell.errors import QuellError


def test_only_a_page_is_written(tmp_path: Path) -> None:
    with pytest.raises(QuellError, match="print one from a browser"):
        run(outbreak="mers", out=tmp_path / "situation.pdf")


def test_wrong_usage_ends_with_2(tmp_path: Path) -> None:
    for words in (["report", "mers"], ["report", "mers", "--out", "x.html", "--lang", "tlh"]):
        assert CliRunner().invoke(app, words).exit_code == 2
