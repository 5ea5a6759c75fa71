"""The chase."""

from __future__ import annotations

from django.urls import URLPattern, path

from quell.desks.chase import views

urlpatterns: list[URLPattern] = [
    path("chase/", views.table, name="chase"),
    path("chase/<path:tube>", views.one_tube, name="chase-tube"),
]
