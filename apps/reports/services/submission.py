"""A report comes in: stored, routed and told to whom it concerns, in one transaction."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point
from django.utils import timezone

from apps.accounts.models import User
from apps.contributions.contact import ContactData
from apps.contributions.idempotency import payload_hash, store_once
from apps.departments.answers import AnswersRefused
from apps.departments.models import Category
from apps.departments.surroundings import look_around
from apps.geo.ids import public_id
from apps.places.models import Municipality
from apps.reports import changes, notifications
from apps.reports.answered import accept_answers
from apps.reports.deciding import decide_and_describe, target_day
from apps.reports.handovers.telling import hand_over
from apps.reports.links import give_status_token, status_token
from apps.reports.models import Contact, Event, Report
from apps.reports.photos import attach_photos
from apps.reports.transitions import Channel, Status


@dataclass(frozen=True)
class Submitted:
    """What a submission led to. ``created`` is False when the same POST had come before.

    ``trace`` is how the report was routed, as its first event tells it; None when the same POST had come before.
    """

    report: Report
    token: str
    created: bool
    trace: Mapping[str, Any] | None = None


def submit_report(
    *,
    municipality: Municipality,
    category: Category,
    point: Point,
    description: str,
    idempotency_key: uuid.UUID,
    answers: Mapping[str, object] | None = None,
    channel: str = Channel.WEB,
    contact: ContactData | None = None,
    about_ref: str = "",
    draft: uuid.UUID | None = None,
    photos: Sequence[str] = (),
    accuracy_m: float | None = None,
    side: str = "",
    with_receipt: bool = True,
    entered_by: User | None = None,
    at: dt.datetime | None = None,
) -> Submitted:
    """Store and route a report, and queue the messages about it, in one transaction.

    ``answers`` are those to the category's questions, by key (``AnswersRefused`` when they do not fit, and
    ``StoppedByAnswer`` when one of them ends the report).
    ``point`` is in the storage CRS, ``accuracy_m`` how exact it is; ``side`` answers the question that is asked near a
    border (``look_around``). ``photos`` are tokens of uploads in ``draft``; without
    ``with_receipt`` the first mail to the reporter is left out; ``entered_by`` is the member of staff who wrote it down
    for somebody. A key that comes again returns the earlier report; ``KeyReused`` with another payload, ``OutsideTown``
    outside the town, ``PhotosGone`` when a named photo is not there any more.
    """
    contact = contact or ContactData()
    hashed = payload_hash(
        {
            "category": category.code,
            "point": [round(point.x, 2), round(point.y, 2)],
            "description": description,
            "channel": str(channel),
            "about_ref": about_ref,
            "contact": [contact.email, contact.name, contact.phone, contact.wants_updates],
            **({"photos": list(photos)} if photos else {}),
            **({"answers": dict(answers)} if answers else {}),
            **({"side": side} if side else {}),
        }
    )
    at = at or timezone.now()
    trace: dict[str, object] = {}

    def store() -> Report:
        accepted = accept_answers(category, answers)
        given = accepted.get("given")
        routing, place = decide_and_describe(category, point, answers=given, at=at)
        around = look_around(category, point, routing, accuracy_m=accuracy_m, answers=given, chosen=side, at=at)
        routing = around.routing
        report = Report(
            public_id=public_id(),
            municipality=municipality,
            category=category,
            point=point,
            address=str(place)[:200],
            district=place.district,
            description=description,
            answers=accepted,
            channel=channel,
            executor=routing.executor,
            owner=routing.owner,
            copy_to=routing.copy_to,
            routing_reason=routing.reason[:500],
            about_ref=about_ref,
            due_on=target_day(category, municipality, at),
            created_at=at,
            idempotency_key=idempotency_key,
            payload_hash=hashed,
        )
        trace.update(routing.as_json() | around.as_json())
        give_status_token(report)
        report.save(force_insert=True)
        kept = Contact.objects.create(report=report, **vars(contact)) if contact else None
        if draft and photos:
            attach_photos(report=report, draft=draft, tokens=photos)
        changes.record(
            report,
            Event.Kind.SUBMITTED,
            actor=entered_by,
            at=at,
            is_public=True,
            data={"to": Status.SUBMITTED, "channel": str(channel), "trace": trace},
        )
        notifications.tell_submitted(report, kept if with_receipt else None)
        if report.executor.organisation.is_external:
            hand_over(report, at=at)
        return report

    report, created = store_once(
        Report,
        municipality=municipality,
        key=idempotency_key,
        hashed=hashed,
        store=store,
        refusals=(changes.ChangeRefused, AnswersRefused),
    )
    return Submitted(report, status_token(report), created, trace if created else None)
