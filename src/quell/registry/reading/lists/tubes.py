"""The tubes of an outbreak, with how they were read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quell.registry.reading.listing import Column, Listing
from quell.registry.reading.lists import parts

TUBES = Listing(
    name="tubes",
    label=_("Tubes"),
    source="registry.listed_tube l",
    scope=parts.OF_OUTBREAK,
    subject="l.subject",
    key=("l.subject", "l.outbreak"),
    searched="tube",
    sort="-resulted",
    desks=frozenset({"laboratory", "sampling", "chase"}),
    columns=(
        Column("subject", _("Tube"), "l.subject", "subject"),
        Column("result", _("Result"), "l.result", "code", "test_result", "codes"),
        Column("ct", _("Ct"), "l.ct", "number", filter="numbers"),
        Column("resulted", _("Read"), "l.resulted", "moment", filter="days"),
        Column("pool_size", _("Pool size"), "l.pool_size", "number", filter="numbers"),
        Column("people", _("People in it"), "l.people", "number"),
        Column("sampled", _("Sampled"), "l.sampled", "moment", filter="days"),
        Column("purpose", _("Purpose"), "l.purpose", "code", "sampling_purpose", "codes"),
        parts.JURISDICTION,
        Column("round", _("Round"), "l.round", "subject", filter="same", shown=False),
        Column("place", _("Place"), "l.place", "subject", filter="same", shown=False),
    ),
)
