"""From a situation to the page: one HTML file that loads nothing, in English or Chinese.

The same situation, form, language and ``made_at`` give the same bytes; no clock is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from quell.catalogue import codes
from quell.catalogue.when import zone_named
from quell.charts.drawing import to_svg
from quell.engines.quality.findings import GROUPS
from quell.protocol.pack import HOUSE, shipped
from quell.registry.reading.cursor import reading
from quell.registry.reading.outbreaks import Outbreak
from quell.report import counting, written
from quell.report.curve import BASES, picture
from quell.report.ends import Ends
from quell.report.lateness import Lateness
from quell.report.sentences import summary
from quell.report.situation import Moment, Situation, situation
from quell.report.suppression import SMALLEST, Count, Form

LANGUAGES = {"en": "en", "zh": "zh-hans"}
# The offspring of a case, in bands: one case with very many would be somebody.
_OFFSPRING = ((0, 0), (1, 1), (2, 2), (3, 4), (5, 9), (10, None))
_SIZES = ((1, 1), (2, 2), (3, 4), (5, 9), (10, 19), (20, 49), (50, None))
_TABLE_ROWS = 400
# Days beyond which the end of an interval says only that it is not known.
_BOUNDLESS = 1000


@dataclass(frozen=True, slots=True)
class Report:
    """A page and what to call its file."""

    html: str
    name: str


def report(
    outbreak: Outbreak,
    moment: Moment,
    *,
    language: str,
    made_at: datetime,
    public: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Read an outbreak as it was known at a moment and make its page. language: en or zh.

    Raises ReportRefused where nothing was known of it then.
    """
    form = Form(public)
    found = situation(outbreak, moment, form, progress)
    return render(found, form, language=language, made_at=made_at)


def render(found: Situation, form: Form, *, language: str, made_at: datetime) -> Report:
    """The page of a situation. made_at: stated on it; language: en or zh."""
    with translation.override(LANGUAGES[language]):
        context = _context(found, form, made_at)
        html = render_to_string("report/report.html", context)
    public = "-public" if form.public else ""
    slug = found.outbreak.outbreak_id.partition(":")[2].replace("/", "-")
    name = f"{slug}-{found.moment.on.isoformat()}{public}-{language}.html"
    return Report(html, name)


def _context(found: Situation, form: Form, made_at: datetime) -> dict[str, Any]:
    language = written.language()
    outbreak = found.outbreak
    held, measures = counting.restricted(found.tables, found.moment.at)
    return {
        "language": LANGUAGES[language],
        "title": outbreak.named(language),
        "found": found,
        "outbreak": outbreak,
        "form": form,
        "smallest": SMALLEST,
        "at": _local(found.moment.at, outbreak.zone),
        "made_at": _local(made_at, outbreak.zone),
        "grades": _grades(found),
        "pack_title": found.pack.title.get(language) or found.pack.title.get("en", ""),
        "pack_notice": found.pack.notice.get(language) or found.pack.notice.get("en", ""),
        "summary": summary(found, form, language),
        "cases": form.one(found.cases),
        "recorded": _recorded(outbreak),
        "last": form.one(found.recent.last),
        "before": form.one(found.recent.before),
        "ends": Ends.of(found.outcomes, form),
        "breakdowns": _breakdowns(found, form),
        "ages": _ages(found, form),
        "curve": found.curve,
        "curve_svg": _curve_svg(found, form),
        "curve_rows": _curve_rows(found, form),
        "timing_rows": _timing_rows(found, form),
        "timing_why": found.timing.why.in_language(language),
        "timing_svg": _timing_svg(found, form),
        "contacts": {
            "named": form.one(found.contacts.named),
            "cases": form.within(found.contacts.cases, found.contacts.named),
            "concluded": form.one(found.contacts.concluded),
            "recent": form.one(found.contacts.recent),
        },
        "held": form.one(held),
        "measures": _named("measure", measures, form),
        "tests": _named("test_result", list(found.tables.tests.items()), form),
        "chains": found.chains,
        "chain_counts": {
            name: form.one(getattr(found.chains, name))
            for name in ("chains", "largest", "alone", "named", "met", "without_source", "outside")
        },
        "sizes": _banded(found.chains.sizes, _SIZES, form, weigh=True),
        "offspring": _banded(found.chains.offspring, _OFFSPRING, form, weigh=False),
        "half": None if form.public else found.chains.half_from(),
        "duties": _duties(found, form, language),
        "all_duties": _of_duties(found.all_duties, form),
        "quality": _quality(found, form, language),
        "absent": [_column(name) for name in found.quality.absent],
    }


def _recorded(outbreak: Outbreak) -> dict[str, bool]:
    """What its source could record: what it could not is not nought."""
    kinds = outbreak.recordable
    return {
        name: kinds is None or bool(kinds & wanted)
        for name, wanted in (
            ("deaths", {"person.died", "case.outcome_known"}),
            ("contacts", {"contact.named"}),
            ("holds", {"restriction.ordered"}),
            ("tests", {"person.tested", "tube.resulted"}),
        )
    }


