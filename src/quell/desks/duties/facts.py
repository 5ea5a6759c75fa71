"""Which facts a tap records: one small function a kind of tap, from the duty and what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from quell.catalogue.chase import PersonCalled, PersonLocated
from quell.catalogue.contacts import ContactNotified, ImmunityAssessed, ProphylaxisGiven
from quell.catalogue.facilities import PersonAdmitted
from quell.catalogue.fact import Fact
from quell.catalogue.investigation import CaseClassified, CaseReported, InterviewHeld, InvestigationReported
from quell.catalogue.isolation import AppealDecided, FollowupRecorded, PersonToldFree, RestrictionOrdered
from quell.catalogue.keeping import DutyNoted, DutyWaived
from quell.catalogue.laboratory import TubeResulted
from quell.catalogue.needs import ComplaintAnswered, NeedMet, NeedRaised, NeedsChecked
from quell.catalogue.people import PersonBuried
from quell.catalogue.screening import TubeSampled
from quell.catalogue.transfer import TransferRequested
from quell.catalogue.when import instant
from quell.desks.house.taps import Answers, Owed, TapRefused
from quell.protocol.pack import DutyRule
from quell.registry.reading.rules import duty_rule, ground_rule
from quell.registry.reading.tubes import member_number

Facts = Callable[[Owed, Answers], list[Fact]]
_ID = re.compile(r"^[^\s:][^\s]{0,100}$")
_CONCLUDED = {
    "case": "case",
    "close_contact": "contact",
    "contact": "contact",
    "susceptible_contact": "contact",
    "secondary_contact": "secondary_contact",
    "suspected": "suspected",
}


def answer(answers: Answers, name: str, otherwise: str = "") -> str:
    """What was typed into a field, trimmed."""
    return next((text.strip() for text in answers.get(name, ()) if text.strip()), otherwise)


def stated(struct: type[Fact], owed: Owed, **fields: Any) -> Fact:
    """A fact about the duty's subject, now, in the duty's place and outbreak."""
    return struct(**{"subject": owed.duty.subject, "occurred": instant(owed.now), **owed.envelope, **fields})


def simple(struct: type[Fact], **fields: Any) -> Facts:
    """A tap that records one fact with fixed fields."""
    return lambda owed, _answers: [stated(struct, owed, **fields)]


def asked(struct: type[Fact], *names: str, **fields: Any) -> Facts:
    """A tap that records one fact with the fields that were asked for."""
    return lambda owed, answers: [
        stated(struct, owed, **{name: answer(answers, name) for name in names}, **fields)
    ]


def concluded(owed: Owed) -> str:
    """As what the person is looked at: case, suspected, contact or secondary_contact, from what the rule stands on."""
    rule = duty_rule(owed.pack, owed.duty.rule)
    kinds = [pattern.kind.removeprefix("conclusion:") for pattern in rule.when] if rule else []
    return next((_CONCLUDED[kind] for kind in kinds if kind in _CONCLUDED), "case")


def ground_of(owed: Owed) -> tuple[str, str]:
    """(ground, because) of the order that would meet this duty."""
    rule = duty_rule(owed.pack, owed.duty.rule)
    ground = _stated_ground(rule)
    if owed.duty.because.startswith("tube:") and not ground:
        return "pool_positive", owed.duty.because
    ground = ground or concluded(owed)
    source = owed.root.get("source_person")
    return ground, str(source) if source and ground in {"contact", "secondary_contact"} else owed.duty.because


def _stated_ground(rule: DutyRule | None) -> str:
    for pattern in rule.met_by if rule else ():
        if pattern.kind == "restriction.ordered":
            for condition in pattern.conditions:
                if condition.field == "ground" and condition.comparison == "in" and len(condition.value) == 1:
                    return str(next(iter(condition.value)))
    return ""


def order(owed: Owed, answers: Answers) -> list[Fact]:
    """Order the restriction that the duty asks for, as the pack's ground rule says: measure, legal basis, appeal."""
    ground, because = ground_of(owed)
    rule = ground_rule(owed.pack, ground)
    return [
        stated(
            RestrictionOrdered,
            owed,
            ground=ground,
            because=because,
            measure=answer(answers, "measure", rule.measure if rule else "hold"),
            legal_basis=answer(answers, "legal_basis", rule.legal_basis if rule else "not_stated"),
            ordered_by=owed.by,
            notice=answer(answers, "notice", "spoken"),
            appeal=rule.appeal if rule else None,
        )
    ]


