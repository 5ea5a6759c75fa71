"""Every fact that was ever written can be read: one of each kind and version, kept as it was written then.

A new kind, or a new version of one, adds a line to tests/golden/facts.jsonl (the failing test prints it). A line is
never changed: if a change to the catalogue makes one fail, the kind needs a new version and an upcaster.
"""

from __future__ import annotations

import types
import typing
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import msgspec
import pytest

from quell.catalogue import REGISTER, Fact, codes
from quell.catalogue.fact import CodeOf, InVault, IsMoment, Refers, checked, content_hash, read

GOLDEN = Path(__file__).parents[1] / "golden" / "facts.jsonl"
LINES = [msgspec.json.decode(line) for line in GOLDEN.read_bytes().splitlines()] if GOLDEN.exists() else []


def example(kind: str) -> Fact:
    """A fact of a kind with every field filled in, from its annotations alone."""
    entry = REGISTER[kind]
    hints = typing.get_type_hints(entry.struct, include_extras=True)
    fields: dict[str, Any] = {
        field: value(hints[field]) for field in entry.struct.__struct_fields__ if field not in _ENVELOPE
    }
    about = entry.subject_kind or "person"
    return entry.struct(
        subject=f"{about}:golden",
        occurred="2022-07-13T18:10:00Z",
        jurisdiction="CN-GS-LZ",
        source="golden",
        zone="Asia/Shanghai",
        outbreaks=("outbreak:golden",),
        learned_at="2022-07-13T19:00:00Z",
        source_id="golden-1",
        **fields,
    )


_ENVELOPE = set(Fact.__struct_fields__)


def value(annotation: Any) -> Any:  # noqa: C901, PLR0911, PLR0912 - one line per kind of field
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return value(next(each for each in arguments if each is not types.NoneType))
    if origin is tuple or (arguments and typing.get_origin(arguments[0]) is tuple):
        return (value(typing.get_args(arguments[0] if origin is not tuple else annotation)[0]),)
    if origin is dict:
        return {"en": "golden", "zh": "金"}
    if origin is Literal:
        return arguments[0]
    for mark in getattr(annotation, "__metadata__", ()):
        if isinstance(mark, CodeOf):
            return min(codes.values(mark.list_name))
        if isinstance(mark, Refers):
            return f"{mark.kinds[0]}:golden"
        if isinstance(mark, InVault):
            return "vault:00000000-0000-4000-8000-000000000000"
        if isinstance(mark, IsMoment):
            return "2022-07-14T18:10:00Z"
    base = arguments[0] if arguments else annotation
    if base is bool:
        return True
    if base is int:
        return 10
    if base is float:
        return 30.5
    if base is UUID:
        return UUID("00000000-0000-4000-8000-000000000000")
    pattern = next(
        (m.pattern for m in getattr(annotation, "__metadata__", ()) if isinstance(m, msgspec.Meta)), None
    )
    if pattern and pattern.startswith("^[A-Z]{2}"):
        return "CN-GS-LZ"
    if pattern and pattern.startswith("^outbreak:"):
        return "outbreak:golden"
    return "golden"


@pytest.mark.parametrize("line", LINES, ids=[f"{line['kind']}-{line['version']}" for line in LINES])
def test_a_fact_of_every_past_version_is_read(line: dict[str, Any]) -> None:
    fact = read(line["kind"], line["version"], line["body"])
    good = checked(fact)
    if line["version"] == good.entry.version:
        assert msgspec.json.decode(good.body) == line["body"]
        assert content_hash(line["kind"], line["version"], good.body).hex() == line["content_hash"]


def test_every_kind_and_version_has_its_golden_line() -> None:
    kept = {(line["kind"], line["version"]) for line in LINES}
    missing = []
    for kind, entry in REGISTER.items():
        if (kind, entry.version) in kept:
            continue
        good = checked(example(kind))
        digest = content_hash(kind, entry.version, good.body).hex()
        line = {
            "kind": kind,
            "version": entry.version,
            "body": msgspec.json.decode(good.body),
            "content_hash": digest,
        }
        missing.append(msgspec.json.encode(line).decode())
    assert missing == [], "add to tests/golden/facts.jsonl:\n" + "\n".join(missing)
