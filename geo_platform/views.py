"""The site's public pages."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from apps.contributions.limits import TooMany, admit
from apps.contributions.refused import show_refused
from apps.departments.soundness import broken_rules
from apps.geo.markdown import render_markdown
from apps.places.requests import TownRequest
from geo_platform import services
from geo_platform.context import other_ways
from geo_platform.forms import BarrierForm
from geo_platform.models import LegalText
from geo_platform.teasers import newest_of_all_layers


def home(request: TownRequest) -> HttpResponse:
    """First screen: the map, the ways in, and what is new. Without a town: what to run."""
    town = request.municipality
    if not town:
        return render(request, "site/no_town.html")
    teasers = newest_of_all_layers(town.pk)
    newest = [(item.shape, item.colour) for group in teasers for item in group.items]
    return render(request, "home.html", {"ways": other_ways(), "teasers": teasers, "newest": newest})


def legal_text(request: TownRequest, slug: str) -> HttpResponse:
    """One of the texts of the footer; 404 with a friendly page while nobody has written it."""
    town = request.municipality
    text = LegalText.objects.filter(municipality=town, slug=slug).first() if town else None
    context = {
        "text": text,
        "heading": text.title if text else LegalText.Slug(slug).label,
        "html": render_markdown(text.body) if text else "",
    }
    return render(request, "site/text.html", context, status=200 if text else 404)


def report_barrier(request: TownRequest) -> HttpResponse:
    """Form for barriers (Directive (EU) 2016/2102 Art. 7 (1) b). Its own page, because a form needs a cookie."""
    form = BarrierForm(request.POST or None, initial={"page": request.GET.get("seite", "")[:300]})
    town = request.municipality
    if request.method != "POST" or not form.is_valid() or not town:
        return render(request, "site/report_barrier.html", {"form": form}, status=422 if form.errors else 200)
    data = form.cleaned_data
    try:
        admit(request, "feedback", key=data["key"], trust=form.trust())
    except TooMany as refusal:
        return show_refused(request, "site/report_barrier.html", {"form": form}, refusal)
    services.report_barrier(
        municipality=town, key=data["key"], page=data["page"], text=data["text"], reply_to=data["reply_to"]
    )
    return redirect("barrier_reported")


def barrier_reported(request: HttpRequest) -> HttpResponse:
    """Thanks, without a message in the session."""
    return render(request, "site/barrier_reported.html")


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers (for container health checks); touches no session.

    ``broken_rules`` counts the rules of responsibility that name something that is gone, over all towns: for the
    monitoring. It does not change the status, because a container that restarts mends no rule.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok", "broken_rules": len(broken_rules())})
