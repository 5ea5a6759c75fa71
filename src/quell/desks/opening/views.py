"""A line list in the browser: dropped, understood, corrected, recorded. The same functions as the command line."""

from __future__ import annotations

from dataclasses import asdict, replace
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quell.desks.house.board import SESSION_KEY, Board
from quell.desks.house.permission import desks_of
from quell.desks.opening import jobs, running, understanding
from quell.desks.opening.jobs import Job
from quell.exchange.confirmed import write_mappings
from quell.exchange.preparing import OpeningRefused
from quell.exchange.problems import FileRefused
from quell.exchange.reading import LARGEST
from quell.exchange.sources import ENDINGS
from quell.protocol.pack import shipped

DESKS = frozenset({"investigation", "command"})
MOST_FILES = 20
ENCODINGS = ("utf-8", "cp1252", "gb18030", "cp1251", "cp1256", "cp949", "shift_jis")


@require_http_methods(["GET", "POST"])
def opening(request: HttpRequest) -> HttpResponse:
    """The place to drop files, and the openings that are under way; files begin one."""
    _check(request)
    board = Board.of(request)
    by = request.user.get_username()
    jobs.forget_old(board.real_now)
    fault = ""
    if request.method == "POST":
        files = request.FILES.getlist("files")
        if all(jobs.is_mapping(file) for file in files) or len(files) > MOST_FILES:
            fault = _("Choose one file or several, at most %(n)s.") % {"n": MOST_FILES}
        elif any((file.size or 0) > LARGEST for file in files):
            fault = _("A file may have at most %(n)s MB.") % {"n": LARGEST // 10**6}
        else:
            return redirect("opening-job", job_id=jobs.begin(files, by=by, now=board.real_now).job_id)
    context = {
        "fault": fault,
        "jobs": [(each, each.running(board.real_now)) for each in jobs.jobs_of(by)],
        "endings": ",".join((*ENDINGS, ".toml")),
    }
    return render(request, "opening/opening.html", context, status=400 if fault else 200)


@require_http_methods(["GET", "POST"])
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """How the files of an opening are understood, and what would be recorded; a form corrects it."""
    found = _job(request, job_id)
    now = Board.of(request).real_now
    if found.state in {"recording", "done"}:
        return render(
            request, "opening/job.html", {"job": found, "running": found.running(now), "still": True}
        )
    fault = ""
    if request.method == "POST":
        asked = understanding.asked_in(request.POST)
        try:
            jobs.ask(found, asked)
            found = replace(found, asked=asked)
            ids = running.asked_of(found).confirmed.ids
            answers = understanding.answered(found, request.POST)
            write_mappings(found.mapping, answers, asdict(ids) if ids else None)
        except (OpeningRefused, FileRefused) as error:
            # Headings that are read otherwise now (another encoding) are proposed anew.
            found.mapping.unlink(missing_ok=True)
            fault = str(error)
    reading = understanding.read(found, now, Board.of(request).language)
    context = {
        "job": found,
        "reading": reading,
        "fault": fault or reading.fault or found.fault,
        "ready": not (fault or reading.fault or reading.open_questions),
        "orders": understanding.ORDERS,
        "packs": sorted(shipped()),
        "encodings": ENCODINGS,
        "still": True,
    }
    return render(request, "opening/understood.html", context)


@require_POST
def record(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Begin to record, or go on where it stood still."""
    found = _job(request, job_id)
    running.start(found, Board.of(request).real_now)
    return redirect("opening-job", job_id=job_id)


@require_GET
def progress(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """How far a recording is, as a part of the page that asks again until it is done."""
    found = _job(request, job_id)
    context = {"job": found, "running": found.running(Board.of(request).real_now)}
    if found.state == "done" and found.said:
        request.session[SESSION_KEY] = found.said[0]["outbreak"]
    return render(request, "opening/progress.html", context)


@require_GET
def aside(request: HttpRequest, job_id: UUID, name: str) -> HttpResponseBase:
    """The rows that were set aside, to correct and feed back."""
    found = _job(request, job_id)
    path = found.asides / name
    if path.parent != found.asides or not path.is_file():
        raise Http404
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8"
    )


@require_POST
def forget(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Let go of an opening and its files; what was recorded stays."""
    found = _job(request, job_id)
    if not found.running(Board.of(request).real_now):
        jobs.forget(found)
    return redirect("opening")


def _check(request: HttpRequest) -> None:
    if not DESKS & desks_of(request.user):
        raise PermissionDenied


def _job(request: HttpRequest, job_id: UUID) -> Job:
    """The job, where this account made it."""
    _check(request)
    found = jobs.job_of(job_id, request.user.get_username())
    if found is None:
        raise Http404
    return found
