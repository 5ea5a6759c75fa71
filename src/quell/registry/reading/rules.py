"""The rule behind a duty or restriction: its words, its source, and how sure we are of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from quell.protocol.pack import HOUSE, DutyRule, GroundRule, Pack, Source, from_text, shipped
from quell.registry.reading.cursor import reading

# From here on a value is somebody's guess, or ours: an authority checks it before it relies on it.
WEAK = frozenset({"W", "M", "X", "A"})


@dataclass(frozen=True, slots=True)
class Authority:
    """On what authority a deadline stands: the document and the letter of its certainty."""

    source: Source

    @property
    def certainty(self) -> str:
        """P, N, S, W, M, X or A."""
        return self.source.certainty

    @property
    def weak(self) -> bool:
        """Whether the value is a default that an authority may edit."""
        return self.source.certainty in WEAK


@lru_cache(maxsize=64)
def pack_of(pack_id: str, version: str) -> Pack | None:
    """A pack as it was adopted; the shipped one where it never had to be."""
    house = shipped()[HOUSE]
    if (pack_id, version) == (house.pack_id, house.version):
        return house
    with reading() as cursor:
        cursor.execute(
            "SELECT content FROM ledger.pack WHERE pack_id = %s AND version = %s ORDER BY adopted_at DESC LIMIT 1",
            (pack_id, version),
        )
        row = cursor.fetchone()
    if row is not None:
        return from_text(str(row[0]))
    ours = shipped().get(pack_id)
    return ours if ours is not None and ours.version == version else None


def duty_rule(pack: Pack | None, rule: str) -> DutyRule | None:
    """The rule of a duty, by its full id."""
    found = pack.rule(rule) if pack is not None else None
    return found if isinstance(found, DutyRule) else None


def ground_rule(pack: Pack | None, ground: str) -> GroundRule | None:
    """The rule of a ground: the pack's own, else that of the house."""
    own = pack.grounds.get(ground) if pack is not None else None
    return own or shipped()[HOUSE].grounds.get(ground)


def authority(pack: Pack, rule: DutyRule) -> Authority:
    """What a duty's deadline stands on."""
    return Authority(pack.sources[rule.deadline_source])
