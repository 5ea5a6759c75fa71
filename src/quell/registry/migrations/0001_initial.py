"""The first form of the registry, run as the owner of the database; what changes later gets a migration of its own."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SCHEMA = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    """Make the registry."""

    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [migrations.RunSQL(SCHEMA, "DROP SCHEMA registry CASCADE")]
