"""An idea comes in, from a citizen or through somebody of the town who writes it down: one door for all channels."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.contributions.contact import ContactData
from apps.contributions.idempotency import payload_hash, store_once
from apps.contributions.uploads import take_over
from apps.geo.editing import ChangeRefused
from apps.ideas import notifications
from apps.ideas.codes import Channel, Status
from apps.ideas.links import give_status_token
from apps.ideas.models import SHAPES, Call, Contact, Idea, IdeaPhoto, rules_of
from apps.ideas.phases import Action, NotNow, Role, require, role_of
from apps.places.models import AdministrativeArea, Municipality


class OutsideArea(ChangeRefused):
    """The place does not touch where ideas are asked for. Its text may be shown."""


def submit_idea(
    *,
    municipality: Municipality,
    actor: User | None,
    values: dict[str, Any],
    call: Call | None = None,
    idempotency_key: uuid.UUID | None = None,
    contact: ContactData | None = None,
    draft: uuid.UUID | None = None,
    photos: Sequence[str] = (),
    with_receipt: bool = True,
    at: dt.datetime | None = None,
) -> Idea:
    """Store an idea that reached the town; unless the town's rules say otherwise only its keepers see it yet.

    ``values`` are the form's fields and exactly one of ``point``, ``line``, ``area`` in the storage CRS. What came over
    the web has no ``actor``; every other channel is entered by staff. ``photos`` are tokens of uploads in ``draft``.
    A key that comes again returns the earlier idea (``KeyReused`` with another payload). ``NotNow`` when the call does
    not collect, ``OutsideArea`` off its ground, ``PhotosGone`` when a named photo is not there any more.
    """
    by_citizen = actor is None and values.get("channel") == Channel.WEB
    key, contact = idempotency_key or uuid.uuid4(), contact or ContactData()
    geometry = next((values[shape] for shape in SHAPES if values.get(shape)), None)
    hashed = payload_hash(
        {
            **{name: str(value) for name, value in sorted(values.items()) if name not in SHAPES},
            "shape": geometry.wkt if geometry else "",
            "call": call.public_id if call else "",
            "contact": [contact.email, contact.name, contact.phone, contact.wants_updates],
            "photos": list(photos),
        }
    )

    def store() -> Idea:
        rules = rules_of(municipality)
        if by_citizen and call is None and not rules.accepts_outside_calls:
            raise NotNow(_("Zurzeit werden nur Ideen zu einem laufenden Aufruf angenommen."))
        role = Role.CITIZEN if by_citizen else role_of(actor, municipality.pk)
        require(Action.SUBMIT if by_citizen else Action.ENTER, call, role, at=at)
        check_ground(municipality, call, geometry, at=at)
        status = Status.SUBMITTED if rules.ideas_wait or not by_citizen else Status.PUBLISHED
        with history(actor):
            idea = Idea(
                municipality=municipality,
                call=call,
                status=status,
                idempotency_key=key,
                payload_hash=hashed,
                **values,
            )
            if by_citizen:
                give_status_token(idea)
            idea.save(force_insert=True)
        if draft and photos:
            pictures = take_over(municipality=municipality, draft=draft, tokens=photos)
            IdeaPhoto.objects.bulk_create(IdeaPhoto(idea=idea, **picture) for picture in pictures)
        if contact:
            kept = Contact.objects.create(idea=idea, **vars(contact))
            if kept.wants_updates and with_receipt:
                notifications.tell_received(idea, kept)
        return idea

    idea, _created = store_once(
        Idea, municipality=municipality, key=key, hashed=hashed, store=store, refusals=(ChangeRefused,)
    )
    return idea


def check_ground(
    municipality: Municipality, call: Call | None, geometry: GEOSGeometry | None, *, at: dt.datetime | None = None
) -> None:
    """Raise ``OutsideArea`` unless the geometry touches the call's area, or without a call the town. One statement."""
    if geometry is None:
        return
    if call is not None:
        if not Call.objects.filter(pk=call.pk, area__intersects=geometry).exists():
            raise OutsideArea(
                _("Dieser Ort liegt nicht im Gebiet des Aufrufs „%(call)s“. Bitte wählen Sie einen Ort darin.")
                % {"call": call.title}
            )
        return
    boundary = AdministrativeArea.objects.filter(municipality=municipality, kind="municipality")
    boundary = boundary.valid_on(timezone.localdate(at))
    if not boundary.filter(area__intersects=geometry).exists() and boundary.exists():
        raise OutsideArea(
            _("Dieser Ort liegt nicht in %(town)s. Bitte wählen Sie einen Ort darin.") % {"town": municipality}
        )
