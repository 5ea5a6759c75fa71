"""The contacts of an outbreak: a row for each case that somebody met."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quell.registry.reading.listing import Column, Listing
from quell.registry.reading.lists import parts

CONTACTS = Listing(
    name="contacts",
    label=_("Contacts"),
    source="registry.listed_contact l",
    scope=f"{parts.OF_OUTBREAK} AND l.at <= %(now)s",
    subject="l.subject",
    key=("l.subject", "l.outbreak", "l.source"),
    searched="person",
    sort="-at",
    desks=frozenset({"contacts", "investigation"}),
    columns=(
        parts.person(_("Contact")),
        Column("source", _("Whom they met"), "l.source", "subject", filter="same"),
        Column("kind", _("Concluded as"), "l.kind", "code", "contact_kind", "codes"),
        Column("last_exposure", _("Last exposure"), "l.last_exposure", "day", filter="days"),
        Column("setting", _("Setting"), "l.setting", "code", "setting", "codes"),
        Column("relation", _("Relation"), "l.relation", "code", "contact_relation", "codes"),
        Column("grade", _("Grade given"), "l.grade", "code", "contact_grade", "codes"),
        parts.AGE,
        parts.SEX,
        parts.JURISDICTION,
        Column("notified", _("Told"), "l.notified", "day", filter="days"),
        Column("seen", _("Last seen"), "l.seen", "day", filter="days"),
        Column("seen_as", _("Seen as"), "l.seen_as", "code", "followup_state", "codes", shown=False),
        Column("is_case", _("Became a case"), "l.is_case", "yes", filter="yes"),
        Column("at", _("Contact since"), "l.at", "moment", filter="days", shown=False),
        Column("first_exposure", _("First exposure"), "l.first_exposure", "day", filter="days", shown=False),
        Column("certainty", _("Certainty"), "l.certainty", "code", "certainty", "codes", shown=False),
        parts.RESTRICTED,
    ),
)
