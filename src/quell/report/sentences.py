"""The summary in plain words: each sentence a template with its figures, and honest about what is not known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quell.engines.quality.findings import GROUPS
from quell.report.ends import Ends
from quell.report.situation import Situation
from quell.report.suppression import Form
from quell.report.written import count, day, length, number, percent, step

# The first of these that the list has is the delay a commander is told of.
_TOLD_FIRST = (
    ("onset", "report"),
    ("onset", "confirm"),
    ("onset", "sample"),
    ("onset", "admission"),
    ("exposure", "onset"),
)
_FEW = 5


def summary(found: Situation, form: Form, language: str) -> list[str]:
    """The sentences, the most important first."""
    if not found.cases:
        return [_("No case was known by %(day)s.") % {"day": day(found.moment.on)}]
    made = [
        *_cases(found, form),
        *_deaths(found, form),
        *_delay(found, language),
        *_filling(found),
        *_contacts(found, form),
        *_chains(found, form),
        *_duties(found, form),
        *_quality(found, form),
    ]
    return [sentence for sentence in made if sentence]


def _cases(found: Situation, form: Form) -> Iterator[str]:
    on: date = found.moment.on
    yield ngettext("%(n)s case was known by %(day)s.", "%(n)s cases were known by %(day)s.", found.cases) % {
        "n": count(form.one(found.cases)),
        "day": day(on),
    }
    last, before = found.recent.last, found.recent.before
    said = {"n": count(form.one(last)), "before": count(form.one(before)), "by": number(abs(last - before))}
    if not form.all_shown((last, before)):
        yield _("%(n)s became known in the last 7 days, %(before)s in the 7 days before.") % said
    elif last == before:
        yield _("%(n)s became known in the last 7 days, as many as in the 7 days before.") % said
    elif last < before:
        yield (
            _("%(n)s became known in the last 7 days, %(by)s fewer than in the 7 days before (%(before)s).")
            % said
        )
    else:
        yield (
            _("%(n)s became known in the last 7 days, %(by)s more than in the 7 days before (%(before)s).")
            % said
        )


def _deaths(found: Situation, form: Form) -> Iterator[str]:
    ends, outcomes = Ends.of(found.outcomes, form), found.outcomes
    said = {
        "n": count(ends.died),
        "all": percent(ends.of_all),
        "settled": percent(ends.of_settled),
        "open": count(ends.open),
    }
    if not outcomes.died:
        if outcomes.settled:
            yield _("No death is known.")
    elif ends.of_all is None:
        yield ngettext("%(n)s person died.", "%(n)s people died.", outcomes.died) % said
    elif not outcomes.open:
        yield _("%(n)s died, %(all)s of all cases; every outcome is known.") % said
    elif not outcomes.recovered:
        yield (
            _("%(n)s died, %(all)s of all cases; no recovery is known, and %(open)s have no outcome yet.")
            % said
        )
    elif ends.of_settled is None:
        yield (
            _("%(n)s died, %(all)s of all cases; that can still rise, since %(open)s have no outcome yet.")
            % said
        )
    else:
        yield (
            _(
                "%(n)s died: %(all)s of all cases, and %(settled)s of those who died or recovered. The truth lies in neither "
                "while %(open)s cases have no outcome."
            )
            % said
        )


def _delay(found: Situation, language: str) -> Iterator[str]:
    for pair in _TOLD_FIRST:
        rows = {row.kind: row for row in found.timing.rows if (row.from_step, row.to_step) == pair}
        plain, fitted = rows.get("complete pairs"), rows.get("fitted")
        if plain is None or plain.n < _FEW or plain.figures.quantiles[1] is None:
            continue
        median, most = plain.figures.quantiles[1], plain.figures.quantiles[2]
        said = {
            "step": step(*pair),
            "median": number(median, 1),
            "n": number(plain.n),
            "most": number(most, 1),
        }
        yield (
            _("From %(step)s: median %(median)s days, nine in ten within %(most)s (n %(n)s, complete pairs).")
            % said
        )
        estimate = fitted.figures.quantiles[1] if fitted else None
        running = not found.timing.closed
        if running and estimate is not None and abs(estimate - median) >= max(0.5, 0.1 * median):
            yield (
                _("Corrected for cases that are still on the way, the median is about %(median)s days.")
                % {"median": number(estimate, 1)}
            )
        return


def _filling(found: Situation) -> Iterator[str]:
    if found.filling and (found.recent.last or found.recent.before):
        yield ngettext(
            "The last %(n)s day of the curve still fills: nine of ten cases become known within it.",
            "The last %(n)s days of the curve still fill: nine of ten cases become known within them.",
            found.filling,
        ) % {"n": number(found.filling)}


def _contacts(found: Situation, form: Form) -> Iterator[str]:
    people = found.contacts
    if people.named:
        named, cases = form.one(people.named), form.within(people.cases, people.named)
        yield ngettext(
            "%(n)s person was named as a contact; of these %(cases)s are cases.",
            "%(n)s people were named as contacts; of these %(cases)s are cases.",
            people.named,
        ) % {"n": count(named), "cases": count(cases)}


def _chains(found: Situation, form: Form) -> Iterator[str]:
    chains = found.chains
    if not chains.linked:
        yield _("Nobody reported the source of any case.")
        return
    yield ngettext(
        "Reported links tie cases into %(n)s chain of two or more, the largest of %(largest)s; %(without)s cases are without a "
        "reported source.",
        "Reported links tie cases into %(n)s chains of two or more, the largest of %(largest)s; %(without)s cases are without a "
        "reported source.",
        chains.chains,
    ) % {
        "n": number(chains.chains),
        "largest": count(form.one(chains.largest)),
        "without": count(form.one(chains.without_source)),
    }


def _duties(found: Situation, form: Form) -> Iterator[str]:
    duties = found.all_duties
    if duties.judged:
        late = form.one(duties.open_late)
        yield _(
            "Of %(judged)s duties that were due and can be judged, %(share)s were met in time; %(late)s are late now."
        ) % {
            "judged": count(form.one(duties.judged)),
            "share": percent(form.share(duties.in_time, duties.judged)),
            "late": count(late),
        }
        if duties.median_late is not None and late.shown:
            yield _("Of the late ones, half were late by more than %(length)s.") % {
                "length": length(duties.median_late)
            }
    if duties.not_recorded:
        yield ngettext(
            "%(n)s duty could not have been recorded by its source: it is not recorded, not late.",
            "%(n)s duties could not have been recorded by their source: they are not recorded, not late.",
            duties.not_recorded,
        ) % {"n": count(form.one(duties.not_recorded))}


def _quality(found: Situation, form: Form) -> Iterator[str]:
    onset = next((each for each in found.quality.of("missing") if each.columns == ("onset_date",)), None)
    if onset is not None:
        yield ngettext(
            "%(n)s of %(of)s cases has no day of onset.",
            "%(n)s of %(of)s cases have no day of onset.",
            onset.count,
        ) % {
            "n": count(form.within(onset.count, onset.of)),
            "of": count(form.one(onset.of)),
        }
    impossible, improbable = (len(found.quality.of(group)) for group in GROUPS[1:])
    if impossible or improbable:
        yield _(
            "Checks of the data found %(impossible)s kinds of contradiction and %(improbable)s kinds of oddity."
        ) % {
            "impossible": number(impossible),
            "improbable": number(improbable),
        }
