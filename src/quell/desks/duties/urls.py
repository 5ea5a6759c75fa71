"""My duties."""

from __future__ import annotations

from django.urls import URLPattern, path

from quell.desks.duties import views

urlpatterns: list[URLPattern] = [
    path("", views.mine, name="duties"),
    path("duties/undo", views.undo, name="undo"),
    path("duties/bulk", views.bulk, name="duty-bulk"),
    path("duties/<str:duty_id>/card", views.card, name="duty-card"),
    path("duties/<str:duty_id>/tap", views.tap, name="duty-tap"),
    path("duties/<str:duty_id>/ask/<str:name>", views.ask, name="duty-ask"),
    path("find", views.find, name="find"),
]
