"""What an export says, without a database: the effective facts of every subject, corrections applied."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec

from quell.catalogue.fact import FactError, body_of, content_hash, identity_of
from quell.catalogue.when import WhenError, parse
from quell.errors import QuellError
from quell.ledger.interchange import FORMAT, FORMAT_VERSION
from quell.ledger.record import from_json
from quell.registry.histories import Stored, effective


def is_export(file: Path) -> bool:
    """Whether the first line of a file says that it is an export of a ledger."""
    try:
        with file.open("rb") as source:
            first = msgspec.json.decode(source.readline(2000))
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return False
    return isinstance(first, dict) and first.get("format") == FORMAT


def effective_facts(file: Path) -> dict[str, list[Stored]]:
    """The facts that hold, by subject, in the order of the world; somebody known under two ids is one subject.

    Raises QuellError naming the line that is wrong.
    """
    stated: dict[str, list[Stored]] = defaultdict(list)
    with file.open("rb") as source:
        for number, line in enumerate(source, start=1):
            if not line.strip():
                continue
            try:
                stored = _stored(number, line)
            except (FactError, WhenError, QuellError, msgspec.DecodeError, KeyError, TypeError) as error:
                raise QuellError(f"{file.name}, line {number}: {error}") from error
            if stored is not None:
                stated[stored.subject].append(stored)
    holding = {subject: effective(facts).effective for subject, facts in stated.items()}
    return _as_one(holding)


def _stored(number: int, line: bytes) -> Stored | None:
    message: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
    if number == 1:
        if message.get("format") != FORMAT or message.get("version") != FORMAT_VERSION:
            raise QuellError(f"not a ledger export of version {FORMAT_VERSION}")
        return None
    if "pack" in message:
        return None
    fact = from_json(line)
    body = body_of(fact)
    content = content_hash(fact.kind, fact.version, body)
    recorded = parse(str(message["recorded_at"]), "UTC").start
    values = msgspec.structs.asdict(fact)
    return Stored(
        identity_of(fact, content), fact.kind, fact.version, fact.subject, values, content, recorded
    )


def _as_one(holding: dict[str, list[Stored]]) -> dict[str, list[Stored]]:
    """Subjects that were merged, under the id that they were merged into; a split undoes its merge."""
    into: dict[str, str] = {}
    for subject, facts in holding.items():
        merges = [fact for fact in facts if fact.kind in {"subject.merged", "subject.split"}]
        if merges and merges[-1].kind == "subject.merged":
            into[subject] = str(merges[-1].body["into"])
    joined: dict[str, list[Stored]] = defaultdict(list)
    for subject, facts in holding.items():
        found, seen = subject, {subject}
        while found in into and into[found] not in seen:
            found = into[found]
            seen.add(found)
        joined[found].extend(facts)
    return {subject: sorted(facts, key=lambda each: each.order) for subject, facts in joined.items()}
