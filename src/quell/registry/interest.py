"""Interest: which facts can matter to which subjects, decided from the packs alone.

Mass screening writes millions of facts that no rule stands on: a negative pool owes nothing to anybody. Whether
a fact can matter is decided from the rules' own patterns, never from the state we happen to be in, so that two
writers who do not see each other decide alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from quell.protocol.judge import InForce
from quell.protocol.pack import DutyRule, Pack
from quell.protocol.patterns import Condition, Pattern

ALWAYS = frozenset({"fact.amended", "fact.retracted", "subject.merged", "subject.split", "restriction.ordered"})


class Interest:
    """What a set of packs looks at."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self.triggers: dict[tuple[str, str], list[Pattern]] = {}
        self.through_tube: dict[str, list[Pattern]] = {}
        self.required_roles: frozenset[str] = frozenset()
        roles = set()
        for pack in packs:
            for rule in (*pack.conclusions, *pack.duties):
                for pattern in rule.when:
                    self._stand_on(rule.subject, pattern)
                others = (*rule.unless, *rule.met_by, *rule.ended_by) if isinstance(rule, DutyRule) else rule.unless
                self._look_through(others)
            for ground in pack.grounds.values():
                self._look_through((*ground.rests_on, *ground.ended_by))
            roles |= {rule.requires.of for rule in pack.conclusions if rule.requires}
        self.required_roles = frozenset(roles)

    def _stand_on(self, subject: str, pattern: Pattern) -> None:
        if pattern.via == "members":
            self.through_tube.setdefault(pattern.kind, []).append(pattern)
        else:
            self.triggers.setdefault((subject, pattern.kind), []).append(pattern)

    def _look_through(self, patterns: Iterable[Pattern]) -> None:
        for pattern in patterns:
            if pattern.via == "members":
                self.through_tube.setdefault(pattern.kind, []).append(pattern)

    def stands_on(self, subject_kind: str, kind: str, fields: Any) -> bool:  # noqa: ANN401 - a struct or a mapping
        """Whether a rule about this kind of subject may stand on this fact of its own."""
        if kind in ALWAYS:
            return True
        return any(_may_fit(pattern, fields, None) for pattern in self.triggers.get((subject_kind, kind), ()))

    def reaches_members(self, kind: str, fields: Any, pool_size: int | None) -> bool:  # noqa: ANN401
        """Whether this fact about a tube of this size may matter to the people in it."""
        return any(_may_fit(pattern, fields, pool_size) for pattern in self.through_tube.get(kind, ()))


def _may_fit(pattern: Pattern, fields: Any, pool_size: int | None) -> bool:  # noqa: ANN401
    return all(_may_hold(condition, fields, pool_size) for condition in pattern.conditions)


def _may_hold(condition: Condition, fields: Any, pool_size: int | None) -> bool:  # noqa: ANN401
    """False only where the condition can never hold for this fact, whatever else comes to be known."""
    if condition.comparison == "$" or condition.field in {"of", "sampled_at"}:
        return True
    value = pool_size if condition.field == "pool_size" and pool_size is not None else getattr(fields, condition.field, None)
    if value is None:
        # Unknown from the fact alone (the purpose of a tube, a size not yet stated): it may.
        return condition.field in {"pool_size", "purpose"} and not hasattr(fields, condition.field)
    if condition.comparison == "in":
        return value in condition.value
    if condition.comparison == "!":
        return bool(str(value) != condition.value)
    number, wanted = float(value), condition.value
    return bool(
        {">": number > wanted, ">=": number >= wanted, "<": number < wanted, "<=": number <= wanted}[condition.comparison]
    )


@lru_cache(maxsize=64)
def interest_of(packs: frozenset[Pack]) -> Interest:
    """The interest of these packs; cached, since packs never change."""
    return Interest(packs)


def interest_in_force(packs: InForce) -> Interest:
    """The interest of all the packs that rule."""
    ruling = {pack for timeline in packs.timelines.values() for _, pack in timeline}
    return interest_of(frozenset({packs.house, *ruling}))
