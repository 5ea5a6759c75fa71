"""The chain page."""

from __future__ import annotations

from django.urls import URLPattern, path

from quell.desks.chains import views

urlpatterns: list[URLPattern] = [
    path("chains/", views.drawn, name="chains"),
    path("chains/scene", views.scene, name="chains-scene"),
    path("chains/contacts", views.contacts, name="chains-contacts"),
    path("chains/file", views.file, name="chains-file"),
]
