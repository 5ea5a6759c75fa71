"""Compounds, buildings, flats, rooms and venues."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quell.registry.reading.listing import Column, Listing
from quell.registry.reading.lists import parts

PLACES = Listing(
    name="places",
    label=_("Places"),
    source="registry.listed_place l",
    scope=parts.OF_OUTBREAK,
    subject="l.subject",
    key=("l.subject", "l.outbreak"),
    searched="place",
    sort="subject",
    columns=(
        Column("subject", _("Place"), "l.subject", "subject"),
        Column("name", _("Name"), "l.names::text", "names", sorts=False),
        Column("place_kind", _("Kind"), "l.place_kind", "code", "place_kind", "codes"),
        Column("within", _("Within"), "l.within", "subject", filter="same"),
        Column("closed", _("Closed"), "l.closed", "yes", filter="yes"),
        parts.JURISDICTION,
    ),
)
