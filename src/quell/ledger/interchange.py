"""Facts out and in: ``quell ledger export`` and ``import``, as JSON Lines.

The first line says what the file is; then come the packs that were adopted, then the facts in sealed order, each with
who recorded it and when. Taking the same file in twice changes nothing; taking it into an empty ledger gives the same
registry. Identity does not travel: the vault stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import psycopg

from quell.catalogue.fact import Fact, FactError
from quell.catalogue.when import WhenError, instant, parse
from quell.errors import QuellError
from quell.ledger.adopt import adopt
from quell.ledger.record import append, from_json
from quell.ledger.transactions import writing
from quell.protocol.pack import PackError, from_text

FORMAT = "quell ledger"
FORMAT_VERSION = 1
_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Moved:
    """How many facts and packs were written or read, and how many of the facts were new."""

    facts: int
    packs: int
    new: int


def export_ledger(file: Path) -> Moved:
    """Write the whole ledger to a file; whole or not at all."""
    half = file.with_name(file.name + ".half")
    facts = packs = 0
    with half.open("wb") as out, writing() as cursor:
        _write(out, {"format": FORMAT, "version": FORMAT_VERSION})
        cursor.execute("SELECT content, adopted_at FROM ledger.pack ORDER BY adopted_at, digest")
        for content, adopted_at in cursor.fetchall():
            _write(out, {"pack": content, "adopted_at": instant(adopted_at)})
            packs += 1
        for line in _sealed(cursor):
            _write(out, line)
            facts += 1
    half.replace(file)
    return Moved(facts, packs, facts)


def import_ledger(file: Path) -> Moved:
    """Take in a file that export wrote. It is read whole and checked before the first fact is taken.

    Raises QuellError naming the line that is wrong; then nothing was taken.
    """
    faults: list[str] = []
    for number, line in _lines(file):
        try:
            _check(number, line)
        except (FactError, PackError, QuellError, WhenError) as error:
            faults.append(f"{file.name}, line {number}: {error}")
            if len(faults) == 20:  # noqa: PLR2004 - enough to see what is wrong
                break
    if faults:
        raise QuellError("nothing was taken in:\n  " + "\n  ".join(faults))
    return _take(file)


def _take(file: Path) -> Moved:
    facts = packs = new = 0
    held: list[Fact] = []
    of: tuple[str, str] | None = None

    def flush() -> int:
        if not held or of is None:
            return 0
        taken = append(held, by=of[0], now=parse(of[1], "UTC").start).new
        held.clear()
        return taken

    for number, line in _lines(file):
        message = msgspec.json.decode(line)
        if number == 1:
            continue
        if "pack" in message:
            adopt(from_text(message["pack"]), now=parse(message["adopted_at"], "UTC").start)
            packs += 1
            continue
        written = (message["by"], message["recorded_at"])
        if written != of or len(held) >= _CHUNK:
            new += flush()
            of = written
        held.append(from_json(line))
        facts += 1
    new += flush()
    return Moved(facts, packs, new)


def _sealed(cursor: psycopg.Cursor[Any]) -> Iterator[dict[str, Any]]:
    """The facts in sealed order, those not yet sealed after them."""
    cursor.execute(
        """SELECT w.write_id, w.written_by, w.recorded_at FROM ledger.write w LEFT JOIN ledger.seal s USING (write_id)
           ORDER BY s.position NULLS LAST, w.write_id"""
    )
    for write_id, written_by, recorded_at in cursor.fetchall():
        cursor.execute(
            "SELECT kind, version, body::text FROM ledger.fact WHERE write_id = %s ORDER BY ordinal",
            (write_id,),
        )
        for kind, version, body in cursor:
            yield {
                "kind": kind,
                "version": version,
                "body": msgspec.json.decode(body),
                "by": written_by,
                "recorded_at": instant(recorded_at),
            }


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    try:
        source = file.open("rb")
    except OSError as error:
        raise QuellError(f"{file} cannot be read: {error.strerror}") from error
    with source:
        empty = True
        for number, line in enumerate(source, start=1):
            if line.strip():
                empty = False
                yield number, line
        if empty:
            raise QuellError(f"{file} is empty")


def _check(number: int, line: bytes) -> None:
    try:
        message = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise QuellError(f"not JSON: {error}") from error
    if number == 1:
        if message.get("format") != FORMAT or message.get("version") != FORMAT_VERSION:
            raise QuellError(
                f"not a ledger export of version {FORMAT_VERSION} (the first line says what a file is)"
            )
    elif "pack" in message:
        from_text(message["pack"])
        parse(message["adopted_at"], "UTC")
    else:
        from_json(line)
        parse(str(message.get("recorded_at")), "UTC")
        if not message.get("by"):
            raise QuellError("does not say by whom it was recorded")


def _write(out: BinaryIO, value: dict[str, Any]) -> None:
    out.write(msgspec.json.encode(value) + b"\n")
