"""The form "Stellung nehmen". Every press of a button stores what is typed before anything is judged.

What is stored lies under the draft's number, which stands in the page's address: a reload, a late submit or the back
button show it again, with enclosures, with and without JavaScript.
"""

import datetime as dt
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import throttle
from apps.consultations.models import Consultation
from apps.consultations.phases import Action, Role, may
from apps.contributions.idempotency import KeyReused
from apps.contributions.limits import HOUR, TooMany, admit, admit_upload, may_mail_receipt, take
from apps.contributions.photos import PhotoRefused
from apps.geo.audience import ANONYMOUS
from apps.geo.drawn_check import measure
from apps.geo.drawn_forms import answer_drawn
from apps.geo.editing import ChangeRefused
from apps.geo.untrusted import whole_number
from apps.places.requests import TownRequest
from apps.statements.attachments import MOST, AttachmentRefused, drop_attachment, keep_attachment, said_name
from apps.statements.codes import Sender
from apps.statements.forms import DRAWN_TYPES, PlaceForm, ReferenceForm, WordsForm, typed_in
from apps.statements.links import status_token
from apps.statements.models import Draft, Invitation, Statement
from apps.statements.place_words import name_place, picture_of
from apps.statements.rounds import phase_of_body, round_at
from apps.statements.services import drafts
from apps.statements.services.submission import submit_statement

FILES = "new_files"
#: Shapes that one connection may have measured in an hour: each corner drawn asks once.
SHAPES_AN_HOUR = 2_000
#: Drafts that one connection may begin in an hour; a whole school may sit behind one.
DRAFTS_AN_HOUR = 300


@dataclass
class Occasion:
    """Who may say something about what: anybody about a consultation, or an invited body behind its link."""

    consultation: Consultation
    invitation: Invitation | None = None
    token: str = ""

    def may(self, action: Action, at: dt.datetime) -> bool:
        """Does the table allow it to whoever this is?"""
        if self.invitation is None:
            return may(action, self.consultation, at=at, role=Role.PUBLIC)
        return may(action, self.consultation, at=at, role=Role.BODY, phase=phase_of_body(self.invitation, at))

    def address(self, number: uuid.UUID | None) -> str:
        if self.invitation:
            return reverse("statements:invited", args=[self.token])
        name, args = ("statements:draft", [number]) if number else ("statements:new", [])
        return reverse(name, args=[self.consultation.public_id, *args])


@dataclass
class Taken:
    """What one POST led to: the draft, the forms as they were judged, and sentences about files."""

    draft: Draft
    words: WordsForm
    place: PlaceForm
    reference: ReferenceForm
    refusals: list[str] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        return bool(self.refusals or self.place.errors or self.reference.errors)


def public_consultation(request: TownRequest, public_id: str) -> Consultation:
    """Return a published consultation of the town with its periods; 404 for every other."""
    shown = Consultation.objects.visible_to(ANONYMOUS).filter(municipality=request.municipality)
    found: Consultation = get_object_or_404(
        shown.select_related("municipality").prefetch_related("periods"), public_id=public_id
    )
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: TownRequest, public_id: str, number: uuid.UUID | None = None) -> HttpResponse:
    """The form of everybody, new or with what was typed before."""
    occasion = Occasion(public_consultation(request, public_id))
    if request.method == "POST":
        return take_post(request, occasion, number or _number_in(request))
    draft = find_draft(occasion, number)
    if number and draft is None:
        sent = Statement.objects.filter(idempotency_key=number, consultation=occasion.consultation).first()
        if sent and (token := status_token(sent)):
            return redirect("statements:receipt", token=token)
        return redirect(occasion.address(None))
    return show(request, occasion, number or uuid.uuid4(), draft)


def find_draft(occasion: Occasion, number: uuid.UUID | None) -> Draft | None:
    """Return the draft of that number for this consultation."""
    return Draft.objects.filter(number=number, consultation=occasion.consultation).first() if number else None


def _number_in(request: TownRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("number", ""))
    except ValueError:
        return uuid.uuid4()


