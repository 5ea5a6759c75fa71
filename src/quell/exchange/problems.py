"""What is wrong with a file: which row, which column, what stood there, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault.

    row     the line of the file, from 1 (the header is line 1); None where it concerns the whole file
    column  the heading as it stands in the file; None where it concerns the whole row
    value   what stood there
    """

    row: int | None
    column: str | None
    value: str
    problem: str

    def __str__(self) -> str:
        parts = [f"row {self.row}" if self.row is not None else "", self.column or ""]
        where = ", ".join(part for part in parts if part)
        shown = f"{self.value!r}: " if self.value else ""
        return f"{where}: {shown}{self.problem}" if where else f"{shown}{self.problem}"


class FileRefused(ValueError):  # noqa: N818 - says what became of the file, as RecordRefused does
    """A file of which nothing can be taken; the message says why and what to do."""

    def __init__(
        self, problem: str, row: int | None = None, column: str | None = None, value: str = ""
    ) -> None:
        self.problem = Problem(row, column, value, problem)
        super().__init__(problem)


class ValueRefused(ValueError):  # noqa: N818 - the same, of a cell
    """A cell that cannot be read; the message says what is wrong and what to write."""
