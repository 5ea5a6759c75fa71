"""A proposed mapping of a file, in the form that people correct: what is known, and what has still to be said."""

from __future__ import annotations

from collections.abc import Sequence

from quell.exchange.confirmed import FileMapping, fingerprint
from quell.exchange.dates import DateStyle
from quell.exchange.deciding import Question
from quell.exchange.folder import TableFile
from quell.exchange.values import is_missing
from quell.exchange.words import code_of, loose_code, plain

MOST_WORDS = 40


def mapping_of(file: TableFile, questions: Sequence[Question] = (), notes: Sequence[str] = ()) -> FileMapping:
    """The mapping of a file as it is proposed. Words of identities and of free text are not among it.

    questions  what has to be answered; such a heading stands under dates or centuries with an empty answer
    """
    mapping = file.mapping
    named = {found.heading: name for name, found in mapping.found.items()}
    lacking = [
        f"{name} has still to be said: no heading is it"
        for name in sorted(file.table.needed - mapping.found.keys())
    ]
    said = FileMapping(
        file.label,
        fingerprint(file.raw.header),
        file.table.name,
        columns={heading: named.get(heading, "") for heading in file.raw.header if heading},
        left_out=mapping.left_out
        | {heading: f"would mean {name} too" for heading, name in mapping.doubtful.items()}
        | dict.fromkeys(mapping.unused, "not understood"),
        notes=(*notes, *lacking, *(str(question) for question in questions)),
    )
    for name, style in mapping.dates.items():
        _say_style(said, mapping.found[name].heading, style)
    for question in questions:
        said.dates.setdefault(question.heading, "excel" if question.kind == "serial" else "")
        if question.kind == "century":
            said.centuries.setdefault(question.heading, 0)
    for name, found in mapping.found.items():
        if found.column.codes is not None:
            said.words[found.heading] = _words(file, name)
    return said


def _say_style(said: FileMapping, heading: str, style: DateStyle) -> None:
    if style.order or style.serial:
        said.dates[heading] = style.serial or style.order or ""
    if style.century is not None:
        said.centuries[heading] = style.century


def _words(file: TableFile, name: str) -> dict[str, str | None]:
    """Each word of a column of codes and what it is taken for; None where it is not known."""
    found = file.mapping.found[name]
    list_name = found.column.codes or ""
    meant = file.mapping.words.get(name, {})
    texts = dict.fromkeys(
        cell.strip()
        for row in file.raw.rows
        if found.place < len(row.cells) and not is_missing(cell := row.cells[found.place], coded=True)
    )
    return {
        text: meant.get(plain(text))
        or code_of(text, list_name)
        or loose_code(text, list_name)
        or found.column.otherwise
        for text in list(texts)[:MOST_WORDS]
    }
