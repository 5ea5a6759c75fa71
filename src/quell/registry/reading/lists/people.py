"""Everybody whom a fact of the outbreak is about, or of whom something is owed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quell.registry.reading.listing import Column, Listing
from quell.registry.reading.lists import parts

PEOPLE = Listing(
    name="people",
    label=_("People"),
    source="registry.listed_person l",
    scope=parts.OF_OUTBREAK,
    subject="l.subject",
    key=("l.subject", "l.outbreak"),
    searched="person",
    sort="subject",
    columns=(
        parts.person(),
        parts.AGE,
        parts.SEX,
        parts.JURISDICTION,
        Column("is_case", _("Case"), "l.is_case", "yes", filter="yes"),
        Column("is_contact", _("Contact"), "l.is_contact", "yes", filter="yes"),
        Column("classification", _("Classification"), "l.classification", "code", "classification", "codes"),
        Column("test_result", _("Own test"), "l.test_result", "code", "test_result", "codes"),
        parts.RESTRICTED,
        Column("facility", _("Facility"), "l.facility", "subject", filter="same"),
        Column("outcome", _("Outcome"), "l.outcome", "code", "outcome", "codes", shown=False),
        Column("died", _("Died"), "l.died", "day", filter="days", shown=False),
        parts.occupation(),
        parts.household(),
        Column("lives_at", _("Lives at"), "l.lives_at", "subject", filter="same", shown=False),
    ),
)
