"""What runs beside the answers of a serving process: the sealer."""

from __future__ import annotations

import threading

from quell.ledger.seal import Sealer

_guard = threading.Lock()
_sealer: Sealer | None = None


def start_background() -> None:
    """Start what runs beside the answers; doing it again changes nothing. Several processes take turns."""
    global _sealer  # noqa: PLW0603 - one a process
    with _guard:
        if _sealer is None or not _sealer.is_alive():
            _sealer = Sealer()
            _sealer.start()


def stop_background() -> None:
    """Stop it and wait until it has stopped."""
    global _sealer  # noqa: PLW0603
    with _guard:
        if _sealer is not None:
            _sealer.stop()
            _sealer = None
