"""Retention classes: how long what is kept may be kept, and under which rule it then goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

VaultClass = Literal["identity", "free_text", "attachment", "movement"]


@dataclass(frozen=True, slots=True)
class Retention:
    """A class of records: the longest it is kept after it came in, and the erasure rule that ends it."""

    name: str
    longest: timedelta
    rule: str


# Lengths are Quell's own defaults, to be set by the authority that answers for the data; none is an official figure.
RETENTION: dict[str, Retention] = {
    retention.name: retention
    for retention in (
        Retention("movement", timedelta(days=30), "retention_over"),
        Retention("screening", timedelta(days=90), "retention_over"),
        Retention("contact", timedelta(days=365), "retention_over"),
        Retention("case", timedelta(days=3650), "retention_over"),
        Retention("proceedings", timedelta(days=1095), "retention_over"),
    )
}
