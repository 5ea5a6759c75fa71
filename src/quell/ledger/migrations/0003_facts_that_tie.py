"""The way to the facts that tie one person to another, and to what corrects them, among millions that do not."""

from typing import ClassVar

from django.db import migrations

INDEX = """CREATE INDEX fact_tie ON ledger.fact (subject)
    WHERE kind IN ('contact.named', 'contact.graded', 'infector.reported', 'fact.amended', 'fact.retracted')"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("ledger", "0002_one_narrow_identity")]
    operations: ClassVar = [migrations.RunSQL(INDEX, "DROP INDEX ledger.fact_tie")]
