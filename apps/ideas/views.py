"""Ideas for everybody to read: the list, a page for each, and a page for each call."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from apps.geo.audience import ANONYMOUS
from apps.ideas.forms import FilterForm
from apps.ideas.models import Ballot, Call, Comment, Idea, IdeaPhoto, rules_of
from apps.ideas.pages import public_calls, public_ideas
from apps.ideas.phases import SCHEDULED, Action, Phase, allows, phase_of
from apps.ideas.querysets import CommentQuerySet, IdeaQuerySet
from apps.places.nearest import describe_point
from apps.places.requests import TownRequest
from apps.places.starting import Start, starting_point

PER_PAGE = 24


@require_safe
def idea_list(request: TownRequest) -> HttpResponse:
    """Published ideas by topic, status and call; the newest, the most supported or the nearest first."""
    calls = public_calls(request)
    form = FilterForm(calls, request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    found, start = _ordered(request, public_ideas(request).filter(**chosen), form)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("seite"))
    query = request.GET.copy()
    query.pop("seite", None)
    context = {
        "ideas": page,
        "form": form,
        "chosen": chosen,
        "start": start,
        "query": query.urlencode(),
        "calls": list(calls.running()[:6]),
        "open": rules_of(request.municipality).accepts_outside_calls if request.municipality else False,
    }
    response = render(request, "ideas/list.html", context)
    if start and start.point:
        # Where somebody stands is nobody else's business: no shared cache keeps it.
        response["Cache-Control"] = "private, no-store"
    return response


def _ordered(request: TownRequest, ideas: IdeaQuerySet, form: FilterForm) -> tuple[IdeaQuerySet, Start | None]:
    order = form.cleaned_data.get("sort") if form.is_bound else ""
    if order == "unterstuetzt":
        return ideas.most_supported(), None
    place = {name: request.GET.get(name, "")[:40] for name in ("lon", "lat")}
    words = (form.cleaned_data.get("ort") or "") if form.is_bound else ""
    if order == "nah" or words or any(place.values()):
        start = starting_point(request.municipality, **place, query=words)
        return (ideas.nearest_to(start.point) if start.point else ideas.newest()), start
    return ideas.newest(), None


@require_safe
def detail(request: TownRequest, public_id: str) -> HttpResponse:
    """One idea, what the town says to it, what others say, and how far it is."""
    ideas = public_ideas(request).select_related("call", "municipality").with_anchor()
    idea: Any = ideas.filter(public_id=public_id).first()
    if idea is None:
        merged = Idea.objects.filter(municipality=request.municipality.pk, public_id=public_id, is_hidden=False)
        main = get_object_or_404(public_ideas(request), merged__in=merged.exclude(status="submitted"))
        return redirect("ideas:detail", public_id=main.public_id)
    phase = phase_of(idea.call)
    photos = IdeaPhoto.objects.visible_to(ANONYMOUS)
    context = {
        "idea": idea,
        "only": [idea],
        "where": describe_point(request.municipality, idea.anchor),
        "photos": photos.of_idea(idea),
        "steps": idea.milestones.prefetch_related(Prefetch("photos", photos, to_attr="shown")),
        "threads": threads_of(idea),
        "merged": idea.merged.filter(is_hidden=False).exclude(status="submitted").order_by("received_on", "pk"),
        "phase": phase,
        "may_support": allows(Action.SUPPORT, phase),
        "may_comment": allows(Action.COMMENT, phase),
    }
    return render(request, "ideas/detail.html", context)


def threads_of(idea: Idea) -> CommentQuerySet:
    """Return the comments that everybody may read here, oldest first, each with its answers (two queries)."""
    shown = Comment.objects.visible_to(ANONYMOUS).shown_at(idea).order_by("created_at", "pk")
    return shown.filter(parent=None).prefetch_related(Prefetch("answers", shown, to_attr="shown"))


@require_safe
def call(request: TownRequest, public_id: str) -> HttpResponse:
    """A call: what it asks for, where, in which phase it is, and what came in."""
    found = get_object_or_404(public_calls(request).prefetch_related("phases"), public_id=public_id)
    phase = phase_of(found)
    ideas = public_ideas(request).filter(call=found)
    ballot = Ballot.objects.filter(call=found).first() if phase in (Phase.DECIDE, Phase.REALISE, Phase.CLOSED) else None
    context = {
        "call": found,
        "ballot": ballot,
        "only": [found],
        "phase": phase,
        "phases": _timeline(found, phase),
        "ideas": ideas.newest()[:12],
        "count": ideas.count(),
        "may_submit": allows(Action.SUBMIT, phase),
    }
    return render(request, "ideas/call.html", context)


def _timeline(call: Call, phase: Phase) -> list[dict[str, object]]:
    """Return the phases in order with their days and whether they are past, running or coming."""
    rows = sorted(call.phases.all(), key=lambda row: SCHEDULED.index(Phase(row.phase)))
    place = next((n for n, row in enumerate(rows) if row.phase == phase), -1 if phase == Phase.PLANNED else len(rows))
    return [
        {"row": row, "when": "past" if n < place else "running" if n == place else "coming"}
        for n, row in enumerate(rows)
    ]
