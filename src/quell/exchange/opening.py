"""Opening a dataset as an outbreak: files in, facts through the one door, nothing lost on the way.

Reading the same files again changes nothing, since every fact's id comes from the dataset and the row; so an
opening that was interrupted is finished by opening again. A row is taken, a word-for-word repetition, set aside with
its reason, or known only after ``as_of``: there is no fifth way.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from quell.catalogue.fact import Fact
from quell.catalogue.keeping import ImportFinished
from quell.catalogue.outbreaks import OutbreakClockSet, OutbreakOpened
from quell.catalogue.when import instant, midnight
from quell.exchange import proposing
from quell.exchange.casefacts import facts_of_case, kinds_of
from quell.exchange.contactfacts import facts_of_contact, facts_of_test
from quell.exchange.dates import DayOrder
from quell.exchange.placefacts import facts_of_place, movement_of
from quell.exchange.plan import Plan
from quell.exchange.preparing import Asked, OpeningRefused, find, plan_all, plan_of
from quell.exchange.reporting import Opened, assumptions, report_of
from quell.exchange.standing import OpenedBefore, opened_before
from quell.exchange.stating import Dataset, Stated
from quell.ledger.adopt import adopt
from quell.ledger.identity import keep_movements
from quell.ledger.record import Recorded, record
from quell.protocol.pack import Pack

CHUNK = 4000


def open_path(
    path: Path,
    *,
    by: str,
    now: datetime,
    protocol: str | None = None,
    name: str | None = None,
    as_of: date | None = None,
    dates: DayOrder | None = None,
    zone: str | None = None,
    quarantine_to: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Opened:
    """Open the one line list at this path as an outbreak; as open_all(), which takes several and says more.

    Raises OpeningRefused also when there are several.
    """
    asked = Asked(protocol=protocol, name=name, as_of=as_of, dates=dates, zone=zone)
    found = find(path, asked)
    if len(found) > 1:
        names = ", ".join(each.name for each in found)
        raise OpeningRefused(f"{path} holds several line lists: {names}; open one of them by its own path")
    plan, pack, asides = plan_of(path, found[0], asked, now=now, into=quarantine_to)
    return _record(plan, pack, as_of=as_of, by=by, now=now, asides=asides, progress=progress)


def open_all(
    path: Path,
    asked: Asked,
    *,
    by: str,
    now: datetime,
    quarantine_to: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Opened]:
    """Open every line list at this path as an outbreak of its own, whose clock stands at its end.

    quarantine_to  folder for the rows that were set aside; otherwise the current one

    Raises OpeningRefused when no file can be read as a line list, a column has to be asked about, or not one row can be
    taken. Everything is read before anything is recorded. Mappings that were given are then kept.
    """
    planned = plan_all(path, asked, now=now, into=quarantine_to)
    done = [
        _record(plan, pack, as_of=asked.as_of, by=by, now=now, asides=asides, progress=progress)
        for plan, pack, asides in planned
    ]
    asked.confirmed.keep()
    return done


def _record(
    plan: Plan,
    pack: Pack | None,
    *,
    as_of: date | None,
    by: str,
    now: datetime,
    asides: dict[str, Path],
    progress: Callable[[int, int], None] | None,
) -> Opened:
    days = [
        value
        for read in plan.tables.values()
        for row in read.rows
        for value in row.values.values()
        if isinstance(value, date)
    ]
    if not days:
        raise OpeningRefused("no row has a date, so nothing can be said to have happened; name a date column")
    first, last = min(days), max(days)
    before = opened_before(f"outbreak:{plan.slug}")
    if before is not None:
        _agree(plan, before, pack)
        first = before.first
        last = last if as_of else max(last, before.last)
    disease = proposing.disease_of([plan.slug, plan.dataset.name, *plan.dataset.files["linelist"].raw.header])
    if pack is None:
        pack, why = proposing.pack_for(disease, plan.jurisdiction, last)
        plan.notes.append(why)
    data = Dataset(plan.slug, plan.jurisdiction, plan.zone, first, last)
    facts = _facts(plan, data, as_of)
    if not facts:
        raise OpeningRefused(f"nothing was known by {as_of}; the first day in the data is {first}")
    stands = as_of or last
    clock_at = midnight(stands + timedelta(days=1), plan.zone)
    opening = _opening(plan, data, pack, disease, stands, before, now)
    done = [record(opening, by=by, now=now)] if opening else []
    with _let_lie():
        for start in range(0, len(facts), CHUNK):
            done.append(record(facts[start : start + CHUNK], by=by, now=now))
            if progress:
                progress(min(start + CHUNK, len(facts)), len(facts))
    if "visits" in plan.tables:
        done += _keep_visits(plan, data, as_of, by=by, now=now)
    done.append(record([_finished(plan, data, min(stands, max(days)), as_of)], by=by, now=now))
    return _opened(plan, data, pack, disease or pack.disease, clock_at, facts, done, asides)


def _keep_visits(
    plan: Plan, data: Dataset, as_of: date | None, *, by: str, now: datetime
) -> Iterator[Recorded]:
    """Where people were goes to the vault, and the ledger says no more than that it is kept."""
    cases = {row.values["case_id"]: row for row in plan.tables["linelist"].rows}
    movements = []
    for row in plan.tables["visits"].rows:
        movement, stated = movement_of(row, data, cases)
        if as_of is None or stated.known <= as_of:
            movements.append(movement)
        else:
            plan.later["visits"] += 1
    for start in range(0, len(movements), CHUNK):
        yield keep_movements(movements[start : start + CHUNK], retention="movement", by=by, now=now)


@contextmanager
def _let_lie() -> Iterator[None]:
    """What was read stays as it is until the end: the collector of garbage need not look through it again and again."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _agree(plan: Plan, before: OpenedBefore, pack: Pack | None) -> None:
    """An outbreak that is there keeps its zone, jurisdiction and protocol; what was read must not contradict it."""
    if before.zone != plan.zone:
        raise OpeningRefused(
            f"outbreak:{plan.slug} was opened in zone {before.zone}, this would be {plan.zone}; give --zone {before.zone}, or another --name"
        )
    if pack is not None and pack.digest != before.protocol_digest:
        raise OpeningRefused(
            f"outbreak:{plan.slug} was opened under another protocol than {pack.pack_id}; give another --name, or change its protocol"
        )
    plan.jurisdiction = before.jurisdiction
    plan.notes.append(f"outbreak:{plan.slug} was there; what it already has stays as it is")


