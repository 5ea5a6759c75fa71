"""The laboratory."""

from __future__ import annotations

from django.urls import URLPattern, path

from quell.desks.laboratory import views

urlpatterns: list[URLPattern] = [
    path("laboratory/", views.laboratory, name="laboratory"),
    path("laboratory/read", views.read, name="laboratory-read"),
    path("laboratory/confirm", views.confirm, name="laboratory-confirm"),
]
