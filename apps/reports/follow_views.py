"""Following a report that somebody else sent: an address, a mail, a yes; every step works without JavaScript."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.contributions.limits import TooMany, admit, may_mail_receipt
from apps.contributions.refused import show_refused
from apps.contributions.wrong_links import NoSuchLink, counting_wrong_links
from apps.geo.audience import ANONYMOUS
from apps.places.links import public_url
from apps.places.requests import TownRequest
from apps.reports import services
from apps.reports.forms import FollowForm
from apps.reports.models import Report
from apps.reports.readers import find_follower
from apps.reports.transitions import EXPLAINED, Status
from apps.reports.views import private


@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: TownRequest, public_id: str) -> HttpResponse:
    """Ask for an address, or say that the page itself can be kept. Hidden and unknown reports give the same 404."""
    report = get_object_or_404(
        Report.objects.visible_to(ANONYMOUS).for_page(), municipality=request.municipality, public_id=public_id
    )
    form = FollowForm(request.POST) if request.method == "POST" else FollowForm(initial={"key": uuid.uuid4()})
    context = {
        "report": report,
        "form": form,
        "sent": "gesendet" in request.GET,
        "link": public_url(report.municipality, reverse("reports:detail", args=[report.public_id])),
    }
    if request.method != "POST":
        return render(request, "reports/follow.html", context)
    if not form.is_valid():
        return render(request, "reports/follow.html", context, status=400)
    data = form.cleaned_data
    try:
        admit(request, "follow", key=data["key"], trust=form.trust())
    except TooMany as refusal:
        return show_refused(request, "reports/follow.html", context, refusal)
    services.follow_report(
        report=report,
        email=data["email"],
        idempotency_key=data["key"],
        may_mail=may_mail_receipt(data["email"]),
    )
    return redirect(f"{reverse('reports:follow', args=[public_id])}?gesendet=1")


@counting_wrong_links
@require_http_methods(["GET", "HEAD", "POST"])
def following(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link in the mail: confirm, read, leave. Reading changes nothing: scanners follow links."""
    follower = find_follower(token)
    if follower is None:
        raise NoSuchLink
    gone = False
    if request.method == "POST":
        if request.POST.get("do") == "leave":
            services.stop_following(follower=follower)
            gone = True
        else:
            services.confirm_following(follower=follower)
            return redirect("reports:following", token=token)
    report = follower.report
    is_shown = Report.objects.visible_to(ANONYMOUS).filter(pk=report.pk).exists()
    context = {
        "follower": follower,
        "report": report if is_shown else None,
        "explained": EXPLAINED[Status(report.status)],
        "gone": gone,
    }
    return private(render(request, "reports/following.html", context))
