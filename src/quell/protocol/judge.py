"""The duty function: from the facts of one subject and the packs in force to what follows and what is owed.

Pure. The same facts in any order give the same judgement; nothing here reads a clock, a file or a database.
"Late" is not decided here: a duty has deadlines and the moment it was met, and a screen compares them with now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

from quell.catalogue.when import When
from quell.protocol.deadlines import deadlines_of, text_at, when_of
from quell.protocol.events import Conclusion, Duty, Event, Judgement
from quell.protocol.pack import ConclusionRule, DutyRule, Pack, Requires
from quell.protocol.patterns import Pattern, first
from quell.protocol.restrictions import restrictions_of, seen_in

Related = Mapping[str, Sequence[Conclusion]]


@dataclass(frozen=True, slots=True)
class InForce:
    """Which pack rules in which outbreak from when on; the first rules whatever happened before it.

    recordable  the fact kinds that an outbreak's source could record; None when it could record all
    """

    house: Pack
    timelines: Mapping[str, tuple[tuple[datetime, Pack], ...]] = field(default_factory=dict)
    recordable: Mapping[str, frozenset[str] | None] = field(default_factory=dict)

    def at(self, outbreak: str, moment: datetime) -> Pack:
        """The pack that rules an outbreak at a moment."""
        timeline = self.timelines[outbreak]
        ruling = timeline[0][1]
        for since, pack in timeline[1:]:
            if since <= moment:
                ruling = pack
        return ruling

    def later(self, outbreak: str, moment: datetime) -> list[tuple[datetime, Pack]]:
        """The packs that came into force after a moment, in order."""
        return [(since, pack) for since, pack in self.timelines[outbreak][1:] if since > moment]


def judge(subject: str, events: Sequence[Event], packs: InForce, related: Related) -> Judgement:
    """What follows for this subject, and what is owed about it.

    events   its effective facts, those of its tubes (via "members"), and what is pending about it
    related  the conclusions about subjects that its facts name, by subject
    """
    ordered = sorted(events, key=lambda event: event.order)
    kind = subject.partition(":")[0]
    conclusions: dict[tuple[str, str, str], Conclusion] = {}
    duties: dict[str, Duty] = {}
    outbreaks = sorted(
        {outbreak for event in ordered for outbreak in event.outbreaks} & packs.timelines.keys()
    )
    for outbreak in outbreaks:
        _conclude(subject, kind, outbreak, ordered, packs, related, conclusions)
    seen = sorted([*ordered, *(each.event() for each in conclusions.values())], key=lambda event: event.order)
    for outbreak in (*outbreaks, ""):
        here = seen_in(outbreak, seen)
        for root in here:
            if outbreak and outbreak not in root.outbreaks:
                continue
            pack = packs.at(outbreak, root.at) if outbreak else packs.house
            for rule in _standing_rules(pack)[0].get((kind, root.kind), ()):
                for duty in _owed(rule, pack, subject, outbreak, root, here, packs):
                    duties.setdefault(duty.duty_id, duty)
    restrictions = restrictions_of(subject, seen, packs.house, lambda event: _ruling(packs, event))
    return Judgement(
        tuple(sorted(conclusions.values(), key=lambda each: (each.kind, each.outbreak, each.key))),
        tuple(sorted(duties.values(), key=lambda each: each.duty_id)),
        restrictions,
    )


@cache
def _standing_rules(
    pack: Pack,
) -> tuple[dict[tuple[str, str], list[DutyRule]], dict[tuple[str, str], list[ConclusionRule]]]:
    """A pack's rules by the kind of subject they are about and the kind of event they stand on."""
    duties: dict[tuple[str, str], list[DutyRule]] = {}
    conclusions: dict[tuple[str, str], list[ConclusionRule]] = {}
    for duty in pack.duties:
        for kind in dict.fromkeys(pattern.kind for pattern in duty.when):
            duties.setdefault((duty.subject, kind), []).append(duty)
    for conclusion in pack.conclusions:
        for kind in dict.fromkeys(pattern.kind for pattern in conclusion.when):
            conclusions.setdefault((conclusion.subject, kind), []).append(conclusion)
    return duties, conclusions


def duty_identity(rule: str, subject: str, root: str, occurrence: int) -> str:
    """The id of a duty: stable under recomputing and across versions of a pack, so that notes and waivers stay."""
    return hashlib.sha256(f"{rule}\n{subject}\n{root}\n{occurrence}".encode()).hexdigest()[:32]


