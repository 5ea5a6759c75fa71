"""Adopting protocol packs and opening outbreaks under them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from quell.catalogue.outbreaks import OutbreakOpened, OutbreakProtocolChanged
from quell.catalogue.when import instant
from quell.ledger.record import Recorded, record
from quell.ledger.transactions import writing
from quell.protocol.pack import Pack


def adopt(pack: Pack, *, now: datetime) -> str:
    """Keep the pack's text in the ledger, so that duties can be rebuilt whatever becomes of the file; its digest."""
    with writing() as cursor:
        cursor.execute(
            """INSERT INTO ledger.pack (digest, pack_id, version, content, adopted_at) VALUES (%s, %s, %s, %s, %s)
               ON CONFLICT (digest) DO NOTHING""",
            (pack.digest, pack.pack_id, pack.version, pack.text, now),
        )
    return pack.digest


def open_outbreak(
    outbreak: str,
    *,
    pack: Pack,
    title: dict[str, str],
    jurisdiction: str,
    zone: str,
    opened: datetime,
    by: str,
    now: datetime,
    source: str = "desk:command",
    clock: str = "real",
    clock_at: datetime | None = None,
    simulated: bool = False,
    recordable: Sequence[str] | None = None,
) -> Recorded:
    """Declare an outbreak under a pack.

    outbreak    its id, ``outbreak:…``
    opened      when it began to be one (UTC instant)
    clock       real, past (stands at clock_at) or simulated
    recordable  the kinds of fact that its source could record; None when all
    """
    digest = adopt(pack, now=now)
    stated = OutbreakOpened(
        subject=outbreak,
        occurred=instant(opened),
        jurisdiction=jurisdiction,
        zone=zone,
        source=source,
        outbreaks=(outbreak,),
        title=title,
        disease=pack.disease,
        protocol=f"{pack.pack_id}@{pack.version}",
        protocol_digest=digest,
        clock=clock,
        clock_at=instant(clock_at) if clock_at else None,
        simulated=simulated,
        recordable=tuple(recordable) if recordable is not None else None,
    )
    return record([stated], by=by, now=now)


def change_protocol(
    outbreak: str, *, pack: Pack, effective: datetime, jurisdiction: str, zone: str, by: str, now: datetime
) -> Recorded:
    """Put another pack, or another version, in force from an instant on."""
    digest = adopt(pack, now=now)
    stated = OutbreakProtocolChanged(
        subject=outbreak,
        occurred=instant(effective),
        jurisdiction=jurisdiction,
        zone=zone,
        source="desk:command",
        outbreaks=(outbreak,),
        protocol=f"{pack.pack_id}@{pack.version}",
        protocol_digest=digest,
    )
    return record([stated], by=by, now=now)
