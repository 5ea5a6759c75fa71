"""The tables of the lists, granted one by one: saved views may be changed, the log of exports only added to."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON lists_savedview TO quell_web;
GRANT SELECT, INSERT ON lists_export TO quell_web;
"""


class Migration(migrations.Migration):
    """Make the tables of saved views and of exports."""

    initial = True
    dependencies: ClassVar = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("exported_at", models.DateTimeField()),
                ("exported_by", models.CharField(max_length=150)),
                ("listing", models.CharField(max_length=20)),
                ("outbreak", models.CharField(max_length=200)),
                ("query", models.TextField()),
                ("form", models.CharField(max_length=20)),
                ("rows", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("listing", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=80)),
                ("query", models.TextField()),
                ("saved_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["owner", "listing", "name"], name="one_view_of_a_name")
                ],
            },
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