def _duty_root(rule: DutyRule, outbreak: str, root: Event) -> str:
    """What a duty stands on, for its id: stable when an earlier fact of the same kind turns up later.

    What is concluded is concluded per outbreak: who was a case two years ago and is one again is reported again.
    """
    within = f"{outbreak}|" if root.kind.startswith("conclusion:") else ""
    if rule.per == "once":
        return f"{within}once"
    return within + _key(rule.per, root)


def _ruling(packs: InForce, event: Event) -> tuple[str, Pack]:
    for outbreak in event.outbreaks:
        if outbreak in packs.timelines:
            return outbreak, packs.at(outbreak, event.at)
    return "", packs.house


def _conclude(
    subject: str,
    kind: str,
    outbreak: str,
    events: Sequence[Event],
    packs: InForce,
    related: Related,
    found: dict[tuple[str, str, str], Conclusion],
) -> None:
    """Add what follows, again and again until nothing new does; the checker has refused circles."""
    before = -1
    while len(found) > before:
        before = len(found)
        concluded = (each.event() for each in found.values() if each.outbreak == outbreak)
        seen = sorted([*events, *concluded], key=lambda event: event.order)
        for root in seen:
            if outbreak not in root.outbreaks:
                continue
            pack = packs.at(outbreak, root.at)
            for rule in _standing_rules(pack)[1].get((kind, root.kind), ()):
                key = (rule.kind, outbreak, _key(rule.per, root))
                if key in found or not _stands(rule, root, seen):
                    continue
                conclusion = _conclusion(rule, pack, subject, outbreak, root, seen, related)
                if conclusion is not None:
                    found[key] = conclusion


def _stands(rule: ConclusionRule | DutyRule, root: Event, seen: Sequence[Event]) -> bool:
    """Whether a rule's ``when`` is completed by this very event and none of its ``unless`` is."""
    for pattern in rule.when:
        if pattern.times == 1:
            fits = pattern.fits(root)
        else:
            fits = any(event is root for event in pattern.completions(seen))
        if fits:
            return not any(first((unless,), list(seen), root) for unless in rule.unless)
    return False


def _key(per: str, root: Event) -> str:
    if per == "once":
        return ""
    if per == "subject":
        return root.of
    if per == "source_person":
        return str(root.attrs.get("source_person", root.of))
    return root.key


def _conclusion(
    rule: ConclusionRule,
    pack: Pack,
    subject: str,
    outbreak: str,
    root: Event,
    seen: Sequence[Event],
    related: Related,
) -> Conclusion | None:
    at, known_at, occurred = root.at, root.known_at, str(root.attrs["occurred"])
    attrs = {"occurred": occurred}
    if "source_person" in root.attrs:
        attrs["source_person"] = root.attrs["source_person"]
    if rule.requires is not None:
        other = _required(rule.requires, root, related, outbreak)
        if other is None:
            return None
        if other.at > at:
            at, occurred = other.at, other.occurred
        known_at = max(known_at, other.known_at)
    for name, ways in rule.carries:
        text = text_at(ways, root, seen)
        if text is not None:
            attrs[name] = text
    return Conclusion(
        kind=rule.kind,
        subject=subject,
        key=f"{rule.kind}/{_key(rule.per, root)}",
        rule=f"{pack.pack_id}/{rule.rule_id}",
        outbreak=outbreak,
        at=at,
        known_at=known_at,
        occurred=occurred,
        zone=root.zone,
        jurisdiction=root.jurisdiction,
        root=root.fact_id or root.key,
        attrs={**attrs, "occurred": occurred},
    )


def _required(requires: Requires, root: Event, related: Related, outbreak: str) -> Conclusion | None:
    """The earliest conclusion about the other subject that this rule needs, if the exposure lies in its window.

    An exposure that is not dated counts: what is missing must not let a contact slip through.
    """
    fitting = []
    for other in related.get(str(root.attrs.get(requires.of, "")), ()):
        if other.kind != requires.concluded or other.outbreak != outbreak:
            continue
        stated = when_of(root.attrs.get(requires.window_field or ""), root.zone)
        begins = when_of(
            next((other.attrs[name] for name in requires.not_before if other.attrs.get(name)), None),
            other.zone,
        )
        if stated is None or begins is None or _reaches(stated, begins.start - requires.minus):
            fitting.append(other)
    return min(fitting, key=lambda other: (other.at, other.key), default=None)


