"""The rows that were set aside, as a file to correct and feed back."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from quell.exchange.rows import SetAside


def write_quarantine(path: Path, header: Sequence[str], rows: Iterable[SetAside]) -> Path:
    """Write the rows as they stood, each with what is wrong with it in the last column, whole or not at all."""
    width = len(header)
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow([*header, "problem"])
        for row in rows:
            cells = [*row.cells, *[""] * width][: max(width, len(row.cells))]
            problems = "; ".join(f"{each.column}: {each.problem}" if each.column else each.problem for each in row.problems)
            writer.writerow([*cells, problems])
    os.replace(draft, path)  # noqa: PTH105 - Path.replace is this call
    return path


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
