"""What a whole column says that no single cell does: which of day and month comes first, what H and M mean.

A column in which some 25/03/2020 stands is day-first. One in which neither place ever passes 12 is asked about,
unless under one order all its days lie within the other dates of the file and under the other none does. Nothing is
decided without being said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from quell.exchange.columns import Found, Mapping
from quell.exchange.dates import SERIAL, SHORT_YEAR, YEAR_LAST, DateStyle, DayOrder, read_date
from quell.exchange.problems import ValueRefused
from quell.exchange.reading import RawTable
from quell.exchange.values import is_missing
from quell.exchange.words import plain

_MONTHS = 12
_FEW = 3  # so few cells prove nothing by where they lie
_MANY = 0.05  # a smaller share of a column is set aside row by row, and not asked about
_HALF = 0.5
_Order = Literal["dmy", "mdy", "ymd"]
_ORDERS: tuple[_Order, ...] = ("dmy", "mdy")
_WORDS = {"dmy": "day first", "mdy": "month first"}


@dataclass(frozen=True, slots=True)
class Question:
    """Something about a column that has to be answered before it can be read.

    kind  order: day or month first; century: years of two digits; serial: numbers where days are wanted
    """

    file: str
    heading: str
    column: str
    kind: str
    examples: tuple[str, ...]

    def __str__(self) -> str:
        shown = ", ".join(self.examples)
        where = f"{self.file}, {self.heading} ({shown}): "
        if self.kind == "order":
            return where + "is the day or the month first? Say --dates dmy or --dates mdy"
        if self.kind == "century":
            return where + "in which hundred years do years of two digits fall, and what comes first?"
        return where + 'are these days as Excel counts them? Then the column is "excel"'


@dataclass(frozen=True, slots=True)
class Decided:
    """A mapping that knows more; what has to be asked; what was decided, in words."""

    mapping: Mapping
    questions: tuple[Question, ...]
    notes: tuple[str, ...]


def decide(raw: RawTable, mapping: Mapping, dates: DayOrder | None) -> Decided:
    """Decide what the columns of a file say about themselves.

    dates  what somebody said of all columns; it answers for those that do not say it themselves
    """
    styles = dict(mapping.dates)
    questions: list[Question] = []
    notes: list[str] = []
    for name, found in mapping.found.items():
        if found.column.type in {"date", "moment"}:
            column = _DateColumn(raw, found, styles.get(name, DateStyle()))
            order, note = column.order(dates) or _by_the_other_dates(column, raw, mapping) or (None, "")
            styles[name] = replace(column.style, order=order)
            notes += [note] if note else []
            questions += column.questions(styles[name])
    words = dict(mapping.words)
    if "sex" in mapping.found and (meant := _h_and_m(raw, mapping.found["sex"])):
        words["sex"] = meant | words.get("sex", {})
        notes.append(
            f"{raw.name}, {mapping.found['sex'].heading}: H stands beside M, so M is taken as female (mujer, mulher)"
            if meant.get("m") == "female"
            else f"{raw.name}, {mapping.found['sex'].heading}: H is taken as male (homme, hombre, homem)"
        )
    return Decided(
        replace(
            mapping,
            dates={name: style for name, style in styles.items() if style != DateStyle()},
            words=words,
        ),
        tuple(questions),
        tuple(notes),
    )


class _DateColumn:
    """The cells of a column of dates, by how they are written."""

    def __init__(self, raw: RawTable, found: Found, style: DateStyle) -> None:
        self.raw, self.found, self.style = raw, found, style
        self.cells = _filled(raw, found.place)
        self.last = [
            (text, int(match[1]), int(match[2])) for text in self.cells if (match := YEAR_LAST.match(text))
        ]
        self.short = [text for text in self.cells if SHORT_YEAR.match(text)]
        self.numbers = [text for text in self.cells if SERIAL.fullmatch(text)]
        self.unclear = [
            text for text, first, second in self.last if first != second and max(first, second) <= _MONTHS
        ]

    def order(self, said: DayOrder | None) -> tuple[_Order | None, str] | None:
        """Which comes first and how that is known; None where the column does not say and nobody did."""
        if self.style.order is not None:
            return self.style.order, ""
        day_first = next((text for text, first, _ in self.last if first > _MONTHS), None)
        month_first = next((text for text, _, second in self.last if second > _MONTHS), None)
        where = f"{self.raw.name}, {self.found.heading}"
        if day_first and month_first:
            told = f"{where}: {day_first} has the day first and {month_first} the month; what can be read in two ways is set aside"
            return None, told if self.unclear else ""
        if (day_first or month_first) and self.unclear:
            found: _Order = "dmy" if day_first else "mdy"
            against = f", whatever --dates {said} says" if said and said != found else ""
            return found, f"{where}: {_WORDS[found]}, since {day_first or month_first} stands in it{against}"
        return (said, "") if said else None

    def questions(self, style: DateStyle) -> Iterator[Question]:
        """What has to be asked, the column being written in this style as far as is known."""
        total = sum(self.cells.values()) or 1
        asked = (
            ("order", self.unclear, style.order is None and not self._mixed(), _MANY),
            ("century", self.short, style.century is None or style.order is None, _HALF),
            ("serial", self.numbers, style.serial is None, _HALF),
        )
        for kind, texts, unanswered, share in asked:
            if unanswered and sum(self.cells[text] for text in texts) >= share * total and texts:
                yield Question(
                    self.raw.name, self.found.heading, self.found.column.name, kind, tuple(texts[:3])
                )

    def _mixed(self) -> bool:
        return any(first > _MONTHS for _, first, _ in self.last) and any(
            second > _MONTHS for _, _, second in self.last
        )


def _by_the_other_dates(
    column: _DateColumn, raw: RawTable, mapping: Mapping
) -> tuple[_Order | None, str] | None:
    """The order under which every unclear day lies within the file's other dates, where under the other none does."""
    if sum(column.cells[text] for text in column.unclear) < _FEW:
        return None
    others = sorted(
        day
        for found in mapping.found.values()
        if found.column.type in {"date", "moment"} and found is not column.found
        for text in _filled(raw, found.place)
        if (day := _day(text, DateStyle())) is not None
    )
    if not others:
        return None
    first, last = others[0], others[-1]
    inside: dict[_Order, list[bool]] = {
        order: [first <= day <= last for text in column.unclear if (day := _day(text, DateStyle(order)))]
        for order in _ORDERS
    }
    both: tuple[tuple[_Order, _Order], ...] = (("dmy", "mdy"), ("mdy", "dmy"))
    for order, other in both:
        if all(inside[order]) and not any(inside[other]):
            told = (
                f"{raw.name}, {column.found.heading}: {_WORDS[order]}, since so every day of it lies within the other "
                f"dates of the file ({first} to {last}) and otherwise none does; say --dates {other} if that is wrong"
            )
            return order, told
    return None


def _h_and_m(raw: RawTable, found: Found) -> dict[str, str]:
    """Beside H, M is mujer or mulher. V is left alone: in Spanish it is a man, in Dutch a woman."""
    words = {plain(text) for text in _filled(raw, found.place)}
    if {"h", "m"} <= words and "f" not in words:
        return {"h": "male", "m": "female"}
    return {"h": "male"} if "h" in words else {}


def _filled(raw: RawTable, place: int) -> Counter[str]:
    return Counter(
        cell.strip()
        for row in raw.rows
        if place < len(row.cells) and not is_missing(cell := row.cells[place])
    )


def _day(text: str, style: DateStyle) -> date | None:
    with suppress(ValueRefused):
        return read_date(text[:10] if len(text) > len("2022-07-14") and text[4:5] == "-" else text, style)
    return None
