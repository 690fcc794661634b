"""The work page of a statement: the untouched original, its copy without personal data, its concerns."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_act, staff_form, staff_page
from apps.accounts.requests import StaffRequest
from apps.contributions.photos import PhotoRefused
from apps.geo.drawn_forms import answer_drawn
from apps.geo.editing import StaleEdit, posted_version
from apps.geo.refusals import said_above, said_at
from apps.statements import attachments
from apps.statements.codes import STAFF, Channel
from apps.statements.desk.forms import AnonymisedForm, SegmentForm, TieForm
from apps.statements.desk.listing import places_on_map
from apps.statements.desk.reading import find_statement, statements_of
from apps.statements.forms import DRAWN_TYPES
from apps.statements.models import Statement
from apps.statements.pages.writing import plan_outline
from apps.statements.services import weighing
from apps.statements.services.authorities import tie_statement, untie_statement, waiting_invitations


@staff_form(*STAFF)
def work(request: StaffRequest, public_id: str, number: int) -> HttpResponse:
    """One statement; POST stores the copy without personal data."""
    statement = find_statement(request, public_id, number)
    first = {} if statement.anonymised_text else {"anonymised_text": statement.text}
    form = AnonymisedForm(request.POST or None, instance=statement, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            weighing.set_anonymised(
                statement=find_statement(request, public_id, number),
                actor=request.user,
                version=form.cleaned_data["version"],
                text=form.cleaned_data["anonymised_text"],
            )
        except StaleEdit as stale:
            form.show_stale(stale)
        else:
            messages.success(request, _("Die anonymisierte Fassung ist gespeichert."))
            return redirect("statements:desk_work", public_id, number)
    return _page(request, find_statement(request, public_id, number), form)


def _page(request: StaffRequest, statement: Statement, form: AnonymisedForm) -> HttpResponse:
    around = statements_of(request, statement.consultation)
    context = {
        "statement": statement,
        "consultation": statement.consultation,
        "form": form,
        "sender": getattr(statement, "sender", None),
        "segments": statement.segments.select_related("assignee"),
        "attachments": statement.attachments.all(),
        "references": statement.references.select_related("document"),
        "places": places_on_map(statement.consultation, [statement.pk]),
        "tie_form": _tie_form(statement),
        "before": around.filter(number__lt=statement.number).order_by("-number").first(),
        "after": around.filter(number__gt=statement.number).order_by("number").first(),
        "step": "list",
    }
    return render(request, "statements/desk/work.html", context, status=422 if form.errors else 200)


def _tie_form(statement: Statement) -> TieForm | None:
    """Return the form that ties a letter to an invitation; None when there is nothing to tie."""
    if statement.channel == Channel.WEB or statement.invitation is not None:
        return None
    waiting = waiting_invitations(statement.consultation).exists()
    return TieForm(statement.consultation, initial={"version": statement.version}) if waiting else None


@staff_act(*STAFF)
def tie(request: StaffRequest, public_id: str, number: int) -> HttpResponse:
    """Say whose answer a letter is (``do=tie``), or take that back (``do=untie``)."""
    statement = find_statement(request, public_id, number)
    form = TieForm(statement.consultation, request.POST)
    version = posted_version(request)
    with said_above(request):
        if request.POST.get("do") == "untie":
            untie_statement(statement=statement, actor=request.user, version=version)
            messages.success(request, _("Die Zuordnung ist gelöst. Auf die Stelle wird wieder gewartet."))
        elif form.is_valid():
            invitation = form.cleaned_data["invitation"]
            tie_statement(statement=statement, invitation=invitation, actor=request.user, version=version)
            messages.success(request, _("Zugeordnet. Die Stelle wird nicht mehr erinnert."))
        else:
            messages.error(request, _("Bitte wählen Sie eine Einladung, auf die noch niemand geantwortet hat."))
    return redirect("statements:desk_work", public_id, number)


@staff_form(*STAFF)
def segment(request: StaffRequest, public_id: str, number: int, segment_id: int | None = None) -> HttpResponse:
    """Write down a concern, or change it."""
    statement = find_statement(request, public_id, number)
    found = get_object_or_404(statement.segments, pk=segment_id) if segment_id else None
    place = found.place if found else getattr(statement.places.first(), "shape", None)
    form = SegmentForm(statement.municipality_id, request.POST or None, instance=found, geometry=place)
    if request.method == "POST" and form.is_valid():
        with said_at(form, None):
            if found is None:
                weighing.add_segment(statement=statement, actor=request.user, values=form.values())
            else:
                weighing.change_segment(
                    segment=found,
                    actor=request.user,
                    version=form.cleaned_data["version"],
                    values=form.values(),
                )
            messages.success(request, _("Der Belang ist gespeichert."))
            return redirect("statements:desk_work", public_id, number)
    context = {
        "statement": statement,
        "consultation": statement.consultation,
        "segment": found,
        "form": form,
        "plan": plan_outline(statement.consultation),
        "step": "list",
    }
    return render(request, "statements/desk/segment.html", context, status=422 if form.errors else 200)


@staff_act(*STAFF)
def remove_segment(request: StaffRequest, public_id: str, number: int, segment_id: int) -> HttpResponse:
    """Take an undecided concern out again."""
    found = get_object_or_404(find_statement(request, public_id, number).segments, pk=segment_id)
    version = posted_version(request)
    with said_above(request):
        weighing.remove_segment(segment=found, actor=request.user, version=version)
        messages.success(request, _("Der Belang ist entfernt."))
    return redirect("statements:desk_work", public_id, number)


@staff_act(*STAFF)
def check_shape(request: StaffRequest) -> HttpResponse:
    """Say how large a drawing is and what is wrong with it; stores nothing."""
    return answer_drawn(request, allowed=DRAWN_TYPES)


@staff_page(*STAFF)
def attachment(request: StaffRequest, public_id: str, number: int, attachment: str) -> Any:
    """What was enclosed, for saving; ``?fassung=geschwaerzt`` is the copy for others."""
    found = get_object_or_404(find_statement(request, public_id, number).attachments, public_id=attachment)
    return attachments.send_attachment(found, redacted=request.GET.get("fassung") == "geschwaerzt")


@staff_act(*STAFF)
def redact(request: StaffRequest, public_id: str, number: int, attachment: str) -> HttpResponse:
    """Put a redacted copy beside an enclosed file; the original stays as it came."""
    found = get_object_or_404(find_statement(request, public_id, number).attachments, public_id=attachment)
    upload = request.FILES.get("file")
    with said_above(request, attachments.AttachmentRefused, PhotoRefused):
        if upload is None:
            raise attachments.AttachmentRefused("empty")
        attachments.keep_redacted(attachment=found, upload=upload)
        messages.success(request, _("Die geschwärzte Fassung ist gespeichert. Das Original bleibt in der Akte."))
    return redirect("statements:desk_work", public_id, number)
