"""The desk of calls for ideas, and the town's rules."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_act, staff_form, staff_page
from apps.accounts.requests import StaffRequest
from apps.geo.drawn_forms import answer_drawn
from apps.geo.editing import posted_version
from apps.geo.refusals import said_above, said_at
from apps.ideas import services
from apps.ideas.desk.forms import CallForm, RulesForm
from apps.ideas.models import Call, rules_of
from apps.ideas.querysets import KEEPERS, CallQuerySet

PLANNERS = ("planner", "administrator")


@staff_page(*KEEPERS)
def calls(request: StaffRequest) -> HttpResponse:
    """Every call of the town, the newest first."""
    may_edit = request.user.has_role(request.municipality.pk, *PLANNERS)
    context = {"calls": _calls(request).order_by("-created_at", "-pk"), "may_edit": may_edit}
    return render(request, "ideas/desk_calls.html", context)


@staff_form(*PLANNERS)
def add_call(request: StaffRequest) -> HttpResponse:
    """Prepare a call."""
    return _edit(request, None, CallForm(request.POST or None))


@staff_form(*PLANNERS)
def edit_call(request: StaffRequest, public_id: str) -> HttpResponse:
    """Change a call: words, area, days."""
    call = get_object_or_404(_calls(request), public_id=public_id)
    return _edit(request, call, CallForm(request.POST or None, instance=call, geometry=call.area))


def _edit(request: StaffRequest, call: Call | None, form: CallForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with said_at(form, None):
            saved = services.save_call(
                municipality=request.municipality,
                actor=request.user,
                values=form.values(),
                starts=form.starts(),
                call=call,
                version=form.cleaned_data["version"] if call else None,
            )
            messages.success(request, _("Gespeichert."))
            return redirect("ideas:desk_call", public_id=saved.public_id)
    # The form has written what was typed into its instance: the page shows what is stored.
    stored = _calls(request).filter(pk=call.pk).first() if call else None
    context = {"form": form, "call": stored}
    return render(request, "ideas/desk_call.html", context, status=422 if form.errors else 200)


@staff_act(*PLANNERS)
def publish_call(request: StaffRequest, public_id: str) -> HttpResponse:
    """Let everybody see a call, or take it back."""
    call = get_object_or_404(_calls(request), public_id=public_id)
    published = request.POST.get("do") != "withdraw"
    with said_above(request):
        services.publish_call(call=call, actor=request.user, version=posted_version(request), published=published)
        done = _("Der Aufruf ist veröffentlicht.") if published else _("Der Aufruf ist nicht mehr öffentlich.")
        messages.success(request, done)
    return redirect("ideas:desk_call", public_id=public_id)


@staff_act(*PLANNERS)
def check_call_shape(request: StaffRequest) -> HttpResponse:
    """Say how large a drawing is and what is wrong with it; stores nothing."""
    return answer_drawn(request, allowed=CallForm.drawn_types)


@staff_form("administrator")
def rules(request: StaffRequest) -> HttpResponse:
    """How the town wants it: ideas outside calls, moderation before or after."""
    form = RulesForm(request.POST or None, instance=rules_of(request.municipality))
    if request.method == "POST" and form.is_valid():
        services.save_rules(municipality=request.municipality, actor=request.user, values=form.cleaned_data)
        messages.success(request, _("Gespeichert."))
        return redirect("ideas:desk_rules")
    return render(request, "ideas/desk_rules.html", {"form": form}, status=422 if form.errors else 200)


def _calls(request: StaffRequest) -> CallQuerySet:
    return Call.objects.visible_to(request.user).filter(municipality=request.municipality.pk)
