"""Restrictions: each ground stands alone, ends by itself, and a person is free when none remains.

A missing result, a lost tube or a silent laboratory never prolongs a restriction: only a named officer's
renewal does. A restriction whose basis was retracted ends when it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from quell.catalogue.when import WhenError, parse
from quell.protocol.events import Event, Restriction
from quell.protocol.pack import GroundRule, Pack
from quell.protocol.patterns import first
from quell.protocol.spans import span_ends

# Where neither a pack nor the house pack knows the ground, and where what a ground rests on is not shown (no
# such case, no such contact, or no longer): the shortest we can defend. A named officer may renew it.
_UNSHOWN_GROUND_LASTS = timedelta(hours=24)


def seen_in(outbreak: str, seen: Sequence[Event]) -> list[Event]:
    """The events as one outbreak sees them: every fact, but only its own conclusions; all where none is named."""
    if not outbreak:
        return list(seen)
    return [
        event for event in seen if not event.kind.startswith("conclusion:") or outbreak in event.outbreaks
    ]


def restrictions_of(
    subject: str, seen: Sequence[Event], house: Pack, ruling: Callable[[Event], tuple[str, Pack]]
) -> tuple[Restriction, ...]:
    """Every restriction that was ever put on this subject, with when each ends or ended.

    seen    the subject's events in the order of the world
    ruling  the outbreak and pack that rule an event
    """
    found: list[Restriction] = []
    orders: dict[tuple[str, str], list[Event]] = {}
    for event in seen:
        if event.kind == "restriction.ordered":
            orders.setdefault((str(event.attrs["ground"]), str(event.attrs["because"])), []).append(event)
    for (ground, because), given in sorted(orders.items()):
        standing: Restriction | None = None
        for order in given:
            if standing is not None and order.at < (standing.ended_at or standing.ends_at):
                continue
            outbreak, pack = ruling(order)
            rule = pack.grounds.get(ground) or house.grounds.get(ground)
            rule_pack = pack if pack.grounds.get(ground) else house
            here = seen_in(outbreak, seen)
            standing = _restriction(subject, ground, because, order, outbreak, rule, rule_pack, here)
            found.append(standing)
    return tuple(found)


def restriction_identity(subject: str, ground: str, because: str, opened: str) -> str:
    """The id of a restriction, stable under recomputing."""
    return hashlib.sha256(f"{subject}\n{ground}\n{because}\n{opened}".encode()).hexdigest()[:32]


def _restriction(
    subject: str,
    ground: str,
    because: str,
    order: Event,
    outbreak: str,
    rule: GroundRule | None,
    pack: Pack,
    seen: Sequence[Event],
) -> Restriction:
    basis = _basis(rule, because, seen)
    ends_at = _ends(order, rule, basis, seen, ground, because)
    ending = _ending(rule, ground, because, order, basis, seen)
    ended_at, ended_by, reason = None, None, ""
    if ending is not None and max(ending[0].at, order.at) < ends_at:
        ended_at, ended_by, reason = (
            max(ending[0].at, order.at),
            ending[0].fact_id or ending[0].key,
            ending[1],
        )
    return Restriction(
        restriction_id=restriction_identity(subject, ground, because, order.key),
        subject=subject,
        ground=ground,
        because=because,
        measure=str(order.attrs["measure"]),
        legal_basis=str(order.attrs["legal_basis"]),
        ordered_by=str(order.attrs["ordered_by"]),
        notice=str(order.attrs.get("notice") or "not_given"),
        appeal=str(order.attrs.get("appeal") or (rule.appeal if rule else "not_stated")),
        rule=f"{pack.pack_id}/{rule.rule_id}" if rule else "",
        outbreak=outbreak,
        jurisdiction=order.jurisdiction,
        opened_at=order.at,
        ends_at=ends_at,
        ended_at=ended_at,
        ended_by=ended_by,
        end_reason=reason,
    )


def _basis(rule: GroundRule | None, because: str, seen: Sequence[Event]) -> Event | None:
    """The event that the ground rests on: the positive tube, the case."""
    if rule is None:
        return None
    fitting = (
        event
        for event in seen
        for pattern in rule.rests_on
        if pattern.fits(event) and because in (event.of, event.attrs.get("source_person"))
    )
    return min(fitting, key=lambda event: event.order, default=None)


def _ends(
    order: Event,
    rule: GroundRule | None,
    basis: Event | None,
    seen: Sequence[Event],
    ground: str,
    because: str,
) -> datetime:
    """When a restriction ends by itself: as ordered, at most as long as the rule allows, later only if renewed.

    A renewal counts only where it came while the restriction stood: what has ended is ordered anew or not at all.
    """
    root = basis or order
    longest = order.at + _UNSHOWN_GROUND_LASTS
    if rule is not None and rule.longest is not None:
        longest = order.at + rule.longest
    elif rule is not None and rule.longest_days is not None:
        days = rule.longest_days
        anchor = _anchor(days.anchor, root)
        longest = span_ends(anchor, root.zone, days.numbers[-1], days.anchor_is_day, rule.end)
    if rule is not None and rule.rests_on and basis is None:
        longest = min(longest, order.at + _UNSHOWN_GROUND_LASTS)
    until = _moment(order.attrs.get("until"), order.zone)
    ends = max(min(longest, until) if until else longest, order.at)
    for event in seen:
        if (
            event.kind == "restriction.renewed"
            and _same(event, ground, because)
            and order.at <= event.at <= ends
        ):
            ends = max(ends, _moment(event.attrs.get("until"), event.zone) or ends)
    return ends


def _anchor(ways: Sequence[str], root: Event) -> datetime:
    for way in ways:
        if way != "occurred":
            try:
                return parse(str(root.attrs[way]), root.zone).start
            except (KeyError, WhenError):
                continue
    return root.at


def _moment(text: object, zone: str) -> datetime | None:
    """The end of a stated time; None where nothing readable is stated."""
    try:
        return parse(str(text), zone).end if text else None
    except WhenError:
        return None


def _ending(
    rule: GroundRule | None,
    ground: str,
    because: str,
    order: Event,
    basis: Event | None,
    seen: Sequence[Event],
) -> tuple[Event, str] | None:
    """The earliest event that ended the ground, and why; None while it stands."""
    endings: list[tuple[Event, str]] = []
    if rule is not None and (settled := first(rule.ended_by, list(seen), basis or order)):
        endings.append((settled, "settled"))
    if rule is not None and basis is None:
        endings.extend(
            (event, "basis_retracted")
            for event in seen
            for pattern in rule.rests_on
            if event.kind == f"retracted:{pattern.kind}"
            and because in (event.of, event.attrs.get("source_person"))
        )
    for event in seen:
        if event.at < order.at:
            continue
        if event.kind == "restriction.lifted" and _same(event, ground, because):
            endings.append((event, "lifted"))
        elif event.kind == "appeal.decided" and _same(event, ground, because) and event.attrs.get("upheld"):
            # Who gave the order does not decide whether it was right.
            if event.attrs.get("decided_by") != order.attrs["ordered_by"]:
                endings.append((event, "appeal_upheld"))
        elif event.kind == "person.died":
            endings.append((event, "died"))
    return min(endings, key=lambda ending: ending[0].order, default=None)


def _same(event: Event, ground: str, because: str) -> bool:
    return event.attrs.get("ground") == ground and event.attrs.get("because") == because
