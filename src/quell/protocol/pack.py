"""Protocol packs: rules as data, each with its source and how sure we are of it.

A pack is a TOML file. ``quell protocols check FILE`` reads it with these very functions, and every fault names
file, rule and word. What a pack can say is described in docs/protocol-packs.md.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path

from quell.protocol.pack_reader import PackReader
from quell.protocol.rules import (
    CERTAINTIES,
    ConclusionRule,
    Days,
    DutyRule,
    GroundRule,
    Labels,
    Moves,
    Pack,
    PackError,
    Parameter,
    Requires,
    Source,
)

__all__ = [
    "CERTAINTIES",
    "HOUSE",
    "ConclusionRule",
    "Days",
    "DutyRule",
    "GroundRule",
    "Labels",
    "Moves",
    "Pack",
    "PackError",
    "Parameter",
    "Requires",
    "Source",
    "from_text",
    "load",
    "read",
    "shipped",
]

HOUSE = "house"


@cache
def shipped() -> dict[str, Pack]:
    """Every pack in the package, by id."""
    folder = resources.files("quell.protocol") / "packs"
    packs = {}
    for entry in sorted(folder.iterdir(), key=lambda found: found.name):
        if entry.name.endswith(".toml"):
            pack = read(entry.read_text(encoding="utf-8"), entry.name)
            packs[pack.pack_id] = pack
    return packs


def load(name_or_path: str) -> Pack:
    """A shipped pack by its id, or a pack file by its path; raises PackError."""
    if name_or_path in shipped():
        return shipped()[name_or_path]
    path = Path(name_or_path)
    if path.suffix == ".toml" and path.exists():
        return read(path.read_text(encoding="utf-8"), str(path))
    known = ", ".join(sorted(shipped()))
    raise PackError(
        [f"{name_or_path}: no such protocol pack; shipped are {known}, or give the path of a .toml file"]
    )


@cache
def from_text(text: str) -> Pack:
    """A pack from text that was checked when it was adopted."""
    return read(text, "adopted pack")


def read(text: str, name: str) -> Pack:
    """Read a pack and check it whole; raises PackError with every fault."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError([f"{name}: not readable as TOML: {error}"]) from error
    return PackReader(name, table, text).pack()
