"""The steps of a case that can be timed, as data: from which event to which, and how an unfinished one is to be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from quell.errors import QuellError

Open = Literal["truncated", "censored"]

EVENTS = (
    "exposure", "onset", "rash", "sample", "admission", "confirm", "report", "isolate", "outcome", "died", "recovered",
)  # fmt: skip
# Followed until it happens: whoever is in the list and has not come to it is still on the way.
FOLLOWED = frozenset({"outcome"})
# Pairs of which the second cannot come first. Of all others it may: a contact is sampled before it falls ill.
IN_ORDER = frozenset(
    {
        ("sample", "confirm"),
        *(("exposure", event) for event in EVENTS[1:]),
        *(
            (event, end)
            for event in ("onset", "rash", "admission")
            for end in ("outcome", "died", "recovered")
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """From one event of a case to a later one.

    opened  how a case that has only the first event is read while an outbreak runs. ``censored``: it is followed, and the
            delay is at least so long. ``truncated``: nobody waits for it (most never come to it, or it is not in the list
            before), so that finished delays are weighed by what could have been seen of them.
    """

    from_step: str
    to_step: str

    @property
    def opened(self) -> Open:
        """How an unfinished one is read while the outbreak runs."""
        return "censored" if self.to_step in FOLLOWED else "truncated"

    @property
    def in_order(self) -> bool:
        """Whether a negative delay is impossible, and so a fault in the data."""
        return (self.from_step, self.to_step) in IN_ORDER

    def __str__(self) -> str:
        return f"{self.from_step} → {self.to_step}"


# In the order of the story. Those for which a line list has dates are measured when nobody names any.
STEPS = tuple(
    Step(*pair)
    for pair in (
        ("exposure", "onset"), ("onset", "rash"), ("onset", "sample"), ("onset", "admission"), ("onset", "confirm"),
        ("onset", "report"), ("onset", "isolate"), ("sample", "confirm"), ("confirm", "report"), ("confirm", "isolate"),
        ("report", "isolate"), ("isolate", "outcome"), ("admission", "outcome"), ("admission", "died"),
        ("admission", "recovered"), ("confirm", "outcome"), ("onset", "outcome"), ("onset", "died"), ("onset", "recovered"),
    )
)  # fmt: skip


class StepRefused(QuellError):  # noqa: N818 - says what became of the step
    """A step that is asked for and cannot be: it names no two events that are known."""


def named(steps: Iterable[Step | str | tuple[str, str]]) -> tuple[Step, ...]:
    """Steps from what people write: ``("onset", "confirm")``, ``"onset-confirm"``, ``"onset → confirm"``.

    Raises StepRefused naming the events that are known.
    """
    found = []
    for asked in steps:
        if isinstance(asked, Step):
            found.append(asked)
            continue
        parts = tuple(asked.replace("→", "-").split("-")) if isinstance(asked, str) else tuple(asked)
        words = tuple(part.strip() for part in parts)
        if len(words) != 2 or not set(words) <= set(EVENTS) or words[0] == words[1]:  # noqa: PLR2004 - from, to
            raise StepRefused(
                f"{asked!r} is no step; write two of {', '.join(EVENTS)} with a hyphen between, as onset-confirm"
            )
        found.append(Step(*words))
    return tuple(found)
