"""What a button on a duty card is: which fields it asks for, and which facts it records. Desks enter theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from quell.catalogue.fact import Fact
from quell.protocol.pack import Pack
from quell.registry.reading.duties import DutyRow


class TapRefused(ValueError):  # noqa: N818 - a refusal is an answer, as RecordRefused is
    """What was typed cannot become a fact; the message says what to put right."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty in its surroundings, as a tap needs it.

    root  what the fact says that the duty stands on
    by    the account that taps
    """

    duty: DutyRow
    root: Mapping[str, Any]
    pack: Pack | None
    zone: str
    now: datetime
    by: str

    @property
    def envelope(self) -> dict[str, Any]:
        """What every fact of this tap says beside its own matter."""
        return {
            "jurisdiction": self.duty.jurisdiction,
            "zone": self.zone,
            "outbreaks": (self.duty.outbreak,) if self.duty.outbreak else (),
            "source": f"desk:{self.duty.desk}",
        }


Answers = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a tap asks for. ``initial`` proposes an answer from the duty."""

    name: str
    label: Any
    kind: Literal["text", "lines", "number", "code", "codes", "hours"] = "text"
    list_name: str = ""
    only: tuple[str, ...] = ()
    initial: Callable[[Owed], str] | None = None
    required: bool = True
    hint: Any = ""


@dataclass(frozen=True, slots=True)
class Tap:
    """One button. Without fields it records at once; with fields it opens a small form in the card."""

    name: str
    label: Any
    facts: Callable[[Owed, Answers], list[Fact]]
    fields: tuple[Field, ...] = ()
    main: bool = False


TAPS: dict[str, tuple[Tap, ...]] = {}
# What every duty offers, whatever it asks.
ALWAYS: list[Tap] = []


def taps_of(action: str) -> tuple[Tap, ...]:
    """The buttons of an action, without those that every duty has."""
    return TAPS.get(action, ())


def tap_named(action: str, name: str) -> Tap | None:
    """One of them by its name, those that every duty has among them."""
    return next((tap for tap in (*taps_of(action), *ALWAYS) if tap.name == name), None)
