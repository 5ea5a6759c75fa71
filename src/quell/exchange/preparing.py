"""What happens before anything is recorded: files are found, columns decided, every row read, and questions asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from quell.catalogue.when import WhenError, local_date
from quell.errors import QuellError
from quell.exchange import folder
from quell.exchange.confirmed import Confirmed, FileMapping, fingerprint
from quell.exchange.dates import DayOrder
from quell.exchange.deciding import Question, decide
from quell.exchange.linelist import read_table_file
from quell.exchange.mapped import mapping_of
from quell.exchange.peers.dhis2 import IdsWanted
from quell.exchange.plan import Plan, make_plan, slug_of
from quell.exchange.problems import FileRefused
from quell.exchange.quarantine import reasons, write_quarantine
from quell.exchange.sources import How
from quell.protocol.pack import Pack, PackError, load
from quell.tables.definitions import SPECIAL_CATEGORIES

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


def plan_all(
    path: Path, asked: Asked, *, now: datetime, into: Path | None = None
) -> list[tuple[Plan, Pack | None, dict[str, Path]]]:
    """Read every row of every dataset at this path and write what is set aside; nothing is recorded.

    Raises OpeningRefused as open_all() does.
    """
    found = find(path, asked)
    return [plan_of(path, dataset, named_of(dataset, asked, found), now=now, into=into) for dataset in found]


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
        found = folder.find_all(
            path, allowed=frozenset(asked.purposes), how=how, confirmed=asked.confirmed, whole=whole
        )
    except IdsWanted:
        raise
    except FileRefused as error:
        raise OpeningRefused(str(error)) from error
    used = {fingerprint(file.raw.header) for dataset in found for file in dataset.files.values()}
    idle = [said.name for key, said in asked.confirmed.files.items() if key not in used]
    if idle and len(idle) == len(asked.confirmed.files):
        raise OpeningRefused(
            f"the mapping is for other headings than those of {path}: {', '.join(idle)}; propose it anew with --propose"
        )
    for name in idle:
        found[0].notes.append(f"the mapping for {name} was not used: no file that is taken has its headings")
    return found


def named_of(dataset: folder.Dataset, asked: Asked, found: Sequence[folder.Dataset]) -> Asked:
    """Of several outbreaks each bears the given name and its own."""
    if asked.name is None or len(found) == 1:
        return asked
    return replace(asked, name=f"{asked.name}-{dataset.name.rpartition('-')[2]}")


def plan_of(
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
