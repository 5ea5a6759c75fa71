"""Which disease a dataset is about, by the words of its name and columns, and which protocol pack fits it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from quell.catalogue import codes
from quell.exchange.values import plain
from quell.protocol.pack import Pack, load, shipped

GENERIC = "generic"
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


def pack_for(disease: str | None) -> Pack:
    """The shipped pack of this disease, else the generic one."""
    fitting = [pack for pack in shipped().values() if disease and pack.disease == disease]
    return fitting[0] if len(fitting) == 1 else load(GENERIC)
