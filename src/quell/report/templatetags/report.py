"""Filters of the report's templates."""

from __future__ import annotations

from django import template

from quell.catalogue import codes
from quell.report import written
from quell.report.suppression import Count

register = template.Library()


@register.filter
def shown(value: Count) -> str:
    """A count, or that it is not shown."""
    return written.count(value)


@register.filter
def figure(value: float | None) -> str:
    """A whole number."""
    return written.number(value)


@register.filter
def days(value: float | None) -> str:
    """Days, to a tenth."""
    return written.number(value, 1)


@register.filter
def percent(value: float | None) -> str:
    """A share."""
    return written.percent(value)


@register.filter
def length(value: float | None) -> str:
    """Minutes, as a length of time."""
    return written.length(value)


@register.simple_tag
def label(list_name: str, value: str) -> str:
    """The label of a code."""
    return codes.label(list_name, value, written.language())
