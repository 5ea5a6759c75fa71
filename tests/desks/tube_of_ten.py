"""Who and what the stories of the desks are about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

OUTBREAK = "outbreak:lanzhou"
PEOPLE = [f"person:p{number:02d}" for number in range(1, 11)]
POOL = "tube:0417-228"
WHERE: dict[str, Any] = {
    "jurisdiction": "CN-GS-LZ",
    "zone": "Asia/Shanghai",
    "source": "test",
    "outbreaks": (OUTBREAK,),
}


def now() -> datetime:
    return datetime.now(UTC)
