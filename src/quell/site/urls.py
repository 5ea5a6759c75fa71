"""Where each desk is found. A desk brings its own urls; add a line here to show it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path


@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    """Answer "ok" while the server runs; asks nothing of the database."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [
    path("alive", alive, name="alive"),
    path("", include("quell.desks.house.urls")),
    path("", include("quell.desks.duties.urls")),
    path("", include("quell.desks.chase.urls")),
    path("", include("quell.desks.laboratory.urls")),
    path("", include("quell.desks.lists.urls")),
    path("", include("quell.desks.chains.urls")),
    path("", include("quell.desks.opening.urls")),
    path("", include("quell.desks.outbreak.urls")),
    path("", include("quell.desks.subject.urls")),
]
