"""The outbreak."""

from __future__ import annotations

from django.urls import URLPattern, path

from quell.desks.outbreak import report, views

urlpatterns: list[URLPattern] = [
    path("outbreak/", views.at_a_glance, name="outbreak"),
    path("outbreak/report", report.situation, name="report"),
]
