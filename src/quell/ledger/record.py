"""``record()``: the one door through which facts come in.

Whatever the source (a form, a file, a message, a phone that was offline, the simulated city), its facts pass here:
checked whole, appended, projected, in one transaction. A fact about the world is never refused because of the
state we are in; what is refused is what is not a fact at all, and then nothing of the call is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import psycopg

from quell.catalogue.fact import REGISTER, Checked, Fact, FactError, checked, content_hash, identity_of, read
from quell.catalogue.keeping import FactAmended
from quell.errors import QuellError
from quell.ledger.transactions import again_when_met, writing
from quell.registry.histories import utc_text
from quell.registry.projection import Appended, project

# A phone's clock may run ahead of ours by this much before we say that it is wrong.
AHEAD = timedelta(minutes=10)
# From here on a stream of COPY is cheaper than arrays in one statement.
_COPY_FROM = 200
_FEW = 20


class RecordRefused(QuellError):  # noqa: N818 - a refusal is an answer, and reads as one
    """Facts that are not facts: nothing was taken. ``faults`` holds (index in the call, kind, field, problem)."""

    def __init__(self, faults: list[tuple[int, str, str, str]]) -> None:
        self.faults = faults
        shown = [
            f"fact {index + 1}, {kind}, {field}: {problem}" for index, kind, field, problem in faults[:20]
        ]
        more = len(faults) - len(shown)
        lines = [*shown, f"and {more} more"] if more > 0 else shown
        super().__init__("nothing was recorded:\n  " + "\n  ".join(lines))


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a call of record().

    fact_ids   the id of every fact of the call, in its order, whether new or known
    new        how many were appended; repeated: how many the ledger already had, word for word
    conflicts  ids that the ledger has with other content; both are kept and the conflict is pending
    """

    write_id: int | None
    fact_ids: tuple[str, ...]
    new: int
    repeated: int
    conflicts: tuple[str, ...]


class _Prepared(msgspec.Struct):
    """A checked fact, ready to be appended. rival: which of the contents under its id this is; beyond 0 a conflict."""

    checked: Checked
    fact_id: str
    content: bytes
    rival: int = 0


def record(facts: Sequence[Fact], *, by: str, now: datetime) -> Recorded:
    """State facts.

    by   who states them: a person's account, or the name of a service
    now  the instant at which they are recorded (UTC)

    Raises RecordRefused when any of them is not a fact; then none is taken.
    """
    _refuse_claims(facts)
    return append(facts, by=by, now=now)


def append(facts: Sequence[Fact], *, by: str, now: datetime) -> Recorded:
    """Check, append and project facts, claims included; record() and claim() are the ways to here."""
    prepared = _prepare(facts, now)
    if not prepared:
        return Recorded(None, (), 0, 0, ())
    if not by:
        raise RecordRefused([(0, facts[0].kind, "by", "nobody is named as recording this")])

    def work() -> Recorded:
        with writing() as cursor:
            return append_in(cursor, prepared, by=by, now=now)

    return again_when_met(work)


def prepare(facts: Sequence[Fact], now: datetime) -> list[_Prepared]:
    """Check facts before a transaction begins; raises RecordRefused."""
    return _prepare(facts, now)


def append_in(cursor: psycopg.Cursor[Any], prepared: list[_Prepared], *, by: str, now: datetime) -> Recorded:
    """Append and project prepared facts in the transaction of this cursor."""
    ids = tuple(each.fact_id for each in prepared)
    write_id = _append_unasked(cursor, prepared, by, now) if _likely_new(cursor, ids) else None
    new = prepared if write_id is not None else _only_new(cursor, prepared)
    conflicts = tuple(each.fact_id for each in new if each.rival)
    if new:
        if write_id is None:
            write_id = _append(cursor, new, by, now)
        project(cursor, [_appended(each) for each in new])
    return Recorded(write_id, ids, len(new), len(prepared) - len(new), conflicts)


def _refuse_claims(facts: Sequence[Fact]) -> None:
    faults = [
        (
            index,
            stated.kind,
            "kind",
            "takes something scarce, so it enters through claim(), which may refuse it",
        )
        for index, stated in enumerate(facts)
        if stated.kind in REGISTER and REGISTER[stated.kind].claim
    ]
    if faults:
        raise RecordRefused(faults)


