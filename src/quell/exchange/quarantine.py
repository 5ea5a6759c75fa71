"""The rows that were set aside, as a file to correct and feed back."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from quell.exchange.reading import MARK, PROBLEM
from quell.exchange.rows import SetAside

# What a spreadsheet takes for the beginning of a formula; a number with a sign is none.
_FORMULA = re.compile(r"['=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def write_quarantine(
    path: Path, header: Sequence[str], rows: Iterable[SetAside], *, left_out: Collection[str] = ()
) -> Path:
    """Write the rows as they stood, each with what is wrong with it in the last column, whole or not at all.

    Cells that a spreadsheet would take for formulas bear an apostrophe, which reading takes away again.

    left_out  headings that were not read on purpose: identities and special categories are not copied about. The file
              is for its writer's eyes alone (mode 0600).
    """
    width = len(header)
    hidden = {place for place, heading in enumerate(header) if heading in left_out}
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8", errors="surrogateescape", newline="") as opened:  # noqa: PTH123 - a handle, not a path
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow([*(heading for heading in header if heading not in left_out), PROBLEM])
        for row in rows:
            whole = [*row.cells, *[""] * width][: max(width, len(row.cells))]
            cells = [harmless(cell) for place, cell in enumerate(whole) if place not in hidden]
            problems = "; ".join(
                f"{each.column}: {each.problem}" if each.column else each.problem for each in row.problems
            )
            writer.writerow([*cells, problems])
    os.replace(draft, path)  # noqa: PTH105 - Path.replace is this call
    return path


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; reading the file again takes the mark away."""
    return f"{MARK}{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def reasons(rows: Iterable[SetAside]) -> dict[str, int]:
    """How many rows each reason set aside, the most frequent first; a row of two faults counts at its first."""
    counted = Counter(_reason(row) for row in rows)
    return dict(counted.most_common())


def _reason(row: SetAside) -> str:
    """The first fault, without what differs from row to row."""
    first = row.problems[0]
    told = re.sub(r"lies \d+ days", "lies too many days", re.sub(r"\s*\([^)]*\)", "", first.problem))
    told = re.sub(r"stands in \d+ rows", "stands in several rows", told)
    return f"{first.column}: {told}" if first.column else told