def _reaches(exposure: When, earliest: datetime) -> bool:
    return exposure.start >= earliest or exposure.end > earliest


def _owed(
    rule: DutyRule,
    pack: Pack,
    subject: str,
    outbreak: str,
    root: Event,
    seen: Sequence[Event],
    packs: InForce,
) -> list[Duty]:
    if not _stands(rule, root, seen):
        return []
    duties = _under(rule, pack, subject, outbreak, root, seen, packs)
    if not outbreak:
        return duties
    for since, later in packs.later(outbreak, root.at):
        if later.moves.get(rule.rule_id, later.open_duties) != "recompute":
            continue
        renewed_rule = next((other for other in later.duties if other.rule_id == rule.rule_id), None)
        renewed = {}
        if renewed_rule is not None:
            renewed = {
                duty.duty_id: duty
                for duty in _under(renewed_rule, later, subject, outbreak, root, seen, packs)
            }
        moved = []
        for duty in duties:
            if _settled_before(duty, since):
                # What was done, had fallen away or could no longer be done stays as it was.
                moved.append(duty)
                renewed.pop(duty.duty_id, None)
            elif duty.duty_id in renewed:
                moved.append(renewed.pop(duty.duty_id))
            else:
                moved.append(
                    replace(duty, ended_at=since, ended_by=f"protocol {later.pack_id} {later.version}")
                )
        # What the later version adds is owed only where its time had not passed before that version came.
        duties = [*moved, *(duty for duty in renewed.values() if duty.due_event > since)]
    return duties


def _settled_before(duty: Duty, moment: datetime) -> bool:
    if duty.closes_at is not None and duty.closes_at <= moment:
        return True
    return any(settled is not None and settled < moment for settled in (duty.met_at, duty.ended_at))


def _under(
    rule: DutyRule,
    pack: Pack,
    subject: str,
    outbreak: str,
    root: Event,
    seen: Sequence[Event],
    packs: InForce,
) -> list[Duty]:
    """The duties of one rule from one root, under one version of the pack."""
    duties: list[Duty] = []
    full_id = f"{pack.pack_id}/{rule.rule_id}"
    root_key = _duty_root(rule, outbreak, root)
    recordable = packs.recordable.get(outbreak)
    could_be = recordable is None or any(pattern.kind in recordable for pattern in rule.met_by)
    for occurrence, opens, due, known, closes in deadlines_of(rule, root, seen):
        if duties and not could_be:
            # Of a series whose doing nobody could record, one day says so as well as twenty-one.
            break
        duty_id = duty_identity(full_id, subject, root_key, occurrence)
        met = _met(rule.met_by, seen, root, opens if rule.days else None, closes)
        ended = first(rule.ended_by, list(seen), root)
        waived = next(
            (event for event in seen if event.kind == "duty.waived" and event.attrs.get("duty") == duty_id),
            None,
        )
        ending = min(
            (event for event in (ended, waived) if event), key=lambda event: event.order, default=None
        )
        duties.append(
            Duty(
                duty_id=duty_id,
                rule=full_id,
                pack=pack.pack_id,
                pack_version=pack.version,
                action=rule.action,
                subject=subject,
                root=root.fact_id or root.key,
                because=root.of,
                occurrence=occurrence,
                desk=rule.desk,
                jurisdiction=root.jurisdiction,
                outbreak=outbreak or (root.outbreaks[0] if root.outbreaks else ""),
                urgent=rule.urgent,
                opens_at=opens,
                due_event=due,
                due_known=known,
                closes_at=closes,
                met_at=met.at if met else None,
                met_by=met.fact_id if met else None,
                ended_at=ending.at if ending else None,
                ended_by=(ending.fact_id or ending.key) if ending else None,
                recordable=could_be,
            )
        )
    return duties


def _met(
    patterns: Sequence[Pattern],
    seen: Sequence[Event],
    root: Event,
    opens: datetime | None,
    closes: datetime | None,
) -> Event | None:
    """The event that met a duty. On a day of a series, one that happened in that day's own window."""
    within = [
        event
        for event in seen
        if (opens is None or event.at >= opens) and (closes is None or event.at < closes)
    ]
    return first(patterns, within, root)
