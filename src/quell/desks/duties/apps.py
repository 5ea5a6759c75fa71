"""The duties desk as a Django app: entering its taps when it starts."""

from __future__ import annotations

from django.apps import AppConfig


class Duties(AppConfig):
    """Enters the buttons that duty cards show, on whichever desk's page they stand."""

    name = "quell.desks.duties"

    def ready(self) -> None:
        """Enter the taps."""
        from quell.desks.duties import taps

        taps.enter()
