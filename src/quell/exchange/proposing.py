"""Which disease a dataset is about, by the words of its name and columns, and which protocol pack fits it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from quell.catalogue import codes
from quell.exchange.words import plain
from quell.protocol.pack import Pack, load, shipped

GENERIC = "generic"
ANYWHERE = "any"
# Words beside the codes and labels of the disease list; longest first where one holds another.
_WORDS = {
    "sarscov2": "covid19", "covid": "covid19", "ncov": "covid19", "新冠": "covid19", "merscov": "mers",
    "h7n9": "novel_influenza_a", "h5n1": "novel_influenza_a", "flu": "influenza", "chickenpox": "varicella",
    "monkeypox": "mpox", "evd": "ebola", "tb": "tuberculosis", "enteritidis": "salmonellosis", "salmonella": "salmonellosis",
    "shigella": "shigellosis",
}  # fmt: skip
_LONG = 4
_NO_DISEASE = frozenset({"other", "unknown"})


def disease_of(texts: Iterable[str]) -> str | None:
    """The disease that the first telling text names; None where none does."""
    words = dict(_WORDS)
    for code in codes.all_lists()["disease"].codes.values():
        if code.value not in _NO_DISEASE:
            words |= {plain(text): code.value for text in (code.value, *code.labels.values())}
    for text in texts:
        parts = {plain(part) for part in re.split(r"[\W_]+", text)}
        for word, disease in sorted(words.items(), key=lambda each: -len(each[0])):
            inside = (len(word) >= _LONG or not word.isascii()) and word in plain(text)
            if word in parts or inside:
                return disease
    return None


def pack_for(disease: str | None, jurisdiction: str, last: date) -> tuple[Pack, str]:
    """The shipped pack for this disease in this jurisdiction, and a note that says why this one.

    Country by country, what is owed for the same disease differs; so a pack of another country is never applied
    without being named. Where none fits, one that is for any country does, else the generic one.
    last  the last day in the data; a pack that came into force later is still taken, and the note says so
    """
    if disease is None:
        return load(GENERIC), f"protocol {GENERIC}: no name says which disease"
    why = f"the names say {disease}"
    packs = [pack for pack in shipped().values() if pack.disease == disease]
    for fitting in (
        [pack for pack in packs if _within(jurisdiction, pack.jurisdiction)],
        [pack for pack in packs if pack.jurisdiction == ANYWHERE],
    ):
        if len(fitting) == 1:
            (pack,) = fitting
            place = "any country" if pack.jurisdiction == ANYWHERE else pack.jurisdiction
            since = pack.effective_from
            later = (
                f"; it came into force on {since}, after the last day of these data" if since > last else ""
            )
            return pack, f"protocol {pack.pack_id}: {why}; it is for {place}{later}"
    if packs:
        others = ", ".join(f"{pack.pack_id} (for {pack.jurisdiction})" for pack in packs)
        why += f"; its packs are for elsewhere and not applied to {jurisdiction}: {others}; name one with --protocol"
    else:
        why += ", which has no pack of its own"
    return load(GENERIC), f"protocol {GENERIC}: {why}"


def _within(jurisdiction: str, of_pack: str) -> bool:
    return jurisdiction == of_pack or jurisdiction.startswith(f"{of_pack}-")