def _prepare(facts: Sequence[Fact], now: datetime) -> list[_Prepared]:
    latest = now + AHEAD
    prepared: list[_Prepared] = []
    faults: list[tuple[int, str, str, str]] = []
    for index, stated in enumerate(facts):
        try:
            good = checked(stated)
            _check_against_now(good, latest)
            if isinstance(stated, FactAmended):
                _check_replacement(stated)
        except FactError as error:
            faults.append((index, error.kind, error.field, error.problem))
            continue
        content = content_hash(good.entry.name, good.entry.version, good.body)
        prepared.append(_Prepared(good, identity_of(good.stated, content), content))
    if faults:
        raise RecordRefused(faults)
    return prepared


def _check_against_now(good: Checked, latest: datetime) -> None:
    if good.when.start > latest:
        now = (latest - AHEAD).isoformat()
        raise FactError(
            good.entry.name, "occurred", f"{good.stated.occurred} lies in the future; now is {now}"
        )


def _check_replacement(amendment: FactAmended) -> None:
    replaced = read(amendment.of_kind, amendment.of_version, amendment.replacement)
    if replaced.subject != amendment.subject:
        problem = f"is about {replaced.subject}, the amendment about {amendment.subject}; retract the fact and record anew"
        raise FactError(amendment.kind, "replacement", problem)


