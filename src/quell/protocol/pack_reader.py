"""Reads one protocol pack and checks it whole, gathering every fault instead of stopping at the first."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

# From the package, so that every chapter has entered its kinds before a pattern is checked against them.
from quell.catalogue import REGISTER, codes
from quell.protocol.patterns import Pattern, PatternError, read_pattern
from quell.protocol.rules import (
    CERTAINTIES,
    ConclusionRule,
    Days,
    DutyRule,
    GroundRule,
    Labels,
    Moves,
    Pack,
    PackError,
    Parameter,
    Requires,
    Source,
)
from quell.protocol.spans import length


class PackReader:
    """Reads one pack, gathering faults instead of stopping at the first."""

    def __init__(self, name: str, table: dict[str, Any], text: str) -> None:
        self.name = name
        self.table = table
        self.text = text
        self.faults: list[str] = []
        self.sources: dict[str, Source] = {}
        self.concluded = frozenset(str(row.get("kind")) for row in table.get("conclusion", ()))
        self.seen: set[str] = set()

    def pack(self) -> Pack:
        """The pack; raises PackError with every fault that was found."""
        head = self.table.get("pack", {})
        for unknown in self.table.keys() - {
            "pack",
            "source",
            "conclusion",
            "duty",
            "ground",
            "parameter",
            "moves",
        }:
            self.fault(f"[{unknown}]", "is not a part of a pack")
        self.sources = {key: self.source(key, row) for key, row in self.table.get("source", {}).items()}
        conclusions = [self.conclusion(row) for row in self.table.get("conclusion", ())]
        duties = [self.duty(row) for row in self.table.get("duty", ())]
        grounds = [self.ground(row) for row in self.table.get("ground", ())]
        parameters = [self.parameter(row) for row in self.table.get("parameter", ())]
        moves: dict[str, Moves] = {}
        for rule_id, how in self.table.get("moves", {}).items():
            moves[rule_id] = self.choice("[moves]", rule_id, how, ("keep", "recompute"))
            if rule_id not in {rule.rule_id for rule in duties if rule}:
                self.fault("[moves]", f"no duty rule has the id {rule_id!r}")
        pack = Pack(
            pack_id=self.text_of("[pack]", head, "id"),
            version=self.text_of("[pack]", head, "version"),
            digest=hashlib.sha256(self.text.encode()).hexdigest(),
            title=self.labels("[pack]", head, "title"),
            notice=self.labels("[pack]", head, "notice"),
            jurisdiction=self.text_of("[pack]", head, "jurisdiction"),
            disease=self.code("[pack]", "disease", head.get("disease", "unknown")),
            effective_from=self.day("[pack]", head.get("effective_from")),
            local_zone=head.get("local_zone", "UTC"),
            open_duties=self.choice(
                "[pack]", "open_duties", head.get("open_duties", "keep"), ("keep", "recompute")
            ),
            moves=moves,
            sources=self.sources,
            conclusions=tuple(rule for rule in conclusions if rule),
            duties=tuple(rule for rule in duties if rule),
            grounds={rule.ground: rule for rule in grounds if rule},
            parameters={each.name: each for each in parameters if each},
            text=self.text,
        )
        self.check_order(pack)
        if self.faults:
            raise PackError(self.faults)
        return pack

    def fault(self, rule: str, problem: str) -> None:
        """Note a fault, as file, rule and what is wrong."""
        self.faults.append(f"{self.name}: {rule}: {problem}")

    def source(self, key: str, row: dict[str, Any]) -> Source:
        """A source, which says how sure we are."""
        certainty = str(row.get("certainty", ""))
        if certainty not in CERTAINTIES:
            self.fault(f"source {key}", f"certainty {certainty!r} is not one of {', '.join(CERTAINTIES)}")
        if not row.get("document"):
            self.fault(f"source {key}", "names no document")
        return Source(key, str(row.get("document", "")), certainty, row.get("url", ""), row.get("note", ""))

    def conclusion(self, row: dict[str, Any]) -> ConclusionRule | None:
        """A rule for what follows; None where it has no id."""
        where = self.rule_id(row, "conclusion", _CONCLUSION_WORDS)
        if where is None:
            return None
        return ConclusionRule(
            rule_id=where,
            kind=self.text_of(where, row, "kind"),
            subject=row.get("subject", "person"),
            when=self.patterns(where, row, "when", needed=True),
            unless=self.facts_only(where, self.patterns(where, row, "unless")),
            requires=self.requires(where, row.get("requires")),
            per=self.choice(
                where, "per", row.get("per", "once"), ("once", "subject", "fact", "source_person")
            ),
            carries=tuple((name, self.ways(where, ways)) for name, ways in row.get("carries", {}).items()),
            title=self.labels(where, row, "title"),
            because=self.labels(where, row, "because"),
            sources=self.cited(where, row),
        )

    def duty(self, row: dict[str, Any]) -> DutyRule | None:
        """A rule for what is owed; None where it has no id."""
        where = self.rule_id(row, "duty", _DUTY_WORDS)
        if where is None:
            return None
        within, days, due_field = row.get("within"), row.get("days"), row.get("due_field")
        if (within is None) + (days is None) + (due_field is None) != 2:  # noqa: PLR2004 - exactly one is given
            self.fault(where, "gives exactly one of within, days or due_field as its deadline")
        return DutyRule(
            rule_id=where,
            action=self.code(where, "action", row.get("action", "")),
            desk=self.code(where, "desk", row.get("desk", "")),
            subject=row.get("subject", "person"),
            when=self.patterns(where, row, "when", needed=True),
            unless=self.patterns(where, row, "unless"),
            met_by=self.patterns(where, row, "met_by", needed=True),
            ended_by=self.patterns(where, row, "ended_by"),
            per=self.choice(
                where, "per", row.get("per", "fact"), ("once", "subject", "fact", "source_person")
            ),
            anchor=self.ways(where, row.get("anchor", "occurred")),
            within=None if within is None else self.length(where, within),
            due_field=due_field,
            days=None if days is None else self.days(where, days),
            urgent=bool(row.get("urgent", False)),
            closes=self.closes(where, row),
            title=self.labels(where, row, "title"),
            because=self.labels(where, row, "because"),
            sources=self.cited(where, row),
            deadline_source=self.cite(where, row.get("deadline_source", (row.get("sources") or [""])[0])),
        )

    def closes(self, where: str, row: dict[str, Any]) -> timedelta | None:
        """When the chance of doing it is over; only beside within, and not before it."""
        if "closes" not in row:
            return None
        closes = self.length(where, row["closes"])
        if "within" not in row:
            self.fault(where, "closes stands only beside within")
        elif closes < self.length(where, row["within"]):
            self.fault(where, f"closes = {row['closes']!r} is before within = {row['within']!r}")
        return closes

    def ground(self, row: dict[str, Any]) -> GroundRule | None:
        """A rule for what a restriction may rest on; None where it has no id."""
        where = self.rule_id(row, "ground", _GROUND_WORDS)
        if where is None:
            return None
        longest, longest_days = row.get("longest"), row.get("longest_days")
        if (longest is None) == (longest_days is None):
            self.fault(
                where, "gives exactly one of longest or longest_days: a restriction always ends by itself"
            )
        return GroundRule(
            rule_id=where,
            ground=self.code(where, "ground", row.get("ground", "")),
            measure=self.code(where, "measure", row.get("measure", "")),
            legal_basis=self.code(where, "legal_basis", row.get("legal_basis", "")),
            appeal=self.code(where, "appeal_route", row.get("appeal", "")),
            rests_on=self.patterns(where, row, "rests_on"),
            ended_by=self.patterns(where, row, "ended_by"),
            longest=None if longest is None else self.length(where, longest),
            longest_days=None if longest_days is None else self.days(where, longest_days),
            end=self.choice(where, "end", row.get("end", "through"), ("through", "until")),
            title=self.labels(where, row, "title"),
            because=self.labels(where, row, "because"),
            sources=self.cited(where, row),
        )

    def parameter(self, row: dict[str, Any]) -> Parameter | None:
        """A value that engines and screens read; None where it lacks name or value."""
        name = row.get("name")
        if not isinstance(name, str) or "value" not in row:
            self.fault(f"parameter {name!r}", "needs a name and a value")
            return None
        where = f"parameter {name}"
        for unknown in row.keys() - {"name", "value", "unit", "title", "source"}:
            self.fault(where, f"does not know the word {unknown!r}")
        source = self.cite(where, row.get("source", ""))
        return Parameter(name, row["value"], row.get("unit", ""), self.labels(where, row, "title"), source)

    def rule_id(self, row: dict[str, Any], what: str, words: frozenset[str]) -> str | None:
        """The id of a rule, once; also refuses words that a rule of this sort does not know."""
        rule_id = row.get("id")
        if not isinstance(rule_id, str) or not rule_id:
            self.fault(what, f"a rule without an id (it has the words {', '.join(row)})")
            return None
        if rule_id in self.seen:
            self.fault(rule_id, "this id is used twice")
        self.seen.add(rule_id)
        for unknown in row.keys() - words:
            self.fault(rule_id, f"a {what} rule does not know the word {unknown!r}")
        return rule_id

    def patterns(
        self, where: str, row: dict[str, Any], word: str, *, needed: bool = False
    ) -> tuple[Pattern, ...]:
        """The patterns that stand under this word."""
        tables = _listed(row.get(word, []))
        if needed and not tables:
            self.fault(where, f"{word} is missing")
        found = []
        for table in tables:
            try:
                found.append(read_pattern(table, self.concluded))
            except PatternError as error:
                self.fault(where, f"{word}: {error}")
        return tuple(found)

    def facts_only(self, where: str, patterns: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
        """Refuse a conclusion that holds unless another does: which comes first would decide what is true."""
        for pattern in patterns:
            if pattern.kind.startswith("conclusion:"):
                self.fault(where, "unless: a conclusion may look at facts only, not at another conclusion")
        return patterns

    def ways(self, where: str, listed: str | list[str]) -> tuple[str, ...]:
        """Ways to a time: a field, "latest:field", or a kind of fact such as "symptoms.began@rash"."""
        found = tuple(str(way) for way in _listed(listed))
        for way in found:
            kind, _, symptom = way.partition("@")
            if "." in kind and kind not in REGISTER:
                self.fault(where, f"no kind of fact is called {kind!r}")
            elif symptom:
                self.code(where, "symptom", symptom)
        return found

    def requires(self, where: str, row: dict[str, Any] | None) -> Requires | None:
        """What must be concluded about another subject."""
        if row is None:
            return None
        if not isinstance(row.get("of"), str) or row.get("concluded") not in self.concluded:
            self.fault(
                where,
                "requires: needs `of` (a field of the root) and `concluded` (a kind this pack concludes)",
            )
        minus = self.length(where, row["minus"]) if "minus" in row else timedelta(0)
        not_before = tuple(_listed(row.get("not_before", [])))
        return Requires(
            str(row.get("of")), str(row.get("concluded")), row.get("window_field"), not_before, minus
        )

    def days(self, where: str, row: dict[str, Any]) -> Days:
        """A series of days, with its convention said."""
        numbers = row.get("numbers")
        if numbers is None and "first" in row and "last" in row:
            numbers = list(range(row["first"], row["last"] + 1))
        if not numbers or not all(isinstance(number, int) for number in numbers):
            self.fault(where, "days: needs numbers = [1, 2, 3], or first and last")
        if row.get("anchor_is_day") not in (0, 1):
            self.fault(where, "days: says whether the anchor's own day is day 0 or day 1 (anchor_is_day)")
        anchor = self.ways(where, row.get("anchor", "occurred"))
        return Days(tuple(numbers or ()), anchor, row.get("anchor_is_day", 0))

    def check_order(self, pack: Pack) -> None:
        """Refuse rules that stand on each other in a circle: a conclusion may only need what is concluded without it."""
        needs: dict[str, set[str]] = {rule.kind: set() for rule in pack.conclusions}
        for rule in pack.conclusions:
            stands_on = {pattern.kind for pattern in rule.when if pattern.kind.startswith("conclusion:")}
            needs[rule.kind] |= {kind.removeprefix("conclusion:") for kind in stands_on}
            if rule.requires:
                needs[rule.kind].add(rule.requires.concluded)
        for kind, needed in needs.items():
            reached: set[str] = set()
            edge = set(needed)
            while edge:
                reached |= edge
                edge = {further for known in edge for further in needs.get(known, ())} - reached
            if kind in reached:
                self.fault(kind, "this conclusion stands on itself, directly or through others")

    def text_of(self, where: str, row: dict[str, Any], word: str) -> str:
        """A text that must be there."""
        value = row.get(word)
        if not isinstance(value, str) or not value:
            self.fault(where, f"{word} is missing")
            return ""
        return value

    def labels(self, where: str, row: dict[str, Any], word: str) -> Labels:
        """A text in every language; English and Chinese must be there."""
        value = row.get(word)
        if not isinstance(value, dict) or not value.get("en") or not value.get("zh"):
            self.fault(where, f"{word} needs a text in en and in zh")
            return {}
        return {str(language): str(text) for language, text in value.items()}

    def cited(self, where: str, row: dict[str, Any]) -> tuple[str, ...]:
        """The sources a rule cites; at least one."""
        if not row.get("sources"):
            self.fault(where, "cites no source; a rule of our own cites a source of certainty A (assumed)")
        return tuple(self.cite(where, name) for name in row.get("sources", ()))

    def cite(self, where: str, name: str) -> str:
        """The id of a source that the pack has."""
        if name not in self.sources:
            self.fault(where, f"cites the source {name!r}, which the pack does not have")
        return name

    def code(self, where: str, list_name: str, value: str) -> str:
        """A code of this list."""
        if value not in codes.values(list_name):
            self.fault(where, f"{value!r} is not in the code list {list_name}")
        return value

    def choice(self, where: str, word: str, value: Any, allowed: tuple[str, ...]) -> Any:
        """One of the allowed words."""
        if value not in allowed:
            self.fault(where, f"{word} = {value!r} is not one of {', '.join(allowed)}")
            return allowed[0]
        return value

    def length(self, where: str, text: Any) -> timedelta:
        """A length of time."""
        try:
            return length(str(text))
        except ValueError as error:
            self.fault(where, str(error))
            return timedelta(0)

    def day(self, where: str, value: Any) -> date:
        """A date."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.fault(where, "effective_from is a date, written 2022-06-28 without quotes")
        return date(1, 1, 1)


_RULE_WORDS = frozenset({"id", "subject", "when", "unless", "title", "because", "sources", "per"})
_CONCLUSION_WORDS = _RULE_WORDS | {"kind", "requires", "carries"}
_DUTY_WORDS = _RULE_WORDS | {
    "action",
    "desk",
    "met_by",
    "ended_by",
    "anchor",
    "within",
    "closes",
    "due_field",
    "days",
    "urgent",
    "deadline_source",
}
_GROUND_WORDS = frozenset(
    {
        "id",
        "ground",
        "measure",
        "legal_basis",
        "appeal",
        "rests_on",
        "ended_by",
        "longest",
        "longest_days",
        "end",
        "title",
        "because",
        "sources",
    }
)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
