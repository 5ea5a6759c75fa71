"""Cases."""

from __future__ import annotations

from django.urls import URLPattern, path

from quell.desks.cases import views

urlpatterns: list[URLPattern] = [path("cases/", views.listed, name="cases")]
