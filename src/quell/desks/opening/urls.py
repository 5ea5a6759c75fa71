"""Opening line lists."""

from __future__ import annotations

from django.urls import URLPattern, path

from quell.desks.opening import views

urlpatterns: list[URLPattern] = [
    path("opening/", views.opening, name="opening"),
    path("opening/<uuid:job_id>/", views.job, name="opening-job"),
    path("opening/<uuid:job_id>/record", views.record, name="opening-record"),
    path("opening/<uuid:job_id>/progress", views.progress, name="opening-progress"),
    path("opening/<uuid:job_id>/aside/<str:name>", views.aside, name="opening-aside"),
    path("opening/<uuid:job_id>/forget", views.forget, name="opening-forget"),
]
