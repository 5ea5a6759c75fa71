"""Tags that every desk's templates use: labels of codes, times, chips, subjects, cards."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from quell.catalogue import codes
from quell.catalogue.when import When, zone_named
from quell.desks.house import times, words
from quell.desks.house.board import Board
from quell.desks.house.cards import Card
from quell.desks.house.taps import Field
from quell.registry.reading.rules import WEAK

register = template.Library()

# A state is told by shape and words; colour only comes on top.
_SHAPES = {
    "late": ("late", "▲"),
    "soon": ("soon", "◆"),
    "open": ("plain", "○"),
    "not_yet": ("plain", "◌"),
    "met": ("ok", "✓"),
    "met_late": ("soon", "✓"),
    "missed": ("late", "×"),
    "ended": ("plain", "–"),
    "waived": ("plain", "–"),
    "not_recorded": ("plain", "?"),
}


def _language() -> str:
    return (translation.get_language() or "en").partition("-")[0]


@register.simple_tag
def code(list_name: str, value: object) -> str:
    """The label of a code in the reader's language."""
    return codes.label(list_name, str(value), _language()) if value else ""


@register.simple_tag
def choices(list_name: str, only: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """(code, label) of a list, or of some of its codes in the order given."""
    listed = codes.all_lists()[list_name].codes
    return [(value, listed[value].label(_language())) for value in (only or listed)]


@register.simple_tag(takes_context=True)
def when(context: RequestContext, at: datetime | None) -> SafeString | str:
    """An instant in the outbreak's zone."""
    if at is None:
        return ""
    board: Board = context["board"]
    return format_html(
        '<time datetime="{}" title="{} {}">{}</time>',
        at.isoformat(),
        at.astimezone(zone_named(board.zone)).strftime("%Y-%m-%d %H:%M:%S"),
        board.zone,
        times.moment(at, board.zone, board.now),
    )


@register.simple_tag(takes_context=True)
def occurred(context: RequestContext, happened: When, zone: str) -> SafeString:
    """When a fact happened, as precisely as it was stated, in its own zone."""
    board: Board = context["board"]
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        happened.start.isoformat(),
        zone,
        times.occurred(happened, zone, board.now),
    )


@register.filter
def length_of(minutes: int) -> str:
    """Minutes as hours and minutes, or days and hours."""
    return times.length(int(minutes))


@register.simple_tag(takes_context=True)
def ago(context: RequestContext, at: datetime | None) -> str:
    """How long ago, as a length of time."""
    if at is None:
        return ""
    board: Board = context["board"]
    return times.length(max(0, int((board.now - at).total_seconds() // 60)))


@register.simple_tag
def chip(kind: str, text: object, shape: str = "") -> SafeString:
    """A small label; the shape says the same as the colour."""
    mark = format_html('<i aria-hidden="true">{}</i>', shape) if shape else ""
    return format_html('<span class="chip {}">{}{}</span>', kind, mark, text)


@register.simple_tag
def state_chip(state: str, minutes: int = 0) -> SafeString:
    """How a duty stands: shape, words and, where it matters, by how much."""
    kind, shape = _SHAPES.get(state, ("plain", ""))
    text = codes.label("duty_state", state, _language())
    if state == "late":
        text = _("%(length)s late") % {"length": times.length(minutes)}
    elif state in {"soon", "open"}:
        text = _("%(length)s left") % {"length": times.length(minutes)}
    elif state in {"met_late", "missed"} and minutes:
        text = f"{text}, {times.length(minutes)}"
    return chip(kind, text, shape)


@register.simple_tag
def certainty(letter: str) -> SafeString:
    """How sure we are of a rule: its letter with its label; weak ones are marked in words and by a broken border."""
    label = codes.label("certainty_grade", letter, _language())
    weak = " weak" if letter in WEAK else ""
    return format_html('<span class="grade{}" title="{}"><b>{}</b> {}</span>', weak, label, letter, label)


@register.simple_tag
def subject(name: str, *, short: bool = False) -> SafeString:
    """A subject by its pseudonym, leading to its page."""
    kind, _colon, own = name.partition(":")
    shown = own if short else f"{codes.label('subject_kind', kind, _language())} {own}"
    return format_html('<a class="who" href="{}">{}</a>', subject_url(name), shown)


@register.simple_tag
@lru_cache(maxsize=4096)
def subject_url(name: str) -> str:
    """The address of a subject's page."""
    return reverse("subject", args=[quote(name, safe=":")])


@register.simple_tag
def subject_name(name: str) -> str:
    """A subject in words, without a link."""
    kind, _colon, own = name.partition(":")
    return f"{codes.label('subject_kind', kind, _language())} {own}"


@register.simple_tag(takes_context=True)
def says(context: RequestContext, kind: str, body: dict[str, Any]) -> SafeString:
    """What a fact says, in words."""
    board: Board = context["board"]
    pieces = words.said(kind, body, language=board.language, now=board.now)
    return format_html_join(
        SafeString(' <span class="dot-sep" aria-hidden="true">·</span> '),
        "{}",
        ((_piece(piece),) for piece in pieces),
    )


def _piece(piece: words.Said) -> SafeString:
    label = format_html('<span class="muted">{}</span> ', piece.label) if piece.label else SafeString("")
    if piece.subjects:
        named = format_html_join(", ", "{}", ((subject(each, short=True),) for each in piece.subjects))
        return format_html("{}{}", label, named)
    return format_html("{}{}", label, piece.text)


@register.inclusion_tag("house/card.html", takes_context=True)
def duty_card(context: RequestContext, card: Card, *, compact: bool = False) -> dict[str, object]:
    """A duty as a card."""
    return {
        "card": card,
        "board": context["board"],
        "compact": compact,
        "csrf_token": context.get("csrf_token"),
        "request": context["request"],
    }


@register.simple_tag
def initial(card: Card, field: Field) -> str:
    """What a field of a tap proposes."""
    return card.initial(field)


@register.filter
def named(labels: dict[str, str]) -> str:
    """Words that a pack or place has in several languages."""
    return labels.get(_language()) or labels.get("en") or next(iter(labels.values()), "")


@register.filter
def unlocalised(number: float) -> str:
    """A number as SVG reads it, whatever the language."""
    return f"{number:g}"
