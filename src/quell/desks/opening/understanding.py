"""How files are understood, as a form: what is proposed for each heading, and what somebody answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from quell.catalogue import codes
from quell.desks.opening.jobs import Job
from quell.desks.opening.running import asked_of
from quell.exchange.columns import says_who
from quell.exchange.confirmed import FileMapping, fingerprint
from quell.exchange.deciding import decide
from quell.exchange.folder import TableFile
from quell.exchange.mapped import mapping_of
from quell.exchange.preparing import Asked, OpeningRefused, find, plan_all
from quell.exchange.problems import FileRefused
from quell.exchange.reporting import TableReport, report_of
from quell.tables.definitions import SPECIAL_CATEGORIES, TABLES, Column

MOST_HEADINGS = 300
SAMPLES = 3
LONGEST_SAMPLE = 40
_CHINESE = re.compile(r"[\u4e00-\u9fff]+(?:编号)?")
ORDERS = ("dmy", "mdy", "ymd", "excel", "excel1904")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a coded column and the code it is taken for; None where it is not known."""

    key: str
    word: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading of a file: samples of what stands under it (none of a column that is left out), and what it is taken for.

    kept   why it is not read: identity, special (a category of data), taken (another heading is the same), or ""
    asked  what has still to be answered about it: order, century, serial; or ""
    """

    key: str
    heading: str
    samples: tuple[str, ...]
    column: str
    kept: str
    asked: str
    is_date: bool
    order: str
    century: int
    list_name: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """One file: what its table is called, the columns that table has (name and label), and its headings."""

    number: int
    label: str
    table: str
    rows: int
    columns: tuple[tuple[str, str], ...]
    headings: tuple[Heading, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the files of a job say when read as it asks: headings, questions, and what would be recorded.

    reports  the table in words, and what would become of its rows
    fault  why they cannot be read or recorded; "" where they can
    """

    files: list[Understood] = field(default_factory=list)
    special: list[str] = field(default_factory=list)
    reports: list[tuple[str, TableReport]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fault: str = ""
    open_questions: int = 0


def read(job: Job, now: datetime, language: str = "en") -> Reading:
    """Read the files of a job; nothing is recorded. language: of labels, en or zh."""
    try:
        asked = asked_of(job)
        files = files_of(job, asked)
    except (OpeningRefused, FileRefused) as error:
        return Reading(fault=str(error))
    understood, questions = [], 0
    for number, file in enumerate(files):
        made, open_here = _understood(number, file, asked, language)
        understood.append(made)
        questions += open_here
    special = sorted(
        {
            category
            for file in files
            for reason in file.mapping.left_out.values()
            for category in SPECIAL_CATEGORIES
            if reason.startswith(category)
        }
        | asked.purposes.keys()
    )
    if questions:
        return Reading(understood, special, open_questions=questions)
    try:
        planned = plan_all(job.path, asked, now=now, into=job.asides)
    except OpeningRefused as error:
        return Reading(understood, special, fault=str(error))
    reports = [
        (in_words(table, TABLES[table].file_words, language), report_of(plan, table, asides.get(table)))
        for plan, _, asides in planned
        for table in plan.tables
    ]
    notes = list(dict.fromkeys(note for plan, _, _ in planned for note in plan.notes))
    return Reading(understood, special, reports, notes)


def files_of(job: Job, asked: Asked) -> list[TableFile]:
    """Every file or sheet that is taken, in order; raises OpeningRefused."""
    return [file for dataset in find(job.path, asked, whole=False) for file in dataset.files.values()]


def in_words(name: str, others: tuple[str, ...], language: str) -> str:
    """A name of the tables as people say it: in Chinese the Chinese word that files use for it, else the name itself."""
    chinese = next((word for word in others if _CHINESE.fullmatch(word)), "") if language == "zh" else ""
    return chinese or name.replace("_", " ")


def _understood(number: int, file: TableFile, asked: Asked, language: str = "en") -> tuple[Understood, int]:
    decided = decide(file.raw, file.mapping, asked.dates)
    settled = TableFile(file.path, file.table, file.raw, decided.mapping, file.digest)
    said = mapping_of(settled, decided.questions)
    questions = {question.heading: question.kind for question in decided.questions}
    columns = {each.name: each for each in file.table.columns}
    headings = tuple(
        _heading(f"{number}-{place}", heading, place, settled, said, columns, questions)
        for place, heading in enumerate(file.raw.header[:MOST_HEADINGS])
        if heading
    )
    labels = tuple((each.name, in_words(each.name, each.synonyms, language)) for each in file.table.columns)
    table = in_words(file.table.name, file.table.file_words, language)
    made = Understood(number, file.label, table, len(file.raw.rows), labels, headings)
    return made, len(decided.questions)


def _heading(
    key: str,
    heading: str,
    place: int,
    file: TableFile,
    said: FileMapping,
    columns: Mapping[str, Column],
    questions: Mapping[str, str],
) -> Heading:
    column = columns.get(said.columns.get(heading, ""))
    private = heading in file.mapping.left_out
    words = said.words.get(heading, {})
    return Heading(
        key=key,
        heading=heading,
        samples=() if private else tuple(_samples(file, place)),
        column=column.name if column else "",
        kept=_kept(heading, file),
        asked=questions.get(heading, ""),
        is_date=column is not None and column.type in {"date", "moment"},
        order=said.dates.get(heading, "") if questions.get(heading) != "serial" else "",
        century=said.centuries.get(heading, 0),
        list_name=column.codes or "" if column else "",
        words=tuple(Word(f"{key}-{count}", word, code) for count, (word, code) in enumerate(words.items())),
    )


def _kept(heading: str, file: TableFile) -> str:
    if says_who(heading, file.table):
        return "identity"
    if heading in file.mapping.left_out:
        return "special"
    return "taken" if heading in file.mapping.doubtful else ""


def _samples(file: TableFile, place: int) -> Iterator[str]:
    seen: dict[str, None] = {}
    for row in file.raw.rows:
        cell = row.cells[place].strip() if place < len(row.cells) else ""
        if cell and cell not in seen:
            seen[cell] = None
            yield cell if len(cell) <= LONGEST_SAMPLE else f"{cell[:LONGEST_SAMPLE]}…"
        if len(seen) == SAMPLES:
            return


def answered(job: Job, form: Mapping[str, str]) -> list[FileMapping]:
    """The mappings that a form says; what it does not speak of stays as it is proposed. Raises OpeningRefused, FileRefused."""
    asked = asked_of(job)
    mappings = []
    for number, file in enumerate(files_of(job, asked)):
        made, _ = _understood(number, file, asked)
        said = FileMapping(file.label, fingerprint(file.raw.header), file.table.name)
        for each in made.headings:
            _answer(said, each, form)
        mappings.append(said)
    return mappings


def _answer(said: FileMapping, heading: Heading, form: Mapping[str, str]) -> None:
    name = form.get(f"column-{heading.key}", heading.column)
    said.columns[heading.heading] = name
    if not name:
        return
    if name == heading.column:
        order = form.get(f"order-{heading.key}", heading.order)
        century = form.get(f"century-{heading.key}", str(heading.century))
        if order in ORDERS:
            said.dates[heading.heading] = order
        if century.isdigit() and int(century):
            said.centuries[heading.heading] = int(century)
        if heading.words:
            known = codes.values(heading.list_name)
            said.words[heading.heading] = {
                word.word: _code(form.get(f"word-{word.key}"), word.code, known) for word in heading.words
            }


def _code(answer: str | None, proposed: str | None, known: frozenset[str]) -> str | None:
    """A code; "" where the word says nothing; None where nobody knows it."""
    if answer is None or answer == "?":
        return proposed if answer is None else None
    return answer if answer in known else ""


def asked_in(form: Mapping[str, Any]) -> dict[str, Any]:
    """What a form asks for beside the mapping: the name, the zone, how text is written, purposes."""
    purposes = {
        category: why
        for category in SPECIAL_CATEGORIES
        if form.get(f"read-{category}") and (why := str(form.get(f"purpose-{category}", "")).strip())
    }
    plain = {name: str(form.get(name, "")).strip() for name in ("name", "zone", "encoding", "protocol")}
    return {**{name: value for name, value in plain.items() if value}, "purposes": purposes}
