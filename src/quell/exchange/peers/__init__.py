"""Exports of peers as the plain tables of the house; a module for each peer.

A peer's module says which records it knows (``sort``) and what tables they make (``tables``). Records of several
files are taken together, since a peer keeps a case in one list and its person in another. Who somebody is (names,
telephones, addresses, days of birth) is not even looked at. What is not known stays unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from quell.exchange.peers import dhis2, godata, sormas
from quell.exchange.peers.records import Records, Taken
from quell.exchange.problems import FileRefused
from quell.exchange.reading import RawTable

_PEERS = (godata, sormas)


def read_exports(
    files: Sequence[tuple[str, bytes]], *, zone: str | None = None, ids: dhis2.Ids | None = None
) -> list[RawTable]:
    """The tables of a peer's export, in one file of JSON or several; raises FileRefused where it is none that is known.

    zone  where the moments of an export without days of its own were written; ids: what a DHIS2 calls what
    """
    documents = [(name, _decoded(name, data)) for name, data in files]
    names = ", ".join(name for name, _ in documents)
    payloads = [document for _, document in documents if dhis2.is_payload(document)]
    if payloads:
        return _made(names, "DHIS2", dhis2.tables(payloads, ids, names))
    for peer in _PEERS:
        records = Records()
        for _, document in documents:
            peer.sort(document, records)
        if records.lists:
            return _made(names, peer.NAME, peer.tables(records, zone))
    raise FileRefused(
        f"{names} is JSON, but no export of Go.Data, SORMAS or DHIS2 that is known: a list of cases, contacts, relationships, "
        "samples or results, or an object that holds such lists"
    )


def _decoded(name: str, data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FileRefused(f"{name} is called .json and is none: {error}") from error


def _made(names: str, peer: str, taken: Taken) -> list[RawTable]:
    made = [table for table in taken.made(names, peer) if table.rows]
    if not made:
        out = (f"{count:,} left out: {why}" for why, count in taken.left_out.items())
        told = "; ".join([*taken.notes, *out]) or "it holds no record"
        raise FileRefused(f"{names}: nothing of this {peer} export can be taken: {told}")
    return made