def take_post(request: TownRequest, occasion: Occasion, number: uuid.UUID) -> HttpResponse:
    """Keep what came, then do what the button says."""
    consultation = occasion.consultation
    sent = Statement.objects.filter(idempotency_key=number, consultation=consultation).first()
    if sent is None and Draft.objects.filter(number=number).exclude(consultation=consultation).exists():
        number = uuid.uuid4()
    step = request.POST.get("step", "save")
    if sent is not None:
        # The same form again: its draft is gone, its statement is there.
        token = status_token(sent)
        return redirect("statements:receipt", token=token) if token else redirect(occasion.address(None))
    if find_draft(occasion, number) is None and not _may_begin(request):
        notice = _(
            "Von Ihrem Anschluss kamen gerade sehr viele Entwürfe. Bitte senden Sie in einer Stunde noch einmal."
        )
        return show(request, occasion, number, None, typed=typed_in(request.POST), status=429, notice=notice)
    taken = _keep(request, occasion, number)
    _remove(request.POST.get("remove", ""), taken.draft)
    if step == "send" and not taken.is_refused:
        return _send(request, occasion, taken)
    if taken.is_refused:
        taken.words.errors.clear()
        return show(request, occasion, number, taken.draft, taken, status=400)
    anchor = {"place": "orte", "reference": "bezuege", "files": "anlagen"}.get(step, "")
    return redirect(occasion.address(number) + (f"#{anchor}" if anchor else ""))


def _may_begin(request: TownRequest) -> bool:
    """Count a new draft of this connection: what is typed is kept for a week, so a robot could fill the database."""
    return take("statement-draft", throttle.client_of(request), limit=DRAFTS_AN_HOUR, seconds=HOUR)


def _keep(request: TownRequest, occasion: Occasion, number: uuid.UUID) -> Taken:
    """Store words, files, place and passage of a POST; what cannot be taken stays typed and gets its sentence."""
    consultation = occasion.consultation
    values = typed_in(request.POST)
    place = PlaceForm(consultation.municipality, request.POST)
    reference = ReferenceForm(consultation, request.POST)
    draft = drafts.keep_draft(consultation=consultation, number=number, values=values)
    taken = Taken(draft, WordsForm(request.POST), place, reference)
    done: set[str] = set()
    if place.is_valid():
        shape = place.cleaned_data["geometry"]
        if shape is not None and not drafts.add_place(draft=draft, geometry=shape):
            taken.refusals.append(_("Mehr als %(n)d Orte sind nicht möglich.") % {"n": drafts.MAX_PLACES})
        done |= {"shape", "place_address"}
    if reference.is_valid():
        paper = reference.cleaned_data["document"]
        if paper and not drafts.add_reference(
            draft=draft, document=paper.public_id, page=reference.cleaned_data["page"]
        ):
            taken.refusals.append(_("Mehr als %(n)d Bezüge sind nicht möglich.") % {"n": drafts.MAX_REFERENCES})
        done |= {"document", "page"}
    values = {name: "" if name in done else value for name, value in values.items()}
    drafts.keep_draft(consultation=consultation, number=number, values=values)
    taken.refusals += _take_files(request, draft)
    draft.refresh_from_db()
    return taken


def _take_files(request: TownRequest, draft: Draft) -> list[str]:
    refusals = []
    for upload in request.FILES.getlist(FILES)[: MOST + 1]:
        try:
            admit_upload(request)
            keep_attachment(draft=draft, upload=upload)
        except (AttachmentRefused, PhotoRefused, TooMany) as refusal:
            name = said_name(upload.name)[:60] or _("Datei")
            refusals.append(_("%(file)s: %(sentence)s") % {"file": name, "sentence": refusal})
    return refusals


def _remove(wish: str, draft: Draft) -> None:
    name, _colon, key = wish.partition(":")
    if name == "attachment":
        drop_attachment(draft=draft, public_id=key[:12])
    elif name in ("places", "references") and (index := whole_number(key, most=999)) is not None:
        drafts.remove_entry(draft=draft, name=name, index=index)
        draft.refresh_from_db()


