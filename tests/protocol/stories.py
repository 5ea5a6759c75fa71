"""A small builder for stories: who, what, when, in the words of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from quell.catalogue import REGISTER
from quell.catalogue.when import parse
from quell.protocol.events import Conclusion, Duty, Event, Judgement
from quell.protocol.judge import InForce, judge
from quell.protocol.pack import Pack, load

OUTBREAK = "outbreak:lanzhou-2022"
ZONE = "Asia/Shanghai"
PERSON = "person:1"
POOL = "tube:pool-1"


def utc(text: str) -> datetime:
    """An instant in Lanzhou, written "2022-07-13 18:10"."""
    return parse(f"{text.replace(' ', 'T')}:00+08:00", ZONE).start


def china(*later: tuple[str, Pack]) -> InForce:
    """The house rules and the Chinese plan, and what came into force after it."""
    first = (datetime(2022, 6, 28, tzinfo=UTC), load("cn-covid19"))
    return InForce(load("house"), {OUTBREAK: (first, *((utc(since), pack) for since, pack in later))})


@dataclass
class Story:
    """The facts that one person (or tube) can see."""

    subject: str = PERSON
    events: list[Event] = field(default_factory=list)
    related: dict[str, list[Conclusion]] = field(default_factory=dict)
    packs: InForce = field(default_factory=china)

    def tell(
        self, kind: str, at: str, *, of: str = "", via: str | None = None, known: str = "", **attrs: Any
    ) -> Event:
        """One more fact. The field names are checked against the catalogue, so that no story invents one."""
        shared = {"pool_size", "sampled_at", "purpose"} if via == "members" else set()
        bare = kind.removeprefix("retracted:")
        if bare in REGISTER:
            unknown = attrs.keys() - set(REGISTER[bare].struct.__struct_fields__) - shared
            assert not unknown, f"{bare} has no field {unknown}"
        occurred = at if "/" in at else _text(at)
        when = parse(occurred, ZONE)
        event = Event(
            kind=kind,
            key=f"fact-{len(self.events):03d}",
            of=of or self.subject,
            at=when.start,
            when=when,
            zone=ZONE,
            known_at=utc(known) if known else when.end,
            jurisdiction="CN-GS-LZ",
            outbreaks=(OUTBREAK,),
            attrs={"occurred": occurred, **attrs},
            via=via,
            fact_id=f"fact-{len(self.events):03d}",
        )
        self.events.append(event)
        return event

    def pool_positive(
        self, at: str, *, tube: str = POOL, sampled: str = "2022-07-13 08:00", known: str = ""
    ) -> Event:
        """The tube that the person was in was read positive."""
        shared: dict[str, Any] = {"pool_size": 10, "purpose": "round", "sampled_at": _text(sampled)}
        return self.tell(
            "tube.resulted", at, of=tube, via="members", result="positive", known=known, **shared
        )

    def swabbed_alone(self, at: str, *, tube: str = "tube:single-1", purpose: str = "pool_resample") -> Event:
        """A single swab was taken."""
        return self.tell(
            "tube.sampled",
            at,
            of=tube,
            via="members",
            pool_size=1,
            purpose=purpose,
            sampled_at=_text(at),
            members=(),
        )

    def single_read(
        self,
        at: str,
        result: str,
        *,
        sampled: str,
        tube: str = "tube:single-1",
        purpose: str = "pool_resample",
        **more: Any,
    ) -> Event:
        """A single tube was read."""
        shared: dict[str, Any] = {"pool_size": 1, "purpose": purpose, "sampled_at": _text(sampled)}
        return self.tell("tube.resulted", at, of=tube, via="members", result=result, **shared, **more)

    def held(self, at: str, *, ground: str = "pool_positive", because: str = POOL, **more: Any) -> Event:
        """An officer ordered the person to stay."""
        stated = {
            "measure": "hold",
            "legal_basis": "infectious_disease_law",
            "ordered_by": "officer-7",
            **more,
        }
        return self.tell("restriction.ordered", at, ground=ground, because=because, **stated)

    def judged(self) -> Judgement:
        """What follows."""
        return judge(self.subject, self.events, self.packs, self.related)

    def duties(self, action: str) -> list[Duty]:
        """The duties of one sort, by when they open."""
        return sorted(
            (d for d in self.judged().duties if d.action == action), key=lambda d: (d.opens_at, d.rule)
        )

    def duty(self, action: str) -> Duty:
        """The only duty of that sort."""
        (only,) = self.duties(action)
        return only


def _text(at: str) -> str:
    return at if len(at) == 10 else utc(at).isoformat().replace("+00:00", "Z")


def open_actions(judgement: Judgement) -> list[str]:
    """What is still to be done."""
    return sorted(d.action for d in judgement.duties if d.met_at is None and d.ended_at is None)


def a_case(person: str, *, at: str = "2022-07-13 18:00", onset: str = "", sampled: str = "") -> Conclusion:
    """Somebody else who is a case."""
    attrs: dict[str, Any] = {"occurred": _text(at)}
    attrs |= {"onset_date": onset} if onset else {}
    attrs |= {"sampled_at": _text(sampled)} if sampled else {}
    return Conclusion(
        "case",
        person,
        "case/",
        "cn-covid19/case",
        OUTBREAK,
        utc(at),
        utc(at),
        _text(at),
        ZONE,
        "CN-GS-LZ",
        "fact-case",
        attrs,
    )


def of_kind(judgement: Judgement, kind: str) -> Conclusion:
    """The only conclusion of that kind."""
    (only,) = (each for each in judgement.conclusions if each.kind == kind)
    return only


def related_to(*conclusions: Conclusion) -> dict[str, list[Conclusion]]:
    """What is concluded about others, by person."""
    found: dict[str, list[Conclusion]] = {}
    for each in conclusions:
        found.setdefault(each.subject, []).append(each)
    return found


def without(events: Iterable[Event], gone: Event) -> list[Event]:
    """The events as they stand after one was taken back."""
    return [event for event in events if event is not gone]


def taken_back(gone: Event, at: str) -> Event:
    """What the ledger shows of a fact that was retracted."""
    moment = utc(at)
    return replace(
        gone,
        kind=f"retracted:{gone.kind}",
        key="retraction",
        at=moment,
        when=parse(_text(at), ZONE),
        fact_id="retraction",
    )
