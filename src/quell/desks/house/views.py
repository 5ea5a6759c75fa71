"""Sign-in, the choice of outbreak, language, and the pages that say what went wrong."""

from __future__ import annotations

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language

from quell.desks.house.board import SESSION_KEY, Board
from quell.desks.house.sign_in import sign_in_once


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """Sign in by username and password."""

    template_name = "house/sign_in.html"
    redirect_authenticated_user = True


@login_not_required
@require_GET
def once(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by a link that is good once."""
    if sign_in_once(request, token):
        return redirect("duties")
    return render(request, "house/link_over.html", status=410)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    return redirect("sign-in")


@require_POST
def choose_outbreak(request: HttpRequest) -> HttpResponse:
    """Look at another outbreak from now on."""
    wanted = request.POST.get("outbreak", "")
    if any(each.outbreak_id == wanted for each in Board.of(request).outbreaks):
        request.session[SESSION_KEY] = wanted
    return HttpResponseRedirect(back_to(request))


language = login_not_required(require_POST(set_language))


def back_to(request: HttpRequest, otherwise: str = "/") -> str:
    """The page that a form was sent from, where it is one of ours."""
    wanted = request.POST.get("next") or request.headers.get("Referer") or ""
    good = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if good else otherwise