def _facts(plan: Plan, data: Dataset, as_of: date | None) -> list[Fact]:
    """Every fact of the dataset that was known in time, once; a row of which none was is counted as later."""
    kept: dict[str, Fact] = {}
    for table, states in _states(plan, data):
        in_time = [each.fact for each in states if as_of is None or each.known <= as_of]
        if not in_time:
            plan.later[table] += 1
        for stated in in_time:
            kept.setdefault(stated.source_id or "", stated)
    return _by_subject(kept.values())


def _by_subject(facts: Iterable[Fact]) -> list[Fact]:
    """All that is said of somebody together, so that each is judged once; whoever came first is said first, since a
    contact stands on the case that it met.
    """
    said: dict[str, list[Fact]] = {}
    for stated in facts:
        said.setdefault(stated.subject, []).append(stated)
    began = {subject: min(each.occurred for each in of_one) for subject, of_one in said.items()}
    return [
        stated for subject in sorted(said, key=lambda each: (began[each], each)) for stated in said[subject]
    ]


def _states(plan: Plan, data: Dataset) -> Iterator[tuple[str, list[Stated]]]:
    """What each taken row states, by table."""
    read = plan.tables["linelist"]
    cases = {row.values["case_id"]: row for row in read.rows}
    for row in read.rows:
        yield "linelist", list(facts_of_case(row, data, read.mapping))
    for row in plan.tables["contacts"].rows if "contacts" in plan.tables else ():
        yield "contacts", list(facts_of_contact(row, data, cases))
    for row in plan.tables["tests"].rows if "tests" in plan.tables else ():
        yield "tests", list(facts_of_test(row, data))
    for row in plan.tables["places"].rows if "places" in plan.tables else ():
        yield "places", list(facts_of_place(row, data))


def _opening(
    plan: Plan,
    data: Dataset,
    pack: Pack,
    disease: str | None,
    stands: date,
    before: OpenedBefore | None,
    now: datetime,
) -> list[Fact]:
    """The outbreak's opening, or its clock moved on where later days came; nothing where it is there as it is."""
    clock_at = midnight(stands + timedelta(days=1), plan.zone)
    if before is not None:
        if stands <= before.last:
            return []
        envelope = data.envelope(f"clock/{stands.isoformat()}", stands)
        return [OutbreakClockSet(subject=data.outbreak, **envelope, clock="past", clock_at=instant(clock_at))]
    adopt(pack, now=now)
    return [
        OutbreakOpened(
            subject=data.outbreak,
            **data.envelope("outbreak.opened", data.first),
            title={"en": plan.slug.replace("_", " ")},
            disease=disease or pack.disease,
            protocol=f"{pack.pack_id}@{pack.version}",
            protocol_digest=pack.digest,
            clock="past",
            clock_at=instant(clock_at),
            recordable=tuple(sorted(_recordable(plan))),
        )
    ]


def _recordable(plan: Plan) -> set[str]:
    """The kinds of fact that these files can yield; of all others their absence says nothing."""
    kinds = kinds_of(plan.tables["linelist"].mapping)
    kinds |= {"contact.named"} if "contacts" in plan.tables else set()
    kinds |= {"person.tested"} if "tests" in plan.tables else set()
    kinds |= {"visit.reported"} if "visits" in plan.tables else set()
    return kinds | ({"place.registered"} if "places" in plan.tables else set())


def _finished(plan: Plan, data: Dataset, day: date, as_of: date | None) -> Fact:
    """That the files were taken in; its id comes from their bytes, so that the same files are taken in once."""
    rows = sum(read.total for read in plan.tables.values())
    aside = sum(len(read.set_aside) for read in plan.tables.values())
    digest = plan.dataset.digest[:12]
    key = f"import/{digest}/{rows}-{aside}" + (f"/{as_of.isoformat()}" if as_of else "")
    file = "_".join(plan.dataset.name.split())[:100]
    return ImportFinished(
        subject=data.outbreak,
        **data.envelope(key, day),
        file=f"{file}@{digest}",
        rows=rows,
        quarantined=aside,
    )


def _opened(
    plan: Plan,
    data: Dataset,
    pack: Pack,
    disease: str,
    clock_at: datetime,
    facts: list[Fact],
    done: list[Recorded],
    asides: dict[str, Path],
) -> Opened:
    return Opened(
        outbreak=data.outbreak,
        name=plan.slug,
        protocol=f"{pack.pack_id}@{pack.version}",
        disease=disease,
        zone=data.zone,
        jurisdiction=data.jurisdiction,
        clock_at=clock_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        facts=len(facts)
        + (len(plan.tables["visits"].rows) - plan.later["visits"] if "visits" in plan.tables else 0),
        new=sum(each.new for each in done),
        conflicts=sum(len(each.conflicts) for each in done),
        tables={table: report_of(plan, table, asides.get(table)) for table in plan.tables},
        notes=[*plan.notes, *assumptions(plan)],
    )
