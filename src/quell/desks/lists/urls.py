"""Lists."""

from __future__ import annotations

from django.urls import URLPattern, path

from quell.desks.lists import exporting, finding, views, working

urlpatterns: list[URLPattern] = [
    path("cases/", views.listed, {"name": "cases"}, name="cases"),
    path("lists/<str:name>/", views.listed, name="list"),
    path("lists/<str:name>/export", exporting.export, name="list-export"),
    path("lists/<str:name>/find", finding.find, name="list-find"),
    path("lists/<str:name>/views", views.save, name="list-save"),
    path("lists/<str:name>/views/forget", views.forget, name="list-forget"),
    path("lists/<str:name>/chosen", working.chosen, name="list-chosen"),
    path("lists/<str:name>/work", working.work, name="list-work"),
]
