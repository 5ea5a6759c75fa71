"""Interest: which facts can matter to which subjects, decided from the packs alone.

Mass screening writes millions of facts that no rule stands on: a negative pool owes nothing to anybody. Whether
a fact can matter is decided from the rules' own patterns, never from the state we happen to be in, so that two
writers who do not see each other decide alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from quell.protocol.judge import InForce
from quell.protocol.pack import ConclusionRule, DutyRule, Pack
from quell.protocol.patterns import Condition, Pattern

ALWAYS = frozenset(
    {"fact.amended", "fact.retracted", "subject.merged", "subject.split", "restriction.ordered"}
)

_REMEMBERED = 100_000


class Interest:
    """What a set of packs looks at."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self.triggers: dict[tuple[str, str], list[Pattern]] = {}
        self.through_tube: dict[str, list[Pattern]] = {}
        self.required_roles: frozenset[str] = frozenset()
        roles = set()
        for pack in packs:
            rules: tuple[ConclusionRule | DutyRule, ...] = (*pack.conclusions, *pack.duties)
            for rule in rules:
                for pattern in rule.when:
                    self._stand_on(rule.subject, pattern)
                others = (
                    (*rule.unless, *rule.met_by, *rule.ended_by)
                    if isinstance(rule, DutyRule)
                    else rule.unless
                )
                self._look_through(_narrowed(others, rule.when))
            for ground in pack.grounds.values():
                self._look_through((*ground.rests_on, *ground.ended_by))
            roles |= {rule.requires.of for rule in pack.conclusions if rule.requires}
        self.required_roles = frozenset(roles)
        self._asked = {
            kind: tuple(sorted({each.field for pattern in patterns for each in pattern.conditions}))
            for kind, patterns in self.through_tube.items()
        }
        self._answers: dict[tuple[Any, ...], bool] = {}

    def _stand_on(self, subject: str, pattern: Pattern) -> None:
        if pattern.via == "members":
            self.through_tube.setdefault(pattern.kind, []).append(pattern)
        else:
            self.triggers.setdefault((subject, pattern.kind), []).append(pattern)

    def _look_through(self, patterns: Iterable[Pattern]) -> None:
        for pattern in patterns:
            if pattern.via == "members":
                self.through_tube.setdefault(pattern.kind, []).append(pattern)

    def stands_on(self, subject_kind: str, kind: str, fields: object) -> bool:
        """Whether a rule about this kind of subject may stand on this fact of its own."""
        if kind in ALWAYS:
            return True
        return any(_may_fit(pattern, fields, None) for pattern in self.triggers.get((subject_kind, kind), ()))

    def reaches_members(self, kind: str, fields: object, pool_size: int | None) -> bool:
        """Whether this fact about a tube of this size may matter to the people in it.

        Answers are remembered by what the patterns ask about: a day's results differ in a handful of ways.
        """
        asked = self._asked.get(kind)
        if asked is None:
            return False
        key = (kind, pool_size, *(getattr(fields, field, None) for field in asked))
        answer = self._answers.get(key)
        if answer is None:
            answer = any(_may_fit(pattern, fields, pool_size) for pattern in self.through_tube[kind])
            if len(self._answers) < _REMEMBERED:
                self._answers[key] = answer
        return answer


def _narrowed(patterns: Iterable[Pattern], when: Iterable[Pattern]) -> Iterator[Pattern]:
    """A pattern that asks for the root's own tube (of = "$of") can only fit tubes on which the rule can stand."""
    for pattern in patterns:
        same_tube = any(
            (each.field, each.comparison, each.value) == ("of", "$", "of") for each in pattern.conditions
        )
        roots = [root for root in when if root.via == "members"]
        if pattern.via != "members" or not same_tube or not roots:
            yield pattern
            continue
        for root in roots:
            sizes = tuple(each for each in root.conditions if each.field == "pool_size")
            yield replace(pattern, conditions=(*pattern.conditions, *sizes))


def _may_fit(pattern: Pattern, fields: object, pool_size: int | None) -> bool:
    return all(_may_hold(condition, fields, pool_size) for condition in pattern.conditions)


def _may_hold(condition: Condition, fields: object, pool_size: int | None) -> bool:
    """False only where the condition can never hold for this fact, whatever else comes to be known."""
    if condition.comparison == "$" or condition.field in {"of", "sampled_at"}:
        return True
    value = (
        pool_size
        if condition.field == "pool_size" and pool_size is not None
        else getattr(fields, condition.field, None)
    )
    if value is None:
        # Unknown from the fact alone (the purpose of a tube, a size not yet stated): it may.
        return condition.field in {"pool_size", "purpose"} and not hasattr(fields, condition.field)
    if condition.comparison == "in":
        return value in condition.value
    if condition.comparison == "!":
        return bool(str(value) != condition.value)
    number, wanted = float(value), condition.value
    return bool(
        {">": number > wanted, ">=": number >= wanted, "<": number < wanted, "<=": number <= wanted}[
            condition.comparison
        ]
    )


@lru_cache(maxsize=64)
def interest_of(packs: frozenset[Pack]) -> Interest:
    """The interest of these packs; cached, since packs never change."""
    return Interest(packs)


def interest_in_force(packs: InForce) -> Interest:
    """The interest of all the packs that rule."""
    ruling = {pack for timeline in packs.timelines.values() for _, pack in timeline}
    return interest_of(frozenset({packs.house, *ruling}))
