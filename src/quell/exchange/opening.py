"""Opening a dataset as an outbreak: files in, facts through the one door, nothing lost on the way.

Reading the same files again changes nothing, since every fact's id comes from the dataset and the row; so an
opening that was interrupted is finished by opening again. A row is taken, a word-for-word repetition, set aside with
its reason, or known only after ``as_of``: there is no fifth way.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from quell.catalogue.fact import Fact
from quell.catalogue.keeping import ImportFinished
from quell.catalogue.outbreaks import OutbreakClockSet, OutbreakOpened
from quell.catalogue.when import WhenError, instant, local_date, midnight
from quell.errors import QuellError
from quell.exchange import folder, proposing
from quell.exchange.casefacts import facts_of_case, kinds_of
from quell.exchange.confirmed import Confirmed, FileMapping
from quell.exchange.contactfacts import facts_of_contact, facts_of_test
from quell.exchange.dates import DayOrder
from quell.exchange.deciding import Question, decide
from quell.exchange.linelist import read_table_file
from quell.exchange.mapped import mapping_of
from quell.exchange.peers.dhis2 import IdsWanted
from quell.exchange.placefacts import facts_of_place, movement_of
from quell.exchange.plan import Plan, make_plan, slug_of
from quell.exchange.problems import FileRefused
from quell.exchange.quarantine import reasons, write_quarantine
from quell.exchange.reporting import Opened, assumptions, report_of
from quell.exchange.sources import How
from quell.exchange.standing import OpenedBefore, opened_before
from quell.exchange.stating import Dataset, Stated
from quell.ledger.adopt import adopt
from quell.ledger.identity import keep_movements
from quell.ledger.record import Recorded, record
from quell.protocol.pack import Pack, PackError, load
from quell.tables.definitions import SPECIAL_CATEGORIES

CHUNK = 4000
TAKEN = ("linelist", "contacts", "tests", "visits", "places")


class OpeningRefused(QuellError):  # noqa: N818 - says what became of the opening, as RecordRefused does
    """A dataset that cannot be opened: what is wrong, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a dataset is to be opened, as somebody said it.

    protocol   a pack; otherwise the one of the disease that the names say
    name       of the outbreak; otherwise the file's or folder's own name, and the day where as_of is given
    as_of      leave out what was known only later, and set the clock to the end of this day
    dates      how 03/04/2022 is meant where a column does not say it; zone: of the data, otherwise by the country that it names
    encoding   of text that is not UTF-8; purposes: why special categories of data are read, by category
    confirmed  mappings that somebody confirmed
    """

    protocol: str | None = None
    name: str | None = None
    as_of: date | None = None
    dates: DayOrder | None = None
    zone: str | None = None
    encoding: str | None = None
    purposes: Mapping[str, str] = field(default_factory=dict)
    confirmed: Confirmed = field(default_factory=Confirmed)


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
    plan, pack, asides = _plan(path, found[0], asked, now=now, into=quarantine_to)
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


def plan_all(
    path: Path, asked: Asked, *, now: datetime, into: Path | None = None
) -> list[tuple[Plan, Pack | None, dict[str, Path]]]:
    """Read every row of every dataset at this path and write what is set aside; nothing is recorded.

    Raises OpeningRefused as open_all() does.
    """
    found = find(path, asked)
    return [_plan(path, dataset, _named(dataset, asked, found), now=now, into=into) for dataset in found]


def find(path: Path, asked: Asked, *, whole: bool = True) -> list[folder.Dataset]:
    """The datasets at this path, each file with its mapping; raises OpeningRefused.

    whole  False where a line list may still lack the column with the case's id, for somebody to say which it is
    """
    try:
        return _found(path, asked, whole=whole)
    except IdsWanted as error:
        raise OpeningRefused(str(error)) from error


def _found(path: Path, asked: Asked, *, whole: bool) -> list[folder.Dataset]:
    unknown = asked.purposes.keys() - SPECIAL_CATEGORIES.keys()
    if unknown:
        raise OpeningRefused(
            f"no special category is called {', '.join(sorted(unknown))}; there are {', '.join(SPECIAL_CATEGORIES)}"
        )
    try:
        how = How(asked.encoding, asked.zone, asked.confirmed.ids)
        return folder.find_all(
            path, allowed=frozenset(asked.purposes), how=how, confirmed=asked.confirmed, whole=whole
        )
    except IdsWanted:
        raise
    except FileRefused as error:
        raise OpeningRefused(str(error)) from error


def _named(dataset: folder.Dataset, asked: Asked, found: Sequence[folder.Dataset]) -> Asked:
    """Of several outbreaks each bears the given name and its own."""
    if asked.name is None or len(found) == 1:
        return asked
    return replace(asked, name=f"{asked.name}-{dataset.name.rpartition('-')[2]}")


def _plan(
    path: Path, dataset: folder.Dataset, asked: Asked, *, now: datetime, into: Path | None
) -> tuple[Plan, Pack | None, dict[str, Path]]:
    """Read every row of a dataset; nothing is recorded. Raises OpeningRefused."""
    try:
        dataset = settled(dataset, asked)
        pack = load(asked.protocol) if asked.protocol else None
        slug = slug_of(asked.name or dataset.name, None if asked.name else asked.as_of)
        plan = make_plan(dataset, slug, asked.zone)
    except (FileRefused, PackError, WhenError) as error:
        raise OpeningRefused(str(error)) from error
    for table in TAKEN:
        if table in dataset.files:
            today = local_date(now, plan.zone)
            plan.tables[table] = read_table_file(
                dataset.files[table], zone=plan.zone, today=today, dates=asked.dates
            )
    plan.notes.extend(
        f"{category} is read for the purpose {purpose!r}; no table has a column for it, so nothing of it is recorded"
        for category, purpose in asked.purposes.items()
    )
    asides = _write_quarantine(plan, into or Path.cwd())
    if not plan.tables["linelist"].rows:
        first = next(iter(reasons(plan.tables["linelist"].set_aside)), "")
        raise OpeningRefused(
            f"{path}: not one row can be taken; the first reason: {first}\nsee {asides.get('linelist')}"
        )
    return plan, pack, asides


def settled(dataset: folder.Dataset, asked: Asked) -> folder.Dataset:
    """The dataset with what its columns say of themselves decided; raises FileRefused where one has to be asked about."""
    files: dict[str, folder.TableFile] = {}
    questions: list[Question] = []
    notes = list(dataset.notes)
    for table, file in dataset.files.items():
        decided = decide(file.raw, file.mapping, asked.dates)
        files[table] = replace(file, mapping=decided.mapping)
        questions += decided.questions
        notes += decided.notes
    if questions:
        told = "\n".join(f"  {question}" for question in questions)
        raise FileRefused(
            f"nothing was recorded, since something can be read in two ways:\n{told}\n"
            "To answer column by column: quell open PATH --propose FILE, correct FILE, quell open PATH --mapping FILE"
        )
    return replace(dataset, files=files, notes=notes)


@dataclass(frozen=True, slots=True)
class Proposed:
    """How files would be read, in the form that people correct; ids: of a DHIS2, where these have to be said first."""

    files: list[FileMapping]
    ids: dict[str, dict[str, str]] = field(default_factory=dict)


def propose_mappings(path: Path, asked: Asked) -> Proposed:
    """How every file at this path would be read; nothing is recorded. Raises OpeningRefused."""
    try:
        found = _found(path, asked, whole=False)
    except IdsWanted as error:
        return Proposed([], error.ids)
    proposed = []
    for dataset in found:
        for file in dataset.files.values():
            decided = decide(file.raw, file.mapping, asked.dates)
            proposed.append(
                mapping_of(replace(file, mapping=decided.mapping), decided.questions, decided.notes)
            )
    return Proposed(proposed)


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
        facts=len(facts)
        + (len(plan.tables["visits"].rows) - plan.later["visits"] if "visits" in plan.tables else 0),
        new=sum(each.new for each in done),
        conflicts=sum(len(each.conflicts) for each in done),
        tables={table: report_of(plan, table, asides.get(table)) for table in plan.tables},
        notes=[*plan.notes, *assumptions(plan)],
    )
