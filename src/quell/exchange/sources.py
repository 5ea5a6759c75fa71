"""What a file holds, as raw tables: one of separated values, the sheets of a workbook, the lists of a peer's export."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from quell.exchange import peers, workbook
from quell.exchange.peers import dhis2
from quell.exchange.problems import FileRefused
from quell.exchange.reading import RawTable, check_size, read_table

OF_TEXT = (".csv", ".tsv", ".txt")
ENDINGS = (*OF_TEXT, *workbook.ENDINGS, ".json")
_PROGRAMS = (".xlsm", ".xlsb", ".xltm", ".xlam")


@dataclass(frozen=True, slots=True)
class How:
    """How files are to be read, where they do not say it themselves.

    encoding  of text that is not UTF-8; zone: of moments in a peer's export; ids: what a DHIS2 calls what
    """

    encoding: str | None = None
    zone: str | None = None
    ids: dhis2.Ids | None = None


AS_THEY_SAY = How()


def read_exports(paths: Sequence[Path], how: How = AS_THEY_SAY) -> tuple[list[RawTable], str]:
    """The tables of a peer's export in several files, taken together, and the digest of their bytes."""
    read = []
    for path in paths:
        check_size(path.stat().st_size, path.name)
        read.append((path.name, path.read_bytes()))
    digest = hashlib.sha256(b"".join(hashlib.sha256(data).digest() for _, data in read)).hexdigest()
    return peers.read_exports(read, zone=how.zone, ids=how.ids), digest


def read_path(path: Path, how: How = AS_THEY_SAY) -> tuple[list[RawTable], str]:
    """The tables of a file, and the digest of its bytes; raises FileRefused, and OSError where it cannot be opened."""
    if path.suffix.lower() in _PROGRAMS:
        raise FileRefused(f"{path.name} may carry macros or is binary; save it as .xlsx")
    check_size(path.stat().st_size, path.name)
    data = path.read_bytes()
    return read_tables(data, path.name, how), hashlib.sha256(data).hexdigest()


def read_tables(data: bytes, filename: str, how: How = AS_THEY_SAY) -> list[RawTable]:
    """The tables of a file of this name and content; raises FileRefused."""
    check_size(len(data), filename)
    ending = PurePath(filename).suffix.lower()
    if workbook.is_workbook(data):
        if ending in OF_TEXT or ending == ".json":
            raise FileRefused(
                f"{filename} is called {ending} and is a workbook or an archive; save it as CSV in UTF-8, or call it .xlsx, .xls or .ods"
            )
        return workbook.read_workbook(data, filename)
    if ending in workbook.ENDINGS:
        what = "a web page" if data.lstrip()[:1] == b"<" else "no workbook; if it holds text, call it .csv"
        raise FileRefused(f"{filename} is called {ending} and is {what}; save it as .xlsx or as CSV in UTF-8")
    if ending == ".json":
        return peers.read_exports([(filename, data)], zone=how.zone, ids=how.ids)
    return [replace(read_table(data, filename, encoding=how.encoding), stem=PurePath(filename).stem)]
