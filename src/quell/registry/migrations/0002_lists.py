"""The rows that lists show, and those of every subject that is in the ledger already."""

from pathlib import Path
from typing import Any, ClassVar

import psycopg
from django.db import migrations

SCHEMA = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


def refill(_apps: Any, editor: Any) -> None:
    # The same code that writes them with every fact, so that a migrated database and a rebuilt one agree. A later
    # migration that changes these tables refills them itself and makes this step empty.
    from quell.registry import listed

    with psycopg.Cursor(editor.connection.connection) as cursor:
        listed.refill(cursor)


class Migration(migrations.Migration):
    """Make the rows that lists show."""

    dependencies: ClassVar = [("registry", "0001_initial"), ("ledger", "0003_facts_that_tie")]
    operations: ClassVar = [
        migrations.RunSQL(
            SCHEMA,
            "DROP TABLE registry.listed_person, registry.listed_case, registry.listed_contact, registry.listed_tube,"
            " registry.listed_place; DROP INDEX registry.duty_owed; CREATE INDEX duty_open ON registry.duty"
            " (outbreak, desk, urgent DESC, due_known) WHERE met_at IS NULL AND ended_at IS NULL",
        ),
        migrations.RunPython(refill, migrations.RunPython.noop),
    ]