def _likely_new(cursor: psycopg.Cursor[Any], ids: Sequence[str]) -> bool:
    """Whether these are many facts, all different, of which a few taken here and there are not known."""
    if len(ids) < _COPY_FROM or len(set(ids)) < len(ids):
        return False
    some = ids[:: max(1, len(ids) // _FEW)]
    return not _known(cursor, some)


def _append_unasked(
    cursor: psycopg.Cursor[Any], prepared: list[_Prepared], by: str, now: datetime
) -> int | None:
    """Append all as new; None, and nothing appended, when the index meets one that is known."""
    try:
        with cursor.connection.transaction():
            return _append(cursor, prepared, by, now)
    except psycopg.errors.UniqueViolation:
        return None


def _only_new(cursor: psycopg.Cursor[Any], prepared: list[_Prepared]) -> list[_Prepared]:
    """Leave out what the ledger or this very call already holds; number what has a known id and other content."""
    known = _known(cursor, [each.fact_id for each in prepared])
    new = []
    for each in prepared:
        contents = known.setdefault(each.fact_id, set())
        if each.content in contents:
            continue
        each.rival = len(contents)
        contents.add(each.content)
        new.append(each)
    return new


def _known(cursor: psycopg.Cursor[Any], ids: Iterable[str]) -> dict[str, set[bytes]]:
    """The contents that the ledger holds under these ids."""
    cursor.execute(
        "SELECT fact_id::text, content_hash FROM ledger.fact WHERE fact_id = ANY (%s::uuid[])",
        ("{" + ",".join(ids) + "}",),
        prepare=True,
    )
    known: dict[str, set[bytes]] = {}
    for fact_id, content in cursor:
        known.setdefault(fact_id, set()).add(bytes(content))
    return known


def _append(cursor: psycopg.Cursor[Any], new: list[_Prepared], by: str, now: datetime) -> int:
    cursor.execute(
        """WITH written AS (
               INSERT INTO ledger.write (written_by, recorded_at, fact_count) VALUES (%s, %s, %s) RETURNING write_id
           ), queued AS (INSERT INTO ledger.unsealed SELECT write_id FROM written)
           SELECT write_id FROM written""",
        (by, now, len(new)),
        prepare=True,
    )
    (write_id,) = cursor.fetchone() or (0,)
    links = [
        (subject, role, each.checked.stated.subject, write_id, ordinal)
        for ordinal, each in enumerate(new)
        for role, subject in _links(each.checked)
    ]
    if len(new) < _COPY_FROM:
        # Few facts go in one round trip; many would fill the buffers of a pipeline that nobody reads meanwhile.
        with cursor.connection.pipeline() if len(new) <= _FEW else nullcontext():
            _insert(cursor, write_id, new, links)
    else:
        _copy(cursor, write_id, new, links)
    return int(write_id)


def _links(good: Checked) -> list[tuple[str, str]]:
    found = list(good.entry.links_of(good.stated)) if good.entry.links else []
    if isinstance(good.stated, FactAmended):
        replaced = read(good.stated.of_kind, good.stated.of_version, good.stated.replacement)
        found.extend(REGISTER[replaced.kind].links_of(replaced))
    return found


_FACT_COLUMNS = "write_id, ordinal, fact_id, kind, version, subject, occurred_at, body, content_hash, rival"


def _insert(
    cursor: psycopg.Cursor[Any], write_id: int, new: list[_Prepared], links: list[tuple[Any, ...]]
) -> None:
    cursor.execute(
        f"""INSERT INTO ledger.fact ({_FACT_COLUMNS})
            SELECT %s, ordinal, fact_id, kind, version, subject, occurred_at, body::jsonb, content_hash, rival
            FROM unnest(%s::int[], %s::uuid[], %s::text[], %s::smallint[], %s::text[], %s::timestamptz[], %s::text[],
                        %s::bytea[], %s::smallint[])
                 AS given(ordinal, fact_id, kind, version, subject, occurred_at, body, content_hash, rival)""",
        (
            write_id,
            list(range(len(new))),
            [each.fact_id for each in new],
            [each.checked.entry.name for each in new],
            [each.checked.entry.version for each in new],
            [each.checked.stated.subject for each in new],
            [each.checked.when.start for each in new],
            [each.checked.body.decode() for each in new],
            [each.content for each in new],
            [each.rival for each in new],
        ),
        prepare=True,
    )
    if links:
        named, roles, subjects, writes, ordinals = zip(*links, strict=True)
        cursor.execute(
            """INSERT INTO ledger.link (named, role, subject, write_id, ordinal)
               SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::int[])""",
            (list(named), list(roles), list(subjects), list(writes), list(ordinals)),
            prepare=True,
        )


def _copy(
    cursor: psycopg.Cursor[Any], write_id: int, new: list[_Prepared], links: list[tuple[Any, ...]]
) -> None:
    """The same by COPY. Ids, kinds and hashes need no escaping; in the JSON only backslashes do."""
    with cursor.copy(f"COPY ledger.fact ({_FACT_COLUMNS}) FROM STDIN") as copy:
        lines = (
            f"{write_id}\t{ordinal}\t{each.fact_id}\t{each.checked.entry.name}\t{each.checked.entry.version}\t"
            f"{_escaped(each.checked.stated.subject)}\t{utc_text(each.checked.when.start)}\t"
            f"{_escaped(each.checked.body.decode())}\t\\\\x{each.content.hex()}\t{each.rival}\n"
            for ordinal, each in enumerate(new)
        )
        for block in _blocks(lines):
            copy.write(block)
    if links:
        with cursor.copy("COPY ledger.link (named, role, subject, write_id, ordinal) FROM STDIN") as copy:
            lines = (f"{_escaped(n)}\t{r}\t{_escaped(s)}\t{w}\t{o}\n" for n, r, s, w, o in links)
            for block in _blocks(lines):
                copy.write(block)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\") if "\\" in text else text


def _blocks(lines: Iterable[str], size: int = 500) -> Iterator[str]:
    held: list[str] = []
    for line in lines:
        held.append(line)
        if len(held) == size:
            yield "".join(held)
            held = []
    if held:
        yield "".join(held)


def _appended(each: _Prepared) -> Appended:
    good = each.checked
    return Appended(good.entry, good.stated, each.fact_id, good.when, each.rival > 0)


def from_json(line: bytes) -> Fact:
    """A fact as exchanged: {"kind": …, "version": …, "body": {…}}; raises FactError."""
    try:
        message = msgspec.json.decode(line)
        return read(message["kind"], int(message.get("version", 1)), message["body"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, FactError):
            raise
        raise FactError("?", "", f"not a fact as JSON with kind, version and body: {error}") from error
