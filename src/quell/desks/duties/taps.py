"""The buttons of duty cards, as data: what a duty asks -> which buttons, which fields, which facts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quell.desks.duties import facts
from quell.desks.house.taps import ALWAYS, TAPS, Field, Owed, Tap

# What people who are told to stay most often need, first; the rest is on the person's own page.
COMMON_NEEDS = (
    "medicine",
    "dialysis",
    "oxygen",
    "pregnancy",
    "infant",
    "child_alone",
    "disability",
    "older_person_alone",
    "carer",
    "food",
    "special_diet",
    "mental_distress",
    "violence",
    "interpreter",
    "animals",
    "other",
)


def _barcode(owed: Owed) -> str:
    return facts.new_tube(owed)


BARCODE = Field(
    "barcode", _("Tube number"), initial=_barcode, hint=_("Scan it, or keep the number proposed.")
)
LOCATED = Tap("located", _("Located"), facts.LOCATED)
NO_ANSWER = Tap("no_answer", _("Called, no answer"), facts.NO_ANSWER)

_BY_ACTION: dict[str, tuple[Tap, ...]] = {
    "hold": (Tap("held", _("Held"), facts.order, main=True), LOCATED, NO_ANSWER),
    "locate": (Tap("located", _("Located"), facts.LOCATED, main=True), NO_ANSWER),
    "resample": (Tap("swabbed", _("Swabbed"), facts.swab("pool_resample"), (BARCODE,), main=True), NO_ANSWER),
    "read_single": (
        Tap("negative", _("Negative"), facts.read_tube("negative"), main=True),
        Tap(
            "positive",
            _("Positive"),
            facts.read_tube("positive"),
            (
                Field(
                    "ct",
                    _("Ct"),
                    "number",
                    required=False,
                    hint=_("Of the N gene; leave empty where none was given."),
                ),
            ),
        ),
    ),
    "check_needs": (
        Tap("nothing", _("Nothing needed"), facts.NOTHING_NEEDED, main=True),
        Tap(
            "needs",
            _("They need …"),
            facts.needs_found,
            (
                Field("found", _("What they need"), "codes", "need", COMMON_NEEDS),
                Field("urgency", _("How urgent"), "code", "urgency", initial=lambda _owed: "urgent"),
                Field(
                    "hours",
                    _("Needed"),
                    "hours",
                    only=("1", "2", "4", "8", "24", "48"),
                    initial=lambda _owed: "4",
                ),
            ),
        ),
        NO_ANSWER,
    ),
    "meet_need": (
        Tap(
            "met",
            _("Met"),
            facts.need_met,
            (
                Field(
                    "confirmed_by",
                    _("Who says so"),
                    "code",
                    "confirmed_by",
                    ("person", "family", "second_staff", "facility"),
                ),
            ),
            main=True,
        ),
    ),
    "tell_free": (Tap("told", _("Told"), facts.TOLD_FREE, main=True), NO_ANSWER),
    "transfer": (
        Tap("admitted", _("Admitted"), facts.admitted, (Field("facility", _("Facility number")),), main=True),
        Tap("asked", _("Asked for"), facts.transfer_asked),
    ),
    "admit": (
        Tap("admitted", _("Admitted"), facts.admitted, (Field("facility", _("Facility number")),), main=True),
    ),
    "isolate": (
        Tap("ordered", _("Isolation ordered"), facts.order, main=True),
        Tap("admitted", _("Admitted"), facts.admitted, (Field("facility", _("Facility number")),)),
    ),
    "order_isolation": (
        Tap("ordered", _("Order given"), facts.order, main=True),
        Tap(
            "ordered_as",
            _("Order otherwise …"),
            facts.order,
            (
                Field("measure", _("Measure"), "code", "measure"),
                Field("legal_basis", _("Legal basis"), "code", "legal_basis"),
                Field("notice", _("How they were told"), "code", "notice_form"),
            ),
        ),
    ),
    "report_case": (
        Tap(
            "reported",
            _("Reported"),
            facts.REPORTED,
            (Field("to", _("To"), "code", "report_channel", initial=lambda _owed: "national_system"),),
            main=True,
        ),
    ),
    "investigate": (
        Tap(
            "interviewed",
            _("Interviewed"),
            facts.INTERVIEW,
            (Field("completeness", _("How complete"), "code", "interview_completeness"),),
            main=True,
        ),
        NO_ANSWER,
    ),
    "trace_contacts": (Tap("reported", _("Report filed"), facts.INVESTIGATION, main=True),),
    "follow_up": (
        Tap("well", _("Seen, well"), facts.SEEN_WELL, main=True),
        Tap(
            "state",
            _("Otherwise …"),
            facts.FOLLOWED_UP,
            (Field("state", _("State"), "code", "followup_state"),),
        ),
    ),
    "monitor": (
        Tap("well", _("Seen, well"), facts.SEEN_WELL, main=True),
        Tap(
            "state",
            _("Otherwise …"),
            facts.FOLLOWED_UP,
            (Field("state", _("State"), "code", "followup_state"),),
        ),
    ),
    "test_on_day": (
        Tap("swabbed", _("Swabbed"), facts.swab("isolation_day"), (BARCODE,), main=True),
        NO_ANSWER,
    ),
    "notify_contact": (Tap("told", _("Told"), facts.contact_told, main=True), NO_ANSWER),
    "give_prophylaxis": (
        Tap(
            "given",
            _("Given"),
            facts.prophylaxis,
            (
                Field("product", _("What"), "code", "prophylaxis"),
                Field("doses_per_day", _("Doses a day"), "number", required=False),
            ),
            main=True,
        ),
    ),
    "assess_immunity": (
        Tap(
            "assessed",
            _("Looked into"),
            facts.IMMUNITY,
            (Field("evidence", _("Evidence of immunity"), "code", "immunity_evidence"),),
            main=True,
        ),
        NO_ANSWER,
    ),
    "bury_safely": (
        Tap(
            "buried",
            _("Buried"),
            facts.BURIED,
            (Field("manner", _("How"), "code", "burial_manner"),),
            main=True,
        ),
    ),
    "review_case": (
        Tap(
            "classified",
            _("Classified"),
            facts.CLASSIFIED,
            (Field("classification", _("As"), "code", "classification"),),
            main=True,
        ),
    ),
    "find_tube_members": (
        Tap(
            "filled",
            _("Name its people"),
            facts.tube_filled,
            (Field("members", _("People, in the order of swabbing"), "lines", hint=_("One number a line.")),),
            main=True,
        ),
    ),
    "complete_order": (
        Tap(
            "completed",
            _("State the legal basis"),
            facts.complete_order,
            (
                Field(
                    "legal_basis",
                    _("Legal basis"),
                    "code",
                    "legal_basis",
                    (
                        "infectious_disease_law",
                        "public_health_act",
                        "emergency_order",
                        "border_health_law",
                        "animal_disease_law",
                        "court_order",
                        "consent",
                    ),
                ),
            ),
            main=True,
        ),
    ),
    "decide_appeal": (
        Tap("upheld", _("Appeal upheld: free them"), facts.upheld, main=True),
        Tap("rejected", _("Appeal rejected"), facts.rejected),
    ),
    "answer_complaint": (Tap("answered", _("Answered"), facts.complaint_answered, main=True),),
}
_FOR_EVERY = (
    Tap("noted", _("Say why it is late"), facts.noted, (Field("cause", _("Cause"), "code", "delay_cause"),)),
    Tap(
        "waived",
        _("Waive, with a reason"),
        facts.waived,
        (Field("reason", _("Reason"), "code", "waiver_reason"),),
    ),
)


def enter() -> None:
    """Enter the taps for the cards of every desk; doing it again changes nothing."""
    TAPS.update(_BY_ACTION)
    ALWAYS[:] = _FOR_EVERY
