"""What a file holds, as raw tables: one of separated values, the sheets of a workbook, the lists of a peer's export."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path, PurePath

from quell.exchange import peers, workbook
from quell.exchange.problems import FileRefused
from quell.exchange.reading import RawTable, check_size, read_table

OF_TEXT = (".csv", ".tsv", ".txt")
ENDINGS = (*OF_TEXT, *workbook.ENDINGS, ".json")
_PROGRAMS = (".xlsm", ".xlsb", ".xltm", ".xlam")


def read_path(path: Path, *, encoding: str | None = None) -> tuple[list[RawTable], str]:
    """The tables of a file, and the digest of its bytes; raises FileRefused, and OSError where it cannot be opened."""
    if path.suffix.lower() in _PROGRAMS:
        raise FileRefused(f"{path.name} may carry macros or is binary; save it as .xlsx")
    check_size(path.stat().st_size, path.name)
    data = path.read_bytes()
    return read_tables(data, path.name, encoding=encoding), hashlib.sha256(data).hexdigest()


def read_tables(data: bytes, filename: str, *, encoding: str | None = None) -> list[RawTable]:
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
        return peers.read_export(data, filename)
    return [replace(read_table(data, filename, encoding=encoding), stem=PurePath(filename).stem)]