def _send(request: TownRequest, occasion: Occasion, taken: Taken) -> HttpResponse:
    words, draft = taken.words, taken.draft
    if not words.is_valid():
        return show(request, occasion, draft.number, draft, taken, status=400)
    try:
        admit(request, "statement", key=draft.number, trust=words.trust(draft.number))
        who = words.who()
        submitted = submit_statement(
            consultation=occasion.consultation,
            text=words.cleaned_data["text"],
            key=draft.number,
            who=who,
            draft=draft,
            with_copy=words.cleaned_data["with_copy"],
            with_receipt=not who.email or may_mail_receipt(who.email),
            kind=Sender.AUTHORITY if occasion.invitation else Sender.PUBLIC,
            invitation=occasion.invitation,
        )
    except (TooMany, ChangeRefused, KeyReused) as refusal:
        status = refusal.status if isinstance(refusal, TooMany) else 409
        return show(request, occasion, draft.number, draft, taken, status=status, notice=str(refusal))
    return redirect("statements:receipt", token=submitted.token)


def show(
    request: TownRequest,
    occasion: Occasion,
    number: uuid.UUID,
    draft: Draft | None,
    taken: Taken | None = None,
    *,
    status: int = 200,
    notice: str = "",
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    """Show the form with what the draft holds; after a refusal the forms that say what to correct."""
    consultation, now = occasion.consultation, timezone.now()
    values: Any = dict(draft.values) if draft else dict(typed or {})
    values["with_copy"] = bool(values.get("with_copy"))
    if occasion.invitation and not draft and not typed:
        values["organisation"] = occasion.invitation.authority.name
    shapes = [GEOSGeometry(shape) for shape in draft.places] if draft else []
    papers = {paper.public_id: paper.title for paper in consultation.documents.all()}
    references = [(papers.get(public, ""), page) for public, page in draft.references] if draft else []
    town = consultation.municipality
    stays = taken is not None and taken.is_refused
    context = {
        "consultation": consultation,
        "occasion": occasion,
        "round": round_at(consultation, now),
        "may_send": occasion.may(Action.SUBMIT, now),
        "number": number,
        "action": occasion.address(None) if draft is None else occasion.address(number),
        "is_saved": draft is not None,
        "form": taken.words if taken else WordsForm(initial=values),
        "place": taken.place if stays and taken and taken.place.errors else PlaceForm(town, initial=values),
        "reference": taken.reference
        if stays and taken and taken.reference.errors
        else _reference(consultation, values),
        "places": [name_place(shape) for shape in shapes],
        "picture": picture_of(consultation.area, shapes) if shapes else None,
        "references": references,
        "attachments": list(draft.attachments.all()) if draft else [],
        "room": MOST - (draft.attachments.count() if draft else 0),
        "refusals": taken.refusals if taken else [],
        "notice": notice,
        "plan": plan_outline(consultation),
    }
    response = render(request, "statements/write.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "same-origin"
    if (number and draft) or occasion.invitation:
        response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _reference(consultation: Consultation, values: dict[str, Any]) -> ReferenceForm:
    return ReferenceForm(consultation, initial={name: values.get(name, "") for name in ("document", "page")})


def plan_outline(consultation: Consultation) -> dict[str, object]:
    """Return the plan's area as GeoJSON (CRS84), to see and to snap to; one statement."""
    if consultation.area is None:
        return {"type": "FeatureCollection", "features": []}
    feature = {
        "type": "Feature",
        "properties": {"title": consultation.title, "kind": "plan"},
        "geometry": json.loads(measure(consultation.area).geojson),
    }
    return {"type": "FeatureCollection", "features": [feature]}


@require_POST
def check_shape(request: TownRequest) -> HttpResponse:
    """Say how large a drawing is and what is wrong with it; stores nothing."""
    if not take("statement-shape", throttle.client_of(request), limit=SHAPES_AN_HOUR, seconds=HOUR):
        return HttpResponse(status=429)
    return answer_drawn(request, allowed=DRAWN_TYPES)
