"""Citizens' pages that read: the list, one report, and the reporter's own page behind a secret link."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.contributions.tokens import hash_token
from apps.contributions.wrong_links import NoSuchLink, counting_wrong_links
from apps.geo.audience import ANONYMOUS
from apps.places.links import public_url
from apps.places.requests import TownRequest
from apps.reports import services
from apps.reports.answered import told_publicly
from apps.reports.filters import PublicFilter
from apps.reports.forms import ReplyForm, StillBrokenForm
from apps.reports.models import Report, ReportPhoto
from apps.reports.paging import page_of
from apps.reports.querysets import as_public_id
from apps.reports.timeline import public_timeline
from apps.reports.transitions import EXPLAINED, Status

PAGE = 20


@require_safe
def listing(request: TownRequest) -> HttpResponse:
    """What has been reported and released, newest first, as list and map. A typed number leads to its report."""
    town = request.municipality
    released = Report.objects.visible_to(ANONYMOUS).filter(municipality=town)
    if (number := as_public_id(request.GET.get("q", ""))) and released.filter(public_id=number).exists():
        return redirect("reports:detail", public_id=number)
    chosen = PublicFilter(town, request.GET)
    found = chosen.narrow(released)
    page = page_of(
        found.for_page().with_degrees(), order=("-created_at", "-id"), after=request.GET.get("nach", ""), size=PAGE
    )
    context = {"filter": chosen, "page": page, "count": found.count(), "layer": "reports"}
    return render(request, "reports/list.html", context)


@require_safe
def detail(request: TownRequest, public_id: str) -> HttpResponse:
    """A released report for everybody. A hidden one and an unknown one give the same 404."""
    report = get_object_or_404(
        Report.objects.visible_to(ANONYMOUS).for_page(), municipality=request.municipality, public_id=public_id
    )
    if (main := main_of(report)) and main.is_released:
        return redirect("reports:detail", public_id=main.public_id)
    photos = ReportPhoto.objects.visible_to(ANONYMOUS).of_case(report)
    context = {"report": report, "photos": photos, "answers": told_publicly(report), **_shown(report)}
    return render(request, "reports/detail.html", context)


def main_of(report: Report) -> Report | None:
    """Return the report into which this one was merged, None for one that stands alone."""
    merge = report.merges.filter(undone_at=None).select_related("main__category", "main__executor").first()
    return merge.main if merge else None


def _shown(report: Report) -> dict[str, object]:
    return {"timeline": public_timeline(report), "explained": EXPLAINED[Status(report.status)]}


def own_report(token: str) -> Report:
    """Return the report behind a secret link, whatever town the host name speaks for."""
    report = Report.objects.for_page().filter(status_token_hash=hash_token(token)).first()
    if report is None:
        raise NoSuchLink
    return report


def private(response: HttpResponse) -> HttpResponse:
    """A page behind a secret link: never stored, never indexed, and its address never sent to others (threat W8).

    Not ``no-referrer``: with it browsers send ``Origin: null`` with the form, and CSRF protection refuses that.
    """
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@counting_wrong_links
@require_safe
def status(request: HttpRequest, token: str) -> HttpResponse:
    """The reporter's page, also before publication. Reading changes nothing: mail scanners follow links."""
    return _status_page(request, own_report(token), token)


def _status_page(
    request: HttpRequest,
    report: Report,
    token: str,
    form: StillBrokenForm | None = None,
    reply_form: ReplyForm | None = None,
) -> HttpResponse:
    context = {
        "report": report,
        "token": token,
        "form": form or StillBrokenForm(initial={"key": uuid.uuid4()}, auto_id="behoben_%s"),
        "reply_form": reply_form or ReplyForm(initial={"key": uuid.uuid4()}),
        "questions": report.questions.select_related("asked", "reply"),
        "photos": report.photos.all(),
        "main": main_of(report),
        **_shown(report),
    }
    is_refused = any(bound and bound.errors for bound in (form, reply_form))
    return private(render(request, "reports/status.html", context, status=400 if is_refused else 200))


@counting_wrong_links
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """What the reporter sees after sending: number, department, reason, next step, secret link."""
    report = own_report(token)
    link = public_url(report.municipality, f"/meldungen/status/{token}/")
    context = {"report": report, "token": token, "link": link, "contact": getattr(report, "contact", None)}
    return private(render(request, "reports/receipt.html", context))


@counting_wrong_links
@require_POST
def still_broken(request: HttpRequest, token: str) -> HttpResponse:
    """ "Es ist noch nicht behoben": opens a finished report again."""
    report = own_report(token)
    form = StillBrokenForm(request.POST, auto_id="behoben_%s")
    if not form.is_valid():
        return _status_page(request, report, token, form)
    services.say_still_broken(report=report, idempotency_key=form.cleaned_data["key"], text=form.cleaned_data["text"])
    return redirect("reports:status", token=token)


@counting_wrong_links
@require_POST
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """The reporter answers the desk's question: no sign-in, once, also without JavaScript."""
    report = own_report(token)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _status_page(request, report, token, reply_form=form)
    services.reply_to_question(report=report, idempotency_key=form.cleaned_data["key"], text=form.cleaned_data["text"])
    return redirect("reports:status", token=token)