def _local(at: datetime, zone: str) -> str:
    return at.astimezone(zone_named(zone)).strftime("%Y-%m-%d %H:%M")


def _grades(found: Situation) -> list[tuple[str, str]]:
    """The certainty of the pack's deadlines, best first: (letter, in words)."""
    pack = found.pack
    letters = {pack.sources[rule.deadline_source].certainty for rule in pack.duties}
    return [
        (letter, codes.label("certainty_grade", letter, written.language()))
        for letter in sorted(letters, key="PNSWMXA".index)
    ]


def _named(list_name: str, counted: list[tuple[str, int]], form: Form) -> list[tuple[str, Count]]:
    """Counts by code, under the code's own words."""
    shown = form.parts([n for _, n in counted])
    return [
        (codes.label(list_name, code, written.language()) if code else _("Nobody said"), value)
        for (code, _number), value in zip(counted, shown, strict=True)
    ]


def _breakdowns(found: Situation, form: Form) -> list[tuple[str, str, list[tuple[str, Count]]]]:
    """(anchor, caption, rows): a table each, left out where nobody said anything."""
    cases = found.tables.linelist
    made = []
    for column, caption in (
        ("classification", _("Cases by classification")),
        ("found_in", _("Cases by how they were found")),
        ("sex", _("Cases by sex")),
        ("occupation", _("Cases by occupation")),
    ):
        counted = counting.by_code(cases, column)
        if any(code for code, _number in counted) and (column != "sex" or form.public):
            made.append((column, caption, _named(column, counted, form)))
    places = counting.by_code(cases, "jurisdiction")
    if len(places) > 1:
        names = _jurisdictions()
        shown = form.parts([n for _, n in places])
        rows = [(names.get(code, code), value) for (code, _n), value in zip(places, shown, strict=True)]
        made.append(("jurisdiction", _("Cases by jurisdiction that answers"), rows))
    return made


def _jurisdictions() -> dict[str, str]:
    language = written.language()
    with reading() as cursor:
        cursor.execute("SELECT code, names ->> %s, names ->> 'en' FROM registry.jurisdiction", [language])
        names = {code: own or english or code for code, own, english in cursor}
    return names | {"ZZ": _("Not known")}


def _ages(found: Situation, form: Form) -> list[tuple[str, tuple[Count, ...]]]:
    """By age band: female, male, other or unknown, all; in the form for the public only all."""
    rows = counting.ages(found.tables.linelist)
    if not any(row.band for row in rows):
        return []
    labels = [row.band or _("Not known") for row in rows]
    if form.public:
        return [
            (label, (value,)) for label, value in zip(labels, form.parts([r.all for r in rows]), strict=True)
        ]
    return [
        (label, tuple(Count(n) for n in (row.female, row.male, row.other, row.all)))
        for label, row in zip(labels, rows, strict=True)
    ]


def _curve_svg(found: Situation, form: Form) -> tuple[str, ...]:
    """For a desk and for a phone."""
    if not found.curve.bins:
        return ()
    words = {
        "onset": _("cases") if form.public else _("by day of onset"),
        "sample": _("cases") if form.public else _("by day of sampling"),
        "known": _("cases") if form.public else _("by day of becoming known"),
        "cases": _("cases a week") if found.curve.weekly else _("cases a day"),
        "few": _("fewer than %(n)d") % {"n": SMALLEST},
    }
    smallest = SMALLEST if form.public else 0
    return tuple(
        _svg(picture(found.curve, words, smallest, width=width), f"curve{width}") for width in (760, 300)
    )


def _curve_rows(found: Situation, form: Form) -> list[tuple[str, tuple[Count, ...]]]:
    bins = found.curve.bins[-_TABLE_ROWS:]
    if form.public:
        shown = form.parts([each.total for each in bins])
        return [(each.first.isoformat(), (value,)) for each, value in zip(bins, shown, strict=True)]
    return [
        (
            each.first.isoformat(),
            tuple(Count(getattr(each, name)) for name in (*BASES, "became_known")),
        )
        for each in bins
    ]


def _timing_rows(found: Situation, form: Form) -> list[dict[str, Any]]:
    """Two rows a step: complete pairs, and the estimate beside them."""
    rows: list[dict[str, Any]] = []
    for row in found.timing.rows:
        estimate = row.kind != "complete pairs"
        # Why there is no estimate stands with what the figures rest on.
        if (form.public and row.n < SMALLEST) or (estimate and row.figures.quantiles[1] is None):
            continue
        low, median, high = row.figures.quantiles
        around = row.figures.quantile_intervals[1]
        rows.append(
            {
                "step": written.step(row.from_step, row.to_step),
                "first": not rows or rows[-1]["pair"] != (row.from_step, row.to_step),
                "pair": (row.from_step, row.to_step),
                "estimate": estimate,
                "n": row.n,
                "censored": row.n_censored,
                "low": low,
                "median": median,
                "high": high,
                "mean": row.figures.mean,
                "around": _interval(around),
                "assumption": row.assumption(written.language()),
            }
        )
    return rows


