"""One subject."""

from __future__ import annotations

from django.urls import URLPattern, path

from quell.desks.subject import views

urlpatterns: list[URLPattern] = [
    path("subject/<path:name>", views.one, name="subject"),
    path("identity/<path:name>", views.identity, name="identity"),
]
