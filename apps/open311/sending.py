"""Handing a report over by Open311: a message of the outbox, with its lease, its retries and its place on the desk."""

import datetime as dt
import json

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.departments.models import Department
from apps.geo.audience import ANONYMOUS
from apps.geo.degrees import to_degrees
from apps.open311 import georeport, services
from apps.open311.attributes import fitting
from apps.open311.models import RemoteRequest, ServiceCode
from apps.open311.transport import NotAllowed
from apps.outbox.channels import Refused, TryLater
from apps.outbox.models import Message
from apps.outbox.services import enqueue
from apps.places.links import public_url
from apps.reports.answered import given_answers, told_inside
from apps.reports.handovers.letters import key_of, words_for_outside
from apps.reports.handovers.ways import Way
from apps.reports.models import Handover, Report, ReportPhoto

CHANNEL = "open311"
DESCRIPTION_LIMIT = 4000  # GeoReport v2, POST requests
#: Clocks of two houses differ.
SLACK = dt.timedelta(hours=24)


def _reaches(report: Report, department: Department) -> bool:
    return ServiceCode.objects.filter(
        endpoint__department=department, endpoint__is_active=True, category=report.category_id
    ).exists()


def _tell(handover: Handover, text: str) -> Message:
    return enqueue(
        municipality=handover.municipality,
        channel=CHANNEL,
        recipient=handover.department.name,
        subject=_("Open311: Meldung %(ref)s") % {"ref": handover.report.reference},
        # Keys only: what is sent is read when it is sent, and text of people lies in one place less.
        body=json.dumps({"handover": handover.pk, "again": bool(text)}),
        dedupe_key=f"report-{handover.report.public_id}-{key_of(handover, 'open311')}",
        reference=handover.report.public_id,
    )


WAY = Way(CHANNEL, gettext_lazy("Open311"), _reaches, _tell)


def deliver(message: Message) -> None:
    """Hand one report to its body's endpoint; the outbox's channel (``outbox.channels.register_channel``).

    Called again after a crash: what has a number or a token is there; what may be there is looked for first.
    """
    handover = services.handover_to_send(json.loads(message.body)["handover"])
    if handover is None or not handover.is_open:
        return  # the town has given it elsewhere in the meantime: nothing to say any more
    code = services.code_for(handover)
    if code is None:
        raise Refused(_("Die Schnittstelle ist abgeschaltet, oder die Kategorie hat keinen service_code."))
    endpoint = code.endpoint
    remote = services.begin_request(handover=handover, endpoint=endpoint)
    if remote.service_request_id or remote.token:
        return
    try:
        taken = _already_there(remote, handover, code) or georeport.post_request(endpoint, _fields(handover, code))
    except (georeport.Rejected, NotAllowed) as refusal:
        services.note_failure(endpoint=endpoint, reason=str(refusal))
        raise Refused(str(refusal)) from None
    except (georeport.Unreachable, georeport.NoSense) as failure:
        services.note_failure(endpoint=endpoint, reason=str(failure))
        raise TryLater(str(failure)) from None
    services.note_success(endpoint=endpoint)
    services.record_taken(remote=remote, taken=taken)


def _already_there(remote: RemoteRequest, handover: Handover, code: ServiceCode) -> georeport.Taken | None:
    """Return the number under which an earlier attempt has reached the body; None on the first attempt."""
    if remote.asked_at is None:
        services.note_asked(remote=remote, at=timezone.now())
        return None
    since = remote.asked_at - SLACK
    try:
        number = georeport.find_request(code.endpoint, code=code.code, words=handover.report.reference, since=since)
    except (georeport.Rejected, georeport.NoSense):
        return None  # it cannot list its requests: rather twice than never
    return georeport.Taken(number, "") if number else None


def _fields(handover: Handover, code: ServiceCode) -> dict[str, str | list[str]]:
    """Return what is sent: the thing, its place, what was answered, its pictures. Never who reported it."""
    report = handover.report
    there = to_degrees(report.point)
    head = _("Meldung %(ref)s: %(category)s") % {"ref": report.reference, "category": report.category.name}
    answers = [f"{question} {answer}" for question, answer in told_inside(report)]
    picture, *more = _pictures_of(report) or [""]
    # The standard has room for one picture: the others are addresses below the words, and never cut in half.
    foot = "\n".join(["", _("Weitere Fotos:"), *more]) if more else ""
    words = "\n".join([head, words_for_outside(report), *answers])
    fields: dict[str, str | list[str]] = {
        "service_code": code.code,
        "lat": f"{there.y:.6f}",
        "long": f"{there.x:.6f}",
        "address_string": report.address,
        "description": words[: DESCRIPTION_LIMIT - len(foot)] + foot,
    }
    if given := given_answers(report):
        fields |= fitting(georeport.attributes_of(code.endpoint, code.code), given)
    if picture:
        fields["media_url"] = picture
    return fields


def _pictures_of(report: Report) -> list[str]:
    """Return the public addresses of the photos that everybody may see, in their order.

    Whoever knows such an address can open it, and other houses publish it: so only what is released, covered where
    needed, under the address that stops answering when the photo or its report is taken back.
    """
    photos = ReportPhoto.objects.visible_to(ANONYMOUS).filter(report=report).order_by("position", "pk")
    return [
        public_url(report.municipality, reverse("reports:photo", args=[report.public_id, photo.public_id, "gross"]))
        for photo in photos
    ]
