"""The desk shows how the realisation goes on, joins ideas that mean the same, and parts them again."""

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from apps.accounts.access import staff_act
from apps.accounts.requests import StaffRequest
from apps.contributions.photos import PhotoRefused
from apps.geo.editing import posted_version
from apps.geo.ids import PATTERN
from apps.geo.refusals import said_above
from apps.ideas import services
from apps.ideas.desk.acting import act, find_idea, notes_at, work_page
from apps.ideas.desk.forms import MergeForm, MilestoneForm
from apps.ideas.models import Comment, Idea
from apps.ideas.querysets import KEEPERS


@staff_act(*KEEPERS)
def add_step(request: StaffRequest, public_id: str) -> HttpResponse:
    """Show one step of the realisation to everybody."""
    idea = find_idea(request, public_id)
    form = MilestoneForm(request.POST, request.FILES, auto_id="schritt_%s")
    if not form.is_valid():
        return work_page(request, idea, step_form=form)
    values = form.cleaned_data
    photo = values.pop("photo")

    def do() -> object:
        return services.add_milestone(idea=idea, actor=request.user, photos=[photo] if photo else [], **values)

    try:
        return act(request, idea, do, _("Der Schritt ist öffentlich."), step_form=form)
    except PhotoRefused as refusal:
        form.add_error("photo", str(refusal))
        return work_page(request, idea, step_form=form)


@staff_act(*KEEPERS)
def remove_step(request: StaffRequest, public_id: str, step: str) -> HttpResponse:
    """Take a step back that was wrong."""
    idea = find_idea(request, public_id)
    milestone = get_object_or_404(idea.milestones, public_id=step)
    return act(
        request,
        idea,
        lambda: services.remove_milestone(milestone=milestone, actor=request.user),
        _("Der Schritt ist entfernt."),
    )


@staff_act(*KEEPERS)
def merge(request: StaffRequest, public_id: str) -> HttpResponse:
    """Let this idea go on in another one."""
    idea = find_idea(request, public_id)
    form = MergeForm(request.POST)
    if not form.is_valid():
        return work_page(request, idea, merge_form=form)
    named = re.findall(PATTERN, form.cleaned_data["main"].lower())
    ideas = Idea.objects.visible_to(request.user).filter(municipality=request.municipality.pk)
    main = ideas.filter(public_id=named[-1]).first() if named else None
    if main is None:
        form.add_error("main", _("Diese Idee kennen wir nicht."))
        return work_page(request, idea, merge_form=form)
    return act(
        request,
        idea,
        lambda: services.merge_ideas(idea=idea, main=main, actor=request.user, version=posted_version(request)),
        _("Die Ideen sind zusammengeführt. Wer diese hatte, bekommt Bescheid."),
        merge_form=form,
    )


@staff_act(*KEEPERS)
def unmerge(request: StaffRequest, public_id: str) -> HttpResponse:
    """Take a merge back."""
    idea = find_idea(request, public_id)
    return act(
        request,
        idea,
        lambda: services.undo_merge(idea=idea, actor=request.user, version=posted_version(request)),
        _("Die Ideen stehen wieder für sich."),
    )


@staff_act(*KEEPERS)
def moderate(request: StaffRequest, public_id: str, comment: str) -> HttpResponse:
    """Let everybody read a comment, or nobody."""
    idea = find_idea(request, public_id)
    found = get_object_or_404(Comment.objects.shown_at(idea), public_id=comment)
    with said_above(request):
        services.moderate_comment(comment=found, actor=request.user, state=request.POST.get("state", ""))
        messages.success(request, _("Gespeichert."))
    if request.POST.get("next") == "desk":
        return redirect("ideas:desk")
    return redirect("ideas:desk_work", public_id=public_id)


@staff_act(*KEEPERS)
def settle(request: StaffRequest, public_id: str, note: int) -> HttpResponse:
    """What somebody reported was looked at."""
    idea = find_idea(request, public_id)
    services.settle_abuse(note=get_object_or_404(notes_at(idea), pk=note))
    messages.success(request, _("Der Hinweis ist erledigt."))
    return redirect("ideas:desk_work", public_id=public_id)
