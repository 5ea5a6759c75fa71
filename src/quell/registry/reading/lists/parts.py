"""Columns and conditions that several lists share."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from quell.registry.reading.listing import Column

OF_OUTBREAK = "l.outbreak = ANY (%(outbreak)s)"
JURISDICTION = Column("jurisdiction", _("Jurisdiction"), "l.jurisdiction", "jurisdiction", filter="tree")
AGE = Column("age", _("Age"), "l.age", "age", filter="numbers", beside=("l.age_to",))
SEX = Column("sex", _("Sex"), "l.sex", "code", "sex", "codes")
RESTRICTED = Column(
    "restricted",
    _("Restricted until"),
    "l.restricted_until",
    "until",
    filter="choice",
    choices={
        "yes": ("l.restricted_until > %(now)s",),
        "no": ("(l.restricted_until IS NULL OR l.restricted_until <= %(now)s)",),
    },
)


def occupation(*, shown: bool = False) -> Column:
    """What somebody works as."""
    return Column("occupation", _("Occupation"), "l.occupation", "code", "occupation", "codes", shown=shown)


def household(*, shown: bool = False) -> Column:
    """Which household somebody belongs to."""
    return Column("household", _("Household"), "l.household", "subject", filter="same", shown=shown)


def person(label: Any = None) -> Column:
    """The person whom a row is about."""
    return Column("subject", label or _("Person"), "l.subject", "subject")