def complete_order(owed: Owed, answers: Answers) -> list[Fact]:
    """The same order again, now with its legal basis."""
    root = owed.root
    return [
        stated(
            RestrictionOrdered,
            owed,
            ground=root.get("ground"),
            because=root.get("because"),
            measure=root.get("measure"),
            legal_basis=answer(answers, "legal_basis"),
            ordered_by=owed.by,
            notice=root.get("notice"),
            appeal=root.get("appeal") or "reviewing_officer",
        )
    ]


def new_tube(owed: Owed) -> str:
    """A number for a single tube: that of the pool, the person's place in it, and what tells a second swab apart."""
    because, person = owed.duty.because, owed.duty.subject
    tail = uuid4().hex[:4]
    if not because.startswith("tube:"):
        return f"{person.partition(':')[2]}-{tail}"
    number = member_number(because, person)
    pool = because.removeprefix("tube:")
    return f"{pool}-{number:02d}-{tail}" if number else f"{pool}-{tail}"


def swab(purpose: str) -> Facts:
    """A single swab of the person."""

    def facts(owed: Owed, answers: Answers) -> list[Fact]:
        barcode = answer(answers, "barcode") or new_tube(owed)
        tube = f"tube:{_identifier(barcode)}"
        return [
            stated(
                TubeSampled, owed, subject=tube, members=(owed.duty.subject,), pool_size=1, purpose=purpose
            )
        ]

    return facts


def read_tube(result: str) -> Facts:
    """The single tube was read."""

    def facts(owed: Owed, answers: Answers) -> list[Fact]:
        ct = answer(answers, "ct")
        try:
            cycles = float(ct) if ct else None
        except ValueError:
            raise TapRefused(_("%(ct)s is not a number of cycles.") % {"ct": ct}) from None
        return [stated(TubeResulted, owed, subject=owed.duty.because, result=result, ct=cycles)]

    return facts


def needs_found(owed: Owed, answers: Answers) -> list[Fact]:
    """What the person needs: the check itself, and a need of its own for each thing."""
    found = [text for text in answers.get("found", ()) if text]
    if not found:
        raise TapRefused(_("Tick what they need, or say that nothing is needed."))
    hours = int(answer(answers, "hours", "4"))
    by = instant(owed.now + timedelta(hours=hours))
    facts = [stated(NeedsChecked, owed, found=tuple(found))]
    facts.extend(
        stated(
            NeedRaised,
            owed,
            need=need,
            number=f"need:{uuid4().hex[:12]}",
            urgency=answer(answers, "urgency", "urgent"),
            needed_by=by,
        )
        for need in found
    )
    return facts


def need_met(owed: Owed, answers: Answers) -> list[Fact]:
    """The need was met, and somebody says so."""
    return [
        stated(
            NeedMet,
            owed,
            number=owed.root.get("number"),
            confirmed_by=answer(answers, "confirmed_by", "person"),
        )
    ]


def transfer_asked(owed: Owed, answers: Answers) -> list[Fact]:
    """A place and a ride were asked for."""
    return [stated(TransferRequested, owed, reason=concluded(owed))]


def admitted(owed: Owed, answers: Answers) -> list[Fact]:
    """The person arrived at the facility."""
    facility = "facility:" + _identifier(answer(answers, "facility").removeprefix("facility:"))
    return [stated(PersonAdmitted, owed, facility=facility, as_a=concluded(owed))]


