"""Small numbers: in the form for the public, a count from 1 to 4 is not shown, nor what would give it away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SMALLEST = 5


@dataclass(frozen=True, slots=True)
class Count:
    """A count as it may be shown. number: None where it is not; reason: "small", or "other" where it would give one away."""

    number: int | None
    reason: str = ""

    @property
    def shown(self) -> bool:
        """Whether the number may be shown."""
        return self.number is not None


@dataclass(frozen=True, slots=True)
class Form:
    """For whom a page is made. public: small numbers are suppressed, and nothing that points at few people is there."""

    public: bool

    def one(self, number: int) -> Count:
        """A number that stands alone."""
        if self.public and 0 < number < SMALLEST:
            return Count(None, "small")
        return Count(number)

    def parts(self, numbers: Sequence[int]) -> list[Count]:
        """Numbers that add up to a total that is shown: a lone suppressed one takes the next smallest with it.

        Complementary suppression: Hundepool et al. 2012, Statistical Disclosure Control, section 4.2.
        """
        counts = [self.one(number) for number in numbers]
        hidden = [place for place, count in enumerate(counts) if not count.shown]
        if len(hidden) == 1:
            others = [place for place, number in enumerate(numbers) if place not in hidden and number > 0]
            if others:
                counts[min(others, key=lambda place: numbers[place])] = Count(None, "other")
        return counts

    def within(self, part: int, whole: int) -> Count:
        """A part of a whole that is shown: hidden where it is small, or where what is left is."""
        count = self.one(part)
        return count if not count.shown or self.one(whole - part).shown else Count(None, "other")

    def share(self, part: int, whole: int) -> float | None:
        """A share; None where its part may not be shown, or what is left of the whole may not, or there is nothing."""
        if not whole or not self.one(part).shown or not self.one(whole - part).shown:
            return None
        return part / whole

    def all_shown(self, numbers: Iterable[int]) -> bool:
        """Whether each of these may be shown."""
        return all(self.one(number).shown for number in numbers)
