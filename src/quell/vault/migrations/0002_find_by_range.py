"""Searching the vault reads a range of its index."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

FIND = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    """Replace vault.find; what it may do and who may call it stays."""

    dependencies: ClassVar = [("vault", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FIND, migrations.RunSQL.noop)]
