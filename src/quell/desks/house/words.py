"""What a fact says, in words built from codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from quell.catalogue import codes
from quell.catalogue.fact import REGISTER
from quell.catalogue.when import WhenError, parse
from quell.desks.house.times import occurred

# Beyond so many subjects a sentence gives the number instead of all of them.
_NAMED = 12


@dataclass(frozen=True, slots=True)
class Said:
    """One piece of what a fact says: "Ct 24.1", a coded word, or other subjects."""

    label: str
    text: str = ""
    subjects: tuple[str, ...] = ()


def said(kind: str, body: dict[str, Any], *, language: str, now: datetime) -> list[Said]:
    """What a fact of this kind says beside who, where and when."""
    return list(_said(kind, body, language, now))


def _said(kind: str, body: dict[str, Any], language: str, now: datetime) -> Iterator[Said]:
    entry = REGISTER.get(kind)
    if entry is None:
        return
    links = {link.role for link in entry.links}
    coded = {field: list_name for field, list_name, _many in entry.coded}
    for field in entry.struct.__struct_fields__:
        value = body.get(field)
        if field in _ENVELOPE or value in (None, "", (), [], {}):
            continue
        if field in coded:
            chosen = value if isinstance(value, list | tuple) else (value,)
            yield Said("", ", ".join(codes.label(coded[field], code, language) for code in chosen))
        elif field in links:
            named = tuple(value) if isinstance(value, list | tuple) else (value,)
            label = codes.label("role", field, language)
            if len(named) > _NAMED:
                yield Said(label, ngettext("%(n)d subject", "%(n)d subjects", len(named)) % {"n": len(named)})
            else:
                yield Said(label, subjects=named)
        elif field in entry.moments:
            yield Said(field_label(field), _time(str(value), str(body.get("zone") or "UTC"), now))
        elif field in entry.vault_fields:
            yield Said(field_label(field), _("kept in the vault"))
        elif field not in _HIDDEN:
            yield Said(field_label(field), _plain(value, language))


def field_label(field: str) -> str:
    """What a field is called on screen."""
    return str(_FIELDS.get(field, field.replace("_", " ")))


def _time(text: str, zone: str, now: datetime) -> str:
    try:
        return occurred(parse(text, zone), zone, now)
    except WhenError:
        return text


def _plain(value: Any, language: str) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return str(value.get(language) or value.get("en") or next(iter(value.values()), ""))
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


_ENVELOPE = frozenset(
    {"subject", "occurred", "jurisdiction", "source", "zone", "outbreaks", "learned_at", "source_id"}
)
# What says nothing to a reader: hashes, keys and whole bodies, which have pages of their own.
_HIDDEN = frozenset(
    {"protocol_digest", "replacement", "of_kind", "of_version", "target", "duty", "recordable"}
)
_FIELDS = {
    "accepted": gettext_lazy("accepted"),
    "accepted_by": gettext_lazy("accepted by"),
    "accession": gettext_lazy("accession"),
    "account": gettext_lazy("account"),
    "acknowledge_by": gettext_lazy("acknowledge by"),
    "acknowledged_by": gettext_lazy("acknowledged by"),
    "age": gettext_lazy("age"),
    "age_from": gettext_lazy("age from"),
    "age_to": gettext_lazy("age to"),
    "agreed_by": gettext_lazy("agreed by"),
    "allowed_by": gettext_lazy("allowed by"),
    "amount": gettext_lazy("amount"),
    "answered_by": gettext_lazy("answered by"),
    "beds": gettext_lazy("beds"),
    "by_jurisdiction": gettext_lazy("by"),
    "change": gettext_lazy("change"),
    "checklist": gettext_lazy("checklist"),
    "clock_at": gettext_lazy("clock at"),
    "code": gettext_lazy("code"),
    "code_version": gettext_lazy("code version"),
    "ct": gettext_lazy("Ct"),
    "ct_orf": gettext_lazy("Ct (ORF1ab)"),
    "decided_by": gettext_lazy("decided by"),
    "differences": gettext_lazy("differences"),
    "done_by": gettext_lazy("to be done by"),
    "dose": gettext_lazy("dose"),
    "ends": gettext_lazy("ends"),
    "engine": gettext_lazy("engine"),
    "evidence": gettext_lazy("evidence"),
    "exposed": gettext_lazy("exposed"),
    "file": gettext_lazy("file"),
    "finding": gettext_lazy("finding"),
    "finish_by": gettext_lazy("finish by"),
    "first_exposure": gettext_lazy("first exposure"),
    "found": gettext_lazy("found"),
    "good": gettext_lazy("good"),
    "graded_by": gettext_lazy("graded by"),
    "hours_slept": gettext_lazy("hours slept"),
    "identity": gettext_lazy("identity"),
    "inspector": gettext_lazy("inspector"),
    "iso_3166_2": gettext_lazy("ISO 3166-2"),
    "issued_by": gettext_lazy("issued by"),
    "last_exposure": gettext_lazy("last exposure"),
    "latitude": gettext_lazy("latitude"),
    "lineage": gettext_lazy("lineage"),
    "local_zone": gettext_lazy("time zone"),
    "longitude": gettext_lazy("longitude"),
    "minutes": gettext_lazy("minutes"),
    "name": gettext_lazy("name"),
    "names": gettext_lazy("name"),
    "national_code": gettext_lazy("national code"),
    "needed_by": gettext_lazy("needed by"),
    "new_asymptomatic": gettext_lazy("new asymptomatic"),
    "new_cases": gettext_lazy("new cases"),
    "new_community_found": gettext_lazy("new, found in the community"),
    "note": gettext_lazy("note"),
    "notes": gettext_lazy("notes"),
    "number": gettext_lazy("number"),
    "ordered_by": gettext_lazy("ordered by"),
    "other": gettext_lazy("other"),
    "pack": gettext_lazy("protocol"),
    "parent": gettext_lazy("belongs to"),
    "place": gettext_lazy("place"),
    "pool_size": gettext_lazy("swabs in the tube"),
    "population": gettext_lazy("population"),
    "position": gettext_lazy("position"),
    "proof": gettext_lazy("proof"),
    "protected": gettext_lazy("protected"),
    "protocol": gettext_lazy("protocol"),
    "public_name": gettext_lazy("name"),
    "quarantined": gettext_lazy("set aside"),
    "record": gettext_lazy("record"),
    "records": gettext_lazy("records"),
    "rectified_by": gettext_lazy("rectified by"),
    "rectify_by": gettext_lazy("rectify by"),
    "room": gettext_lazy("room"),
    "rows": gettext_lazy("rows"),
    "run": gettext_lazy("calculation"),
    "sampled_on": gettext_lazy("sampled on"),
    "seats": gettext_lazy("seats"),
    "seed": gettext_lazy("seed"),
    "simulated": gettext_lazy("simulated"),
    "size": gettext_lazy("size"),
    "staff_per_hundred": gettext_lazy("staff per hundred"),
    "starts": gettext_lazy("starts"),
    "statement": gettext_lazy("statement"),
    "stock_days": gettext_lazy("days of stock"),
    "temperature": gettext_lazy("temperature"),
    "title": gettext_lazy("title"),
    "to": gettext_lazy("to"),
    "to_jurisdictions": gettext_lazy("to"),
    "travel_from": gettext_lazy("came from"),
    "tubes_per_day": gettext_lazy("tubes a day"),
    "turnaround_minutes": gettext_lazy("turnaround in minutes"),
    "until": gettext_lazy("until"),
    "upheld": gettext_lazy("upheld"),
    "vaccine": gettext_lazy("vaccine"),
    "verified_by": gettext_lazy("verified by"),
    "waived_by": gettext_lazy("waived by"),
    "withdrawn_by": gettext_lazy("withdrawn by"),
    "words": gettext_lazy("words"),
}
