"""The documents say what is so: links lead somewhere, commands exist, every dependency has its row."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
import typer

from quell.catalogue import REGISTER
from quell.cli import app
from quell.exchange.laboratory import read_results

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```[^\n]*\n(.*?)^```|^    (\S[^\n]*)|`([^`\n]+)`", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"(?:^|(?<=[\s/]))quell(?= [a-z])([^\n|#]*)", re.MULTILINE)

named = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def text_of(document: Path) -> str:
    return _COMMENT.sub("", document.read_text(encoding="utf-8"))


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text_of(document)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@named
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    broken = []
    for link in _LINK.findall(_FENCE.sub("", text_of(document))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def commands_in(document: Path) -> Iterator[list[str]]:
    for groups in _CODE.findall(text_of(document)):
        for arguments in _COMMAND.findall("".join(groups)):
            yield arguments.split()


def found(words: list[str]) -> click.Command | None:
    """The command that these words name; None where there is none."""
    command: Any = typer.main.get_command(app)
    words = list(words)
    while hasattr(command, "commands"):
        if not words or words[0] not in command.commands:
            return None
        command = command.commands[words.pop(0)]
    return command


def test_commands_are_looked_for_where_they_stand() -> None:
    assert ["ledger", "verify"] in list(commands_in(ROOT / "docs" / "ledger.md"))
    assert any(words[0] == "serve" for words in commands_in(ROOT / "docs" / "for-administrators.md"))


@named
def test_every_command_and_option_in_the_documents_exists(document: Path) -> None:
    missing = []
    for words in commands_in(document):
        command = found(words)
        if command is None:
            if words != ["ledger"]:
                missing.append(" ".join(words))
            continue
        known = {"--help"} | {
            option for each in command.params for option in [*each.opts, *each.secondary_opts]
        }
        missing.extend(
            f"{' '.join(words)}: {word}"
            for word in words
            if word.startswith("--") and word.partition("=")[0] not in known
        )
    assert missing == []


def test_every_command_is_named_in_a_document() -> None:
    group: Any = typer.main.get_command(app)
    told = {words[0] for document in DOCUMENTS for words in commands_in(document)}
    told |= set(re.findall(r"\./run ([a-z]+)", text_of(ROOT / "README.md")))
    assert set(group.commands) - told == set()


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_has_a_row_and_no_row_is_superfluous() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [
        *project["dependencies"],
        *(line for lines in project["optional-dependencies"].values() for line in lines),
    ]
    needed = [plain(re.match(r"[A-Za-z0-9._-]+", line)[0]) for line in asked]  # type: ignore[index]
    rows = re.findall(
        r"^\| ([a-z0-9._-]+) \| [^|]+ \| [^|]+ \| [^|]+ \|$",
        text_of(ROOT / "docs" / "dependencies.md"),
        re.MULTILINE,
    )
    assert sorted(map(plain, rows)) == sorted(needed)


def test_every_chapter_of_the_catalogue_is_told() -> None:
    told = text_of(ROOT / "docs" / "where-things-live.md").partition("## The chapters of the catalogue")[2]
    chapters = {kind.chapter for kind in REGISTER.values()}
    assert {chapter for chapter in chapters if f"`{chapter}`" not in told} == set()


def test_rooms_and_files_that_the_documents_name_exist() -> None:
    rooms = re.findall(r"^\| (`[^|]+) \|", text_of(ROOT / "ARCHITECTURE.md"), re.MULTILINE)
    names = [name for room in rooms for name in re.findall(r"`([^`]+)`", room)]
    assert len(names) > 10
    assert [name for name in names if not (ROOT / "src" / "quell" / name).exists()] == []
    missing = [
        f"{document.name}: {path}"
        for document in DOCUMENTS
        for path in re.findall(r"`((?:src|tests|docs|benchmarks)/[\w./-]+)`", text_of(document))
        if not (ROOT / path).exists() and "locale" not in path
    ]
    assert missing == []


def test_every_room_is_on_the_page() -> None:
    told = text_of(ROOT / "ARCHITECTURE.md")
    rooms = [each.name for each in (ROOT / "src" / "quell").iterdir() if (each / "__init__.py").exists()]
    assert [room for room in rooms if f"`{room}/`" not in told] == []


def test_the_sample_file_is_read_without_a_fault() -> None:
    sample = ROOT / "docs" / "samples" / "laboratory-results.csv"
    results = read_results(
        sample.read_bytes(),
        sample.name,
        outbreak="outbreak:sample",
        jurisdiction="CN-GS-LZ",
        zone="Asia/Shanghai",
        now=datetime(2026, 12, 1, tzinfo=UTC),
    )
    assert (results.problems, results.refused, results.tubes) == ([], False, 3)
    sizes = [len(fact.members) for fact in results.facts if hasattr(fact, "members")]
    assert sizes == [10, 10, 5]


def tracked() -> list[Path]:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_machine_or_an_index() -> None:
    # Put together here, so that this file does not name them either.
    signs = [sign.replace("·", "") for sign in ("--index·-url", "/ro·ot/", "/wo·rk/")]
    naming = []
    for file in tracked():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        naming.extend(f"{file.relative_to(ROOT)}: {sign}" for sign in signs if sign in text)
    assert naming == []
    locks = [file.read_text(encoding="utf-8") for file in ROOT.glob("requirements*.lock")]
    assert all("--hash=sha256:" in lock and "://" not in lock for lock in locks)
