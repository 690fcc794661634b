"""The desk of a vote: sum, costs and checks, code letters, and how many have voted. Never for what."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.access import staff_act, staff_form
from apps.accounts.requests import StaffRequest
from apps.geo.editing import ChangeRefused
from apps.geo.refusals import said_at
from apps.ideas.ballot import preparing, voting
from apps.ideas.ballot.forms import BallotForm, CodesForm, ItemForm
from apps.ideas.ballot.letters import codes_as_pdf, codes_as_xlsx
from apps.ideas.ballot.models import Ballot
from apps.ideas.models.call import Call
from apps.ideas.models.idea import Idea
from apps.ideas.phases import Action, Role, allows, phase_of
from apps.places.links import public_url

PLANNERS = ("planner", "administrator")
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@staff_form(*PLANNERS)
def ballot(request: StaffRequest, public_id: str) -> HttpResponse:
    """Prepare the vote of a call, and see how many took part."""
    call = _call(request, public_id)
    found = Ballot.objects.filter(call=call).first()
    form = BallotForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] if found else None
        with said_at(form, None):
            preparing.save_ballot(call=call, actor=request.user, values=form.values(), version=version)
            messages.success(request, _("Gespeichert."))
            return redirect("ideas:desk_ballot", public_id=public_id)
    return _page(request, call, form=form)


def _page(request: StaffRequest, call: Call, *, form: BallotForm | None = None, **context: Any) -> HttpResponse:
    found = Ballot.objects.filter(call=call).first()
    phase = phase_of(call)
    ideas = Idea.objects.visible_to(request.user).public().filter(call=call).most_supported()
    items = {item.idea_id: item for item in found.items.all()} if found else {}
    refused = context.pop("refused_item", None)
    rows = []
    for idea in ideas:
        item = items.get(idea.pk)
        asked = {"cost_eur": item.cost_eur, "eligibility": item.eligibility, "reason": item.reason} if item else {}
        blank = ItemForm(initial=asked, auto_id=f"id_{idea.public_id}_%s")
        rows.append({"idea": idea, "item": item, "form": refused[1] if refused and refused[0] == idea else blank})
    context = {
        "call": call,
        "ballot": found,
        "form": form or BallotForm(instance=found),
        "rows": rows,
        "codes_form": context.pop("codes_form", None) or CodesForm(auto_id="codes_%s"),
        "phase": phase,
        "may_change": allows(Action.ASSESS, phase, Role.KEEPER),
        "turnout": voting.turnout(found) if found else None,
        **context,
    }
    is_refused = any(one is not None and one.errors for one in (form, context["codes_form"])) or refused
    return render(request, "ideas/ballot/desk.html", context, status=422 if is_refused else 200)


@staff_act(*PLANNERS)
def assess(request: StaffRequest, public_id: str, idea: str) -> HttpResponse:
    """Store cost and check of one idea."""
    call = _call(request, public_id)
    found = get_object_or_404(Ballot.objects.select_related("call"), call=call)
    about = get_object_or_404(Idea.objects.visible_to(request.user), call=call, public_id=idea)
    form = ItemForm(request.POST, auto_id=f"id_{about.public_id}_%s")
    if form.is_valid():
        with said_at(form, None):
            preparing.assess_idea(ballot=found, idea=about, actor=request.user, **form.cleaned_data)
            messages.success(request, _("Gespeichert."))
            return redirect("ideas:desk_ballot", public_id=public_id)
    return _page(request, call, refused_item=(about, form))


@staff_act(*PLANNERS)
def codes(request: StaffRequest, public_id: str) -> HttpResponse:
    """Make codes and hand them over once, as a table or as letters. The house keeps hashes only."""
    call = _call(request, public_id)
    found = get_object_or_404(Ballot.objects.select_related("call", "municipality"), call=call)
    form = CodesForm(request.POST, auto_id="codes_%s")
    if not form.is_valid():
        return _page(request, call, codes_form=form)
    ending = form.cleaned_data["ending"]
    try:
        made = preparing.print_codes(ballot=found, actor=request.user, number=form.cleaned_data["number"])
    except ChangeRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, call, codes_form=form)
    link = public_url(found.municipality, reverse("ideas:ballot", args=[call.public_id]))
    write = codes_as_pdf if ending == "pdf" else codes_as_xlsx
    response = HttpResponse(write(found, made, link), content_type=KINDS[ending])
    response["Content-Disposition"] = f'attachment; filename="codes-{call.public_id}.{ending}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _call(request: StaffRequest, public_id: str) -> Call:
    calls = Call.objects.visible_to(request.user).filter(municipality=request.municipality.pk)
    return get_object_or_404(calls.select_related("municipality"), public_id=public_id)
