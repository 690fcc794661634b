"""The form "Idee einreichen": words, place and photos; then a look at it with similar ideas; then the receipt.

The server keeps nothing between the screens: every answer carries what was typed before in hidden fields.
"""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.contributions.idempotency import KeyReused
from apps.contributions.limits import TooMany, admit, may_mail_receipt
from apps.contributions.photo_form import take_photos
from apps.contributions.refused import show_refused
from apps.contributions.tokens import hash_token
from apps.contributions.uploads import PhotosGone
from apps.contributions.wrong_links import NoSuchLink, counting_wrong_links
from apps.geo.degrees import to_degrees
from apps.geo.drawn_forms import answer_drawn
from apps.geo.editing import ChangeRefused
from apps.ideas import services
from apps.ideas.forms import PLACES, ProposalForm, SendForm
from apps.ideas.links import status_token
from apps.ideas.models import Call, Idea, rules_of
from apps.ideas.pages import private, public_calls, public_id_in
from apps.ideas.phases import Action, allows, phase_of
from apps.ideas.similar import find_similar
from apps.places.requests import TownRequest


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: TownRequest) -> HttpResponse:
    """Show the screen that is due. POST's ``step`` says which button was pressed."""
    town = request.municipality
    if not town:
        raise Http404
    if request.method != "POST":
        call = public_calls(request).filter(public_id=public_id_in(request.GET.get("aufruf"))).first()
        form = ProposalForm(town, initial={"key": uuid.uuid4(), "call": call.public_id if call else ""})
        return _details(request, form, call)
    step = request.POST.get("step", "")
    taken = take_photos(request, town, is_final=step == "send")
    form = ProposalForm(town, taken.data)
    call = public_calls(request).filter(public_id=public_id_in(taken.data.get("call"))).first()
    if step in ("details", "photos") or taken.removed or taken.refusals:
        return _details(request, ProposalForm(town, initial=form.typed()), call, refusals=taken.refusals)
    if not form.is_valid():
        return _details(request, form, call)
    return _send(request, form, call) if step == "send" else _check(request, form, call)


@require_POST
def check_shape(request: HttpRequest) -> HttpResponse:
    """Say how large a drawing is and what is wrong with it; stores nothing."""
    return answer_drawn(request, allowed=PLACES)


def _details(request: TownRequest, form: ProposalForm, call: Call | None, **context: object) -> HttpResponse:
    phase = phase_of(call)
    is_open = allows(Action.SUBMIT, phase)
    if call is None:
        is_open = rules_of(request.municipality).accepts_outside_calls
    context = {"form": form, "call": call, "is_open": is_open, "calls": public_calls(request).collecting(), **context}
    if call:
        context["ground"] = _ground(call)
    status = 400 if (form.is_bound and form.errors) or context.get("refusals") else 200
    return render(request, "ideas/new/details.html", context, status=status)


def _ground(call: Call) -> dict[str, object]:
    """Return the area of a call as the outline that the drawing shows (GeoJSON, WGS 84)."""
    shape = to_degrees(call.area)
    geometry = {"type": "MultiPolygon", "coordinates": shape.coords}
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"name": call.title}, "geometry": geometry}],
    }


def _check(
    request: TownRequest,
    form: ProposalForm,
    call: Call | None,
    contact: SendForm | None = None,
    too_many: TooMany | None = None,
    **context: object,
) -> HttpResponse:
    """Show what will be sent, and what others had in mind nearby."""
    data, town = form.cleaned_data, request.municipality
    try:
        services.check_ground(town, call, data["geometry"])
    except ChangeRefused as refusal:
        return _refused(request, form, call, refusal)
    contact = contact or SendForm()
    words = f"{data['title']} {data['text']}"
    context = {
        "form": form,
        "call": call,
        "contact": contact,
        "similar": find_similar(municipality=town.pk, geometry=data["geometry"], words=words),
        **context,
    }
    if too_many:
        return show_refused(request, "ideas/new/check.html", context, too_many)
    return render(request, "ideas/new/check.html", context, status=400 if contact.errors else 200)


def _refused(request: TownRequest, form: ProposalForm, call: Call | None, refusal: ChangeRefused) -> HttpResponse:
    form.add_error("shape" if isinstance(refusal, services.OutsideArea) else None, str(refusal))
    return _details(request, form, call)


def _send(request: TownRequest, form: ProposalForm, call: Call | None) -> HttpResponse:
    contact = SendForm(request.POST)
    if not contact.is_valid():
        return _check(request, form, call, contact)
    data = form.cleaned_data
    try:
        admit(request, "idea", key=data["key"], trust=contact.trust(data["key"]))
    except TooMany as refusal:
        return _check(request, form, call, contact, too_many=refusal)
    who = contact.contact()
    try:
        idea = services.submit_idea(
            municipality=request.municipality,
            actor=None,
            values=form.values(),
            call=call,
            idempotency_key=data["key"],
            contact=who,
            with_receipt=not who.wants_updates or may_mail_receipt(who.email),
            draft=data["draft"],
            photos=data["photos"],
        )
    except ChangeRefused as refusal:
        return _refused(request, form, call, refusal)
    except PhotosGone as refusal:
        return _check(request, form.with_new_key(), call, contact, notice=str(refusal))
    except KeyReused:
        notice = _("Diese Idee haben Sie schon abgeschickt. Senden Sie noch einmal, wird daraus eine neue Idee.")
        return _check(request, form.with_new_key(), call, contact, notice=notice)
    return redirect("ideas:status", token=status_token(idea))


@counting_wrong_links
@require_safe
def status(request: HttpRequest, token: str) -> HttpResponse:
    """What whoever had the idea sees of it, also before publication. Reading changes nothing."""
    found = Idea.objects.filter(status_token_hash=hash_token(token)).select_related("municipality", "call")
    idea = found.select_related("merged_into").first()
    if idea is None:
        raise NoSuchLink
    context = {
        "idea": idea,
        "token": token,
        "link": request.build_absolute_uri(request.path),
        "photos": idea.photos.filter(milestone=None),
        "contact": getattr(idea, "contact", None),
    }
    return private(render(request, "ideas/status.html", context))
