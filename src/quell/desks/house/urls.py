"""What belongs to no single desk."""

from __future__ import annotations

from django.urls import URLPattern, path

from quell.desks.house import live, views

urlpatterns: list[URLPattern] = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-in/once/<str:token>", views.once, name="sign-in-once"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("language/", views.language, name="language"),
    path("outbreak/choose", views.choose_outbreak, name="choose-outbreak"),
    path("live", live.live, name="live"),
]