def contact_told(owed: Owed, answers: Answers) -> list[Fact]:
    """The contact was told of being one."""
    return [stated(ContactNotified, owed, source_person=owed.root.get("source_person"))]


def tube_filled(owed: Owed, answers: Answers) -> list[Fact]:
    """Whose swabs are in a tube, in the order of swabbing."""
    typed = [each for each in re.split(r"[\s,;，；、]+", answer(answers, "members")) if each]
    members = tuple(dict.fromkeys("person:" + _identifier(each.removeprefix("person:")) for each in typed))
    if not members:
        raise TapRefused(_("Name at least one person."))
    size = next((size for size in (1, 5, 10, 20) if size >= len(members)), 0)
    if not size:
        raise TapRefused(_("A tube holds at most 20 swabs; %(n)d people were named.") % {"n": len(members)})
    return [stated(TubeSampled, owed, members=members, pool_size=size, purpose="round")]


def appeal_decided(owed: Owed, answers: Answers) -> list[Fact]:
    """An appeal is decided by somebody other than who ordered."""
    return [
        stated(
            AppealDecided,
            owed,
            ground=owed.root.get("ground"),
            because=owed.root.get("because"),
            upheld=answer(answers, "upheld") == "yes",
            decided_by=owed.by,
        )
    ]


def upheld(owed: Owed, answers: Answers) -> list[Fact]:
    """The appeal is right: the restriction ends."""
    return appeal_decided(owed, {"upheld": ["yes"]})


def rejected(owed: Owed, answers: Answers) -> list[Fact]:
    """The appeal is rejected: the restriction stands until its end."""
    return appeal_decided(owed, {"upheld": ["no"]})


def complaint_answered(owed: Owed, answers: Answers) -> list[Fact]:
    """A complaint was answered."""
    return [stated(ComplaintAnswered, owed, answered_by=owed.by)]


def prophylaxis(owed: Owed, answers: Answers) -> list[Fact]:
    """A contact was given something; how many doses a day only where that was said."""
    doses = answer(answers, "doses_per_day")
    try:
        per_day = int(doses) if doses else None
    except ValueError:
        raise TapRefused(_("%(doses)s is not a number of doses.") % {"doses": doses}) from None
    return [stated(ProphylaxisGiven, owed, product=answer(answers, "product"), doses_per_day=per_day)]


def waived(owed: Owed, answers: Answers) -> list[Fact]:
    """A named officer decided that it need not be done."""
    return [
        stated(DutyWaived, owed, duty=owed.duty.duty_id, reason=answer(answers, "reason"), waived_by=owed.by)
    ]


def noted(owed: Owed, answers: Answers) -> list[Fact]:
    """Why it is late."""
    return [stated(DutyNoted, owed, duty=owed.duty.duty_id, cause=answer(answers, "cause"))]


def _identifier(text: str) -> str:
    if not _ID.match(text):
        raise TapRefused(
            _("“%(text)s” cannot be a number: it must not be empty or contain spaces.") % {"text": text}
        )
    return text


LOCATED = simple(PersonLocated, how="reached")
NO_ANSWER = simple(PersonCalled, answer="no_answer")
NOTHING_NEEDED = simple(NeedsChecked)
TOLD_FREE = simple(PersonToldFree, notice="spoken")
INVESTIGATION = simple(InvestigationReported)
SEEN_WELL = simple(FollowupRecorded, state="seen_well")
REPORTED = asked(CaseReported, "to")
INTERVIEW = asked(InterviewHeld, "completeness")
FOLLOWED_UP = asked(FollowupRecorded, "state")
CLASSIFIED = asked(CaseClassified, "classification")
IMMUNITY = asked(ImmunityAssessed, "evidence")
BURIED = asked(PersonBuried, "manner")