def _interval(around: tuple[float, float] | None) -> str:
    """An interval in days; an end beyond all bounds is said to be so."""
    if around is None:
        return ""
    low, high = around
    return f"{low:.1f}–{high:.1f}" if high < _BOUNDLESS else f"{low:.1f}–>{_BOUNDLESS}"


def _timing_svg(found: Situation, form: Form) -> str:
    shown = [row for row in found.timing.rows if row.figures.quantiles[1] is not None]
    if not shown or (form.public and any(row.n < SMALLEST for row in shown)):
        return ""
    return _svg(found.timing.figure_in(written.language()), "steps")


_CLIP = re.compile(r"\bclip\d+\b")
# What a drawing says of itself part by part, in English; the page gives the whole one name and the numbers as a table.
_PART_NAMES = re.compile(r' (?:aria-label|aria-roledescription|aria-hidden|role)="[^"]*"')


def _svg(chart: Any, name: str) -> str:
    """Our own drawing, with the page's colours; nothing in it comes from a reader.

    The drawing program numbers clips through the life of the process: they are numbered anew, so that the same figures
    give the same bytes and two drawings on a page never share one.
    """
    drawn = _PART_NAMES.sub("", to_svg(chart, follow_page=True))
    numbers: dict[str, str] = {}
    drawn = _CLIP.sub(lambda found: numbers.setdefault(found[0], f"{name}-{len(numbers)}"), drawn)
    return mark_safe(drawn)  # noqa: S308 - made by us from numbers and our own words


def _banded(
    counted: tuple[tuple[int, int], ...],
    bands: tuple[tuple[int, int | None], ...],
    form: Form,
    *,
    weigh: bool,
) -> list[tuple[str, Count, Count]]:
    """(band, how many, cases in them). weigh: a chain counts with its cases; otherwise each is one case."""
    rows = []
    for low, high in bands:
        inside = [(size, n) for size, n in counted if size >= low and (high is None or size <= high)]
        many = sum(n for _size, n in inside)
        cases = sum(size * n for size, n in inside) if weigh else many
        rows.append((_band(low, high), many, cases))
    while rows and not rows[-1][1]:
        rows.pop()
    shown = form.parts([cases for _b, _m, cases in rows])
    # Where the cases of a band are not told, neither is how many chains they make.
    return [
        (band, Count(many) if value.shown else value, value)
        for (band, many, _c), value in zip(rows, shown, strict=True)
    ]


def _band(low: int, high: int | None) -> str:
    if high is None:
        return _("%(n)d or more") % {"n": low}
    return str(low) if low == high else f"{low}–{high}"


def _duties(found: Situation, form: Form, language: str) -> list[dict[str, Any]]:
    """A row for each desk and, within, for each rule; in the form for the public one row for all."""
    if form.public:
        return [{"desk": True, "title": _("All desks")} | _of_duties(found.all_duties, form)]
    return [
        {
            "desk": not each.rule,
            "title": _rule_title(found, each.rule, language)
            if each.rule
            else codes.label("desk", each.desk, language),
        }
        | _of_duties(each, form)
        for each in found.duties
        if each.owed or each.not_recorded
    ]


def _of_duties(row: Lateness, form: Form) -> dict[str, Any]:
    parts = ("in_time", "met_late", "missed", "open_late", "open_in_time")
    shown = dict(zip(parts, form.parts([getattr(row, name) for name in parts]), strict=True))
    return {
        **shown,
        "owed": form.one(row.owed),
        "late_event": form.one(row.late_event),
        "not_recorded": form.one(row.not_recorded),
        "share": form.share(row.in_time, row.judged) if shown["in_time"].shown else None,
        "median": row.median_late if shown["open_late"].shown and shown["met_late"].shown else None,
    }


def _rule_title(found: Situation, rule: str, language: str) -> str:
    for pack in (found.pack, shipped()[HOUSE], *shipped().values()):
        known = pack.rule(rule)
        if known is not None:
            return known.title.get(language) or known.title.get("en", rule)
    return rule


def _quality(found: Situation, form: Form, language: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """By group: what was found, how many, of how many, by which rule and whose."""
    return [
        (
            group,
            [
                {
                    "told": each.told(language),  # type: ignore[arg-type]
                    "count": form.within(each.count, each.of),
                    "of": form.one(each.of),
                    "share": form.share(each.count, each.of),
                    "rule": each.rule(language),  # type: ignore[arg-type]
                    "source": each.source,
                }
                for each in found.quality.of(group)
                if not (form.public and group == "improbable" and each.count < SMALLEST)
            ],
        )
        for group in GROUPS
    ]


def _column(name: str) -> str:
    from quell.engines.quality.words import COLUMNS

    return COLUMNS.get(name, {}).get(written.language(), name)
