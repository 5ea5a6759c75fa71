"""Exports of peers as the plain tables of the house; a module for each peer."""

from __future__ import annotations

from quell.exchange.problems import FileRefused
from quell.exchange.reading import RawTable


def read_export(data: bytes, filename: str) -> list[RawTable]:
    """The tables of a peer's export in JSON; raises FileRefused where it is none that is known."""
    raise FileRefused(f"{filename} is JSON")
