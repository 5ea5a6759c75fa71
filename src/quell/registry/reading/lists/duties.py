"""Duties. Whether one is late is computed against the outbreak's clock, as quell.protocol.states does, never stored."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quell.registry.reading.listing import Column, Listing
from quell.registry.reading.lists import parts

_UNDONE = ("l.met_at IS NULL", "l.ended_at IS NULL")
_OWED = (*_UNDONE, "l.opens_at <= %(now)s")
_DOABLE = (*_OWED, "l.recordable", "(l.closes_at IS NULL OR l.closes_at > %(now)s)")
_AHEAD = "l.due_known >= %(now)s"
_OVER = "l.due_known < %(now)s"
_SOON = "l.due_known - greatest((l.due_known - l.opens_at) / 4, interval '15 minutes')"
# A code of the list duty_state -> its conditions; the same as quell.protocol.states.state_of, which a test compares.
STATES = {
    "late": (*_DOABLE, _OVER),
    "soon": (*_DOABLE, _AHEAD, f"{_SOON} <= %(now)s"),
    "open": (
        *_OWED,
        _AHEAD,
        f"(NOT l.recordable OR ((l.closes_at IS NULL OR l.closes_at > %(now)s) AND {_SOON} > %(now)s))",
    ),
    "not_yet": (*_UNDONE, "l.opens_at > %(now)s"),
    "missed": (*_OWED, "l.recordable", "l.closes_at <= %(now)s"),
    "not_recorded": (*_OWED, "NOT l.recordable", _OVER),
    "met": ("l.met_at IS NOT NULL", "NOT (l.recordable AND l.met_at > l.due_known)"),
    "met_late": ("l.met_at IS NOT NULL", "l.recordable", "l.met_at > l.due_known"),
    "ended": ("l.met_at IS NULL", "l.ended_at IS NOT NULL"),
}
OPEN = ("late", "soon", "open")
_ALL_OPEN = (
    *_OWED,
    """((l.recordable AND (l.closes_at IS NULL OR l.closes_at > %(now)s))
        OR (NOT l.recordable AND l.due_known >= %(now)s))""",
)
_HOLDER = """(SELECT c.holder FROM registry.claim c WHERE c.resource = l.duty_id AND c.taken_from <= %(now)s
              AND c.taken_until > %(now)s ORDER BY c.taken_from LIMIT 1)"""
_TAKEN = """EXISTS (SELECT FROM registry.claim c WHERE c.resource = l.duty_id AND c.taken_from <= %(now)s
            AND c.taken_until > %(now)s"""

DUTIES = Listing(
    name="duties",
    label=_("Duties"),
    source="registry.duty l",
    scope=f"{parts.OF_OUTBREAK} AND l.desk = ANY (%(desks)s)",
    subject="l.subject",
    key=("l.duty_id",),
    searched="person",
    sort="due",
    filters={"state": OPEN},
    columns=(
        Column("action", _("Duty"), "l.action", "code", "action", "codes"),
        Column("subject", _("About"), "l.subject", "subject"),
        Column(
            "state",
            _("State"),
            "l.due_known",
            "state",
            "duty_state",
            "choice",
            STATES,
            together=((frozenset(OPEN), _ALL_OPEN),),
            beside=("l.opens_at", "l.closes_at", "l.met_at", "l.ended_at", "l.recordable"),
            sorts=False,
        ),
        Column("due", _("Due"), "l.due_known", "moment", filter="days"),
        Column("desk", _("Desk"), "l.desk", "code", "desk", "codes"),
        Column(
            "holder",
            _("Taken on by"),
            _HOLDER,
            "text",
            filter="choice",
            choices={
                "me": (f"{_TAKEN} AND c.holder = %(by)s)",),
                "somebody": (f"{_TAKEN})",),
                "nobody": (f"NOT {_TAKEN})",),
            },
            sorts=False,
        ),
        Column("because", _("Because of"), "l.because", "subject", filter="same", sorts=False),
        Column("urgent", _("Urgent need"), "l.urgent", "yes", filter="yes", shown=False),
        Column("rule", _("Rule"), "l.rule", "text", filter="same", shown=False, sorts=False),
        parts.JURISDICTION,
        Column("opens", _("Opens"), "l.opens_at", "moment", filter="days", shown=False),
        Column("met", _("Done"), "l.met_at", "moment", filter="days", shown=False),
        Column("occurrence", _("Day"), "l.occurrence", "number", shown=False, sorts=False),
    ),
)
