"""What the lists keep besides facts: views that somebody saved, and that somebody exported."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """A list as somebody likes to see it: the query of its address, under a name of theirs."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    listing = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    query = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        """One view of a name for each owner and list."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "listing", "name"], name="one_view_of_a_name")
        ]

    def __str__(self) -> str:
        """Its name."""
        return self.name


class Export(models.Model):
    """That somebody exported a list: kept for good, nobody changes it. No identities are in an export."""

    exported_at = models.DateTimeField()
    exported_by = models.CharField(max_length=150)
    listing = models.CharField(max_length=20)
    outbreak = models.CharField(max_length=200)
    query = models.TextField()
    form = models.CharField(max_length=20)
    rows = models.PositiveIntegerField()

    def __str__(self) -> str:
        """What was exported, by whom."""
        return f"{self.listing}, {self.rows} rows, by {self.exported_by}"
