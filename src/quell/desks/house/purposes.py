"""Why an identity is read or searched: the reader chooses, the log keeps the choice, the person may be told of it."""

from __future__ import annotations

PURPOSES = ("reach", "care", "transfer", "investigation", "correction")
