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
from quell.catalogue.when import WhenError, instant, local_date, midnight
from quell.errors import QuellError
from quell.exchange import folder, proposing
from quell.exchange.casefacts import facts_of_case, kinds_of
from quell.exchange.contactfacts import facts_of_contact, facts_of_test
from quell.exchange.dates import DayOrder
from quell.exchange.linelist import read_table_file
from quell.exchange.plan import Plan, make_plan, slug_of
from quell.exchange.problems import FileRefused
from quell.exchange.quarantine import reasons, write_quarantine
from quell.exchange.reporting import Opened, assumptions, report_of
from quell.exchange.standing import OpenedBefore, opened_before
from quell.exchange.stating import Dataset, Stated
from quell.ledger.adopt import adopt
from quell.ledger.record import Recorded, record
from quell.protocol.pack import Pack, PackError, load

CHUNK = 4000
TAKEN = ("linelist", "contacts", "tests")


class OpeningRefused(QuellError):  # noqa: N818 - says what became of the opening, as RecordRefused does
    """A dataset that cannot be opened: what is wrong, where, and what to do."""


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
    allowed: frozenset[str] = frozenset(),
    quarantine_to: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Opened:
    """Open a line list file, or a folder that holds one, as an outbreak whose clock stands at its end.

    name      of the outbreak; otherwise the file's or folder's own name, and the day where as_of is given
    as_of     leave out what was known only later, and set the clock to the end of this day
    dates     how 03/04/2022 is meant; zone: of the data, otherwise by the country that it names
    quarantine_to  folder for the rows that were set aside; otherwise the current one

    Raises OpeningRefused when no file can be read as a line list, or not one row can be taken.
    """
    try:
        dataset = folder.find(path, allowed=allowed)
        pack = load(protocol) if protocol else None
        plan = make_plan(dataset, slug_of(name or dataset.name, None if name else as_of), zone)
    except (FileRefused, PackError, WhenError) as error:
        raise OpeningRefused(str(error)) from error
    for table in TAKEN:
        if table in dataset.files:
            today = local_date(now, plan.zone)
            plan.tables[table] = read_table_file(
                dataset.files[table], zone=plan.zone, today=today, dates=dates
            )
    for table in dataset.files.keys() - set(TAKEN):
        plan.notes.append(
            f"{dataset.files[table].path.name} is understood as {table}; engines read it, the ledger takes no rows of it"
        )
    asides = _write_quarantine(plan, quarantine_to or Path.cwd())
    if not plan.tables["linelist"].rows:
        first = next(iter(reasons(plan.tables["linelist"].set_aside)), "")
        raise OpeningRefused(
            f"{path}: not one row can be taken; the first reason: {first}\nsee {asides.get('linelist')}"
        )
    return _record(plan, pack, as_of=as_of, by=by, now=now, asides=asides, progress=progress)


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
    done.append(record([_finished(plan, data, min(stands, max(days)), as_of)], by=by, now=now))
    return _opened(plan, data, pack, disease or pack.disease, clock_at, facts, done, asides)


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
    return kinds | ({"person.tested"} if "tests" in plan.tables else set())


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


def _write_quarantine(plan: Plan, into: Path) -> dict[str, Path]:
    written = {}
    for table, read in plan.tables.items():
        if read.set_aside:
            middle = "" if table == "linelist" else f".{table}"
            target = into / f"{plan.slug}{middle}.quarantine.csv"
            file = plan.dataset.files[table]
            written[table] = write_quarantine(
                target, file.raw.header, read.set_aside, left_out=file.mapping.left_out
            )
    return written


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
        facts=len(facts),
        new=sum(each.new for each in done),
        conflicts=sum(len(each.conflicts) for each in done),
        tables={table: report_of(plan, table, asides.get(table)) for table in plan.tables},
        notes=[*plan.notes, *assumptions(plan)],
    )
