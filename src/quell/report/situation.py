"""A situation: everything that a report says of an outbreak at a moment, as figures. No language, no page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from quell.catalogue.when import WhenError, local_date, midnight, parse
from quell.engines.chains.reported import ReportedChains, reported_chains
from quell.engines.quality.check import check
from quell.engines.quality.findings import Quality
from quell.engines.timing.measure import measure
from quell.engines.timing.result import Timing
from quell.errors import QuellError
from quell.protocol.pack import Pack
from quell.registry.reading.cursor import reading
from quell.registry.reading.imports import Import, imports_of
from quell.registry.reading.outbreaks import Outbreak, now_of, pack_in_force
from quell.registry.reading.tables import OutbreakTables, tables_then
from quell.report import counting, lateness
from quell.report.curve import Curve, curve
from quell.report.suppression import Form


class ReportRefused(QuellError):  # noqa: N818 - says what became of the report
    """A report that cannot be made: what was asked, and what can be."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment as of which a report stands. on: the last local day that it takes in.

    whole  whether it is the outbreak's own now: then everything that the ledger has counts
    """

    at: datetime
    on: date
    whole: bool


@dataclass(frozen=True, slots=True)
class Situation:
    """An outbreak at a moment. position: how far the ledger was sealed when it was read."""

    outbreak: Outbreak
    moment: Moment
    position: int
    pack: Pack
    imports: tuple[Import, ...]
    tables: OutbreakTables
    recent: counting.Recent
    outcomes: counting.Outcomes
    contacts: counting.Contacts
    curve: Curve
    filling: int | None
    timing: Timing
    chains: ReportedChains
    duties: list[lateness.Lateness]
    all_duties: lateness.Lateness
    quality: Quality

    @property
    def cases(self) -> int:
        """How many cases were known."""
        return self.tables.linelist.height


def moment_of(outbreak: Outbreak, asked: str | None, real_now: datetime) -> Moment:
    """The moment that was asked for: an instant, or a date, which is the end of that day where the outbreak is; else now.

    Raises ReportRefused for what is no time, lies before the outbreak or after its own now.
    """
    now = now_of(outbreak, real_now)
    at = now
    if asked:
        try:
            at = parse(asked, outbreak.zone).end
        except WhenError as error:
            raise ReportRefused(f"as of {asked}: {error}") from error
        today = midnight(
            local_date(now - timedelta(seconds=1), outbreak.zone) + timedelta(days=1), outbreak.zone
        )
        if now < at <= today:
            at = now
    if at > now:
        raise ReportRefused(
            f"as of {asked}: the outbreak's own now is {now.isoformat(timespec='minutes')}; nothing later is known"
        )
    return Moment(at, local_date(at - timedelta(microseconds=1), outbreak.zone), at == now)


def situation(
    outbreak: Outbreak,
    moment: Moment,
    form: Form,
    progress: Callable[[int, int], None] | None = None,
) -> Situation:
    """Read and measure. Raises ReportRefused where nothing of the outbreak was known at that moment."""
    with reading() as cursor:
        cursor.execute("SELECT coalesce(max(position), 0) FROM ledger.seal")
        position = int((cursor.fetchone() or (0,))[0])
        imports = tuple(imports_of(cursor, outbreak.outbreak_id))
    try:
        tables = tables_then(outbreak, None if moment.whole else moment.at, progress)
    except LookupError as error:
        raise ReportRefused(
            f"as of {moment.at.isoformat(timespec='minutes')}: nothing was known of {outbreak.outbreak_id} then; "
            f"it was opened {outbreak.opened_at.isoformat(timespec='minutes')}"
        ) from error
    cases = tables.linelist
    filling = counting.filling_days(cases)
    # At the end of a past outbreak nobody follows its cases any more: what is missing there is missing.
    ended = True if outbreak.past and moment.whole else None
    timing = measure(cases, as_of=moment.on, closed=ended, shapeless=False)
    return Situation(
        outbreak=outbreak,
        moment=moment,
        position=position,
        pack=pack_in_force(outbreak, moment.at),
        imports=imports,
        tables=tables,
        recent=counting.recent(cases["known_date"], moment.on),
        outcomes=counting.outcomes(cases),
        contacts=counting.contacts(tables, moment.on),
        curve=curve(cases, moment.on, filling=filling, weekly=form.public),
        filling=filling,
        timing=timing,
        chains=reported_chains(cases, tables.contacts),
        duties=lateness.by_desk_and_rule(tables.duties, moment.at),
        all_duties=lateness.in_all(tables.duties, moment.at),
        quality=check(cases, as_of=moment.on),
    )
