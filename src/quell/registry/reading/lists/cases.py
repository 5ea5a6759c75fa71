"""The cases of an outbreak."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quell.registry.reading.listing import Column, Listing
from quell.registry.reading.lists import parts

CASES = Listing(
    name="cases",
    label=_("Cases"),
    source="registry.listed_case l",
    scope=f"{parts.OF_OUTBREAK} AND l.at <= %(now)s",
    subject="l.subject",
    key=("l.subject", "l.outbreak"),
    searched="person",
    sort="-at",
    desks=frozenset({"investigation"}),
    columns=(
        parts.person(),
        Column("classification", _("Classification"), "l.classification", "code", "classification", "codes"),
        Column("onset", _("Onset"), "l.onset", "day", filter="days"),
        Column("at", _("Case since"), "l.at", "moment", filter="days"),
        Column("reported", _("Reported"), "l.reported", "day", filter="days"),
        Column("found_in", _("Found in"), "l.found_in", "code", "found_in", "codes"),
        parts.AGE,
        parts.SEX,
        parts.JURISDICTION,
        Column("outcome", _("Outcome"), "l.outcome", "code", "outcome", "codes"),
        Column("hospitalised", _("Admitted"), "l.hospitalised", "day", filter="days"),
        Column("sampled", _("Sampled"), "l.sampled", "day", filter="days", shown=False),
        Column("facility", _("Facility"), "l.facility", "subject", filter="same", shown=False),
        Column("infected_by", _("Infected by"), "l.infected_by", "subject", filter="same", shown=False),
        Column("died", _("Died"), "l.died", "day", filter="days", shown=False),
        parts.occupation(),
        parts.household(),
        parts.RESTRICTED,
    ),
)
