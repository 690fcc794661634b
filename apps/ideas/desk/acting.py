"""The ideas' desk: enter what came by letter, counter or workshop; publish, answer, hide."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.access import staff_act, staff_form, staff_page
from apps.accounts.requests import StaffRequest
from apps.geo.drawn_forms import answer_drawn
from apps.geo.editing import ChangeRefused, StaleEdit, posted_version
from apps.ideas import services
from apps.ideas.desk.forms import AnswerForm, HideForm, IdeaForm, MergeForm, MilestoneForm, NewIdeaForm
from apps.ideas.models import AbuseNote, Call, Comment, Idea
from apps.ideas.phases import Action, Role, allows, phase_of
from apps.ideas.querysets import KEEPERS, IdeaQuerySet
from apps.ideas.similar import find_similar

PER_PAGE = 50


@staff_page(*KEEPERS)
def desk(request: StaffRequest) -> HttpResponse:
    """Every idea of the town; those that wait for publication first."""
    waiting = _ideas(request).waiting().order_by("received_on", "pk")
    others = Paginator(_ideas(request).exclude(pk__in=waiting.values("pk")).newest(), PER_PAGE)
    comments = Comment.objects.visible_to(request.user).filter(municipality=request.municipality.pk).waiting()
    notes = AbuseNote.objects.filter(municipality=request.municipality.pk, handled_at=None)
    context = {
        "waiting": waiting,
        "ideas": others.get_page(request.GET.get("seite")),
        "comments": comments.select_related("idea"),
        "notes": notes.select_related("idea", "comment"),
    }
    return render(request, "ideas/desk.html", context)


@staff_form(*KEEPERS)
def add(request: StaffRequest) -> HttpResponse:
    """Enter an idea for somebody."""
    town = request.municipality
    form = NewIdeaForm(Call.objects.filter(municipality=town, is_published=True).running(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            idea = services.submit_idea(
                municipality=town, actor=request.user, values=form.values(), call=form.cleaned_data["call"]
            )
        except ChangeRefused as refusal:
            form.add_error("shape" if isinstance(refusal, services.OutsideArea) else None, str(refusal))
        else:
            messages.success(request, _("Die Idee ist gespeichert. Veröffentlicht ist sie noch nicht."))
            return redirect("ideas:desk_work", idea.public_id)
    return render(request, "ideas/desk_form.html", {"form": form}, status=422 if form.errors else 200)


@staff_form(*KEEPERS)
def edit(request: StaffRequest, public_id: str) -> HttpResponse:
    """Change texts, topic and place."""
    idea = find_idea(request, public_id)
    form = IdeaForm(request.POST or None, instance=idea, geometry=idea.shape)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_idea(
                idea=idea, actor=request.user, version=form.cleaned_data["version"], values=form.values()
            )
        except StaleEdit as stale:
            form.show_stale(stale)
        except ChangeRefused as refusal:
            form.add_error("shape" if isinstance(refusal, services.OutsideArea) else None, str(refusal))
        else:
            messages.success(request, _("Gespeichert."))
            return redirect("ideas:desk_work", public_id)
    context = {"form": form, "idea": find_idea(request, public_id)}
    return render(request, "ideas/desk_form.html", context, status=422 if form.errors else 200)


@staff_page(*KEEPERS)
def work(request: StaffRequest, public_id: str) -> HttpResponse:
    """One idea with everything that can be done with it."""
    return work_page(request, find_idea(request, public_id))


def work_page(request: StaffRequest, idea: Idea, **forms: object) -> HttpResponse:
    """Show the idea with all that may be done to it in its phase; ``forms`` are those that were refused."""
    phase = phase_of(idea.call)
    similar = find_similar(
        municipality=idea.municipality_id,
        geometry=idea.shape,
        words=f"{idea.title} {idea.text}",
        actor=request.user,
        leave_out=idea.pk,
    )
    context = {
        "idea": idea,
        "phase": phase,
        "may": {action.value: allows(action, phase, Role.KEEPER) for action in Action},
        "photos": idea.photos.filter(milestone=None),
        "steps": idea.milestones.prefetch_related("photos"),
        "comments": Comment.objects.shown_at(idea).select_related("parent"),
        "notes": notes_at(idea).filter(handled_at=None).select_related("comment"),
        "merged": idea.merged.order_by("pk"),
        "similar": similar,
        "contact": getattr(idea, "contact", None),
        "answer_form": AnswerForm(idea=idea),
        "hide_form": HideForm(),
        "merge_form": MergeForm(),
        "step_form": MilestoneForm(initial={"day": timezone.localdate()}, auto_id="schritt_%s"),
        **forms,
    }
    return render(request, "ideas/desk_work.html", context, status=422 if forms else 200)


@staff_act(*KEEPERS)
def publish(request: StaffRequest, public_id: str) -> HttpResponse:
    """Let everybody see it."""
    idea = find_idea(request, public_id)
    return act(
        request,
        idea,
        lambda: services.publish_idea(idea=idea, actor=request.user, version=posted_version(request)),
        _("Die Idee ist veröffentlicht."),
    )


@staff_act(*KEEPERS)
def answer(request: StaffRequest, public_id: str) -> HttpResponse:
    """Official answer and status."""
    idea = find_idea(request, public_id)
    form = AnswerForm(request.POST, idea=idea)
    if not form.is_valid():
        return work_page(request, idea, answer_form=form)
    return act(
        request,
        idea,
        lambda: services.answer_idea(
            idea=idea, actor=request.user, version=posted_version(request), **form.cleaned_data
        ),
        _("Die Antwort ist gespeichert."),
        answer_form=form,
    )


@staff_act(*KEEPERS)
def hide(request: StaffRequest, public_id: str) -> HttpResponse:
    """Take it from the public pages, with a reason."""
    idea = find_idea(request, public_id)
    form = HideForm(request.POST)
    if not form.is_valid():
        return work_page(request, idea, hide_form=form)
    return act(
        request,
        idea,
        lambda: services.hide_idea(idea=idea, actor=request.user, version=posted_version(request), **form.cleaned_data),
        _("Die Idee ist nicht mehr öffentlich."),
        hide_form=form,
    )


@staff_act(*KEEPERS)
def check_shape(request: StaffRequest) -> HttpResponse:
    """Say how large a drawing is and what is wrong with it; stores nothing."""
    return answer_drawn(request, allowed=IdeaForm.drawn_types)


def act(request: StaffRequest, idea: Idea, do: Callable[[], object], said: str, **forms: object) -> HttpResponse:
    """Do it and come back; a refusal is shown above the form, with what was typed and the new state."""
    try:
        do()
    except ChangeRefused as refusal:
        return work_page(request, find_idea(request, idea.public_id), refused=str(refusal), **forms)
    messages.success(request, said)
    return redirect("ideas:desk_work", idea.public_id)


def _ideas(request: StaffRequest) -> IdeaQuerySet:
    return Idea.objects.visible_to(request.user).filter(municipality=request.municipality.pk)


def find_idea(request: StaffRequest, public_id: str) -> Idea:
    """Return an idea of the town that the person may read, or 404."""
    return get_object_or_404(_ideas(request).select_related("call", "municipality", "merged_into"), public_id=public_id)


def notes_at(idea: Idea) -> QuerySet[AbuseNote]:
    """Return what was reported on the page of an idea, with what goes on there."""
    return AbuseNote.objects.filter(Q(idea=idea) | Q(idea__merged_into=idea))
