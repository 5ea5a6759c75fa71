"""`quell timing`: how long each step took, from a line list or a ledger's export."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import msgspec
from rich.console import Console

from quell.catalogue.when import local_date
from quell.charts.drawing import write_svg
from quell.engines.timing.measure import QUIET_DAYS, last_date, measure
from quell.engines.timing.result import Timing
from quell.errors import QuellError
from quell.exchange.frames import LineList, line_list
from quell.exchange.quarantine import reasons, write_quarantine


def run(
    *,
    linelist: Path,
    out: Path,
    as_of: date | None = None,
    closed: bool | None = None,
    steps: list[str] | None = None,
    dates: Literal["dmy", "mdy"] | None = None,
    mapping: Path | None = None,
    outbreak: str | None = None,
    language: Literal["en", "zh"] = "en",
    parquet: bool = False,
    seed: int = 0,
    as_json: bool = False,
) -> None:
    """Measure the steps of the cases at `linelist`; write steps.csv (or .parquet) and steps.svg into `out`.

    Rows that could not be taken go into set-aside.csv there, each with its reason. Raises QuellError when nothing can be
    read.
    """
    today = local_date(datetime.now(UTC), "UTC")
    read = line_list(linelist, today=today, dates=dates, outbreak=outbreak, mapping=mapping)
    timing = measure(read.frame, steps=steps, as_of=as_of, closed=closed, seed=seed)
    try:
        out.mkdir(parents=True, exist_ok=True)
        table = timing.write(out / ("steps.parquet" if parquet else "steps.csv"))
        figure = write_svg(timing.figure_in(language), out / "steps.svg")
    except OSError as error:
        raise QuellError(f"{out} cannot be written: {error.strerror}") from error
    aside = out / "set-aside.csv"
    if read.set_aside:
        write_quarantine(aside, read.header, read.set_aside, left_out=read.left_out)
    if as_json:
        summary = {**timing.summary, **_reading(read), "files": [str(table), str(figure)]}
        sys.stdout.write(msgspec.json.encode(summary).decode() + "\n")
        return
    _tell(Console(), read, timing, [table, figure], aside)
    last = last_date(read.frame)
    if closed is None and as_of is None and last and (today - last).days <= QUIET_DAYS:
        told = f"its last date is {last}: if these cases are still followed, say --open"
        Console().print(told, highlight=False, markup=False)


def _reading(read: LineList) -> dict[str, object]:
    """What became of the rows of the file."""
    return {
        "source": read.source,
        "rows": read.rows,
        "taken": read.frame.height,
        "repeated": read.repeated,
        "set_aside": len(read.set_aside),
        "reasons": reasons(read.set_aside),
        "notes": list(read.notes),
    }


def _tell(console: Console, read: LineList, timing: Timing, files: list[Path], aside: Path) -> None:
    taken = ", ".join(heading if heading == name else f"{heading} = {name}" for heading, name in read.columns)
    console.print(
        f"{read.source}: {read.rows:,} rows, {read.frame.height:,} taken", highlight=False, markup=False
    )
    if taken:
        console.print(f"  read: {taken}", highlight=False, markup=False)
    for note in read.notes:
        console.print(f"  {note}", highlight=False, markup=False)
    for reason, count in reasons(read.set_aside).items():
        console.print(f"  set aside {count:,}: {reason}", highlight=False, markup=False)
    if read.set_aside:
        console.print(f"  to correct: {aside}", highlight=False, markup=False)
    console.print(f"\n{timing}\n", highlight=False, markup=False, soft_wrap=True)
    console.print("written: " + ", ".join(map(str, files)), highlight=False, markup=False, soft_wrap=True)
