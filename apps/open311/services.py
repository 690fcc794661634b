"""Every change of an endpoint and of what is under way there."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.departments.models import Category, Department
from apps.open311.georeport import RemoteState, Taken
from apps.open311.models import Endpoint, RemoteRequest, ServiceCode
from apps.open311.sealing import seal
from apps.open311.statuses import MEANINGS, Meaning
from apps.reports.handovers import answering
from apps.reports.models import Agreement, Handover

#: A state is asked for so often; after failures twice as late each time, up to the cap.
POLL_EVERY = dt.timedelta(minutes=15)
POLL_CAP = dt.timedelta(hours=6)


@transaction.atomic
def save_connection(
    *,
    department: Department,
    remind_after_days: int,
    escalate_after_days: int,
    url: str,
    jurisdiction_id: str,
    api_key: str,
    forget_key: bool,
    is_active: bool,
    codes: Mapping[Category, str],
    answers_in: str = Endpoint.Format.JSON,
) -> Endpoint | None:
    """Set how a body outside is reached. Without ``url`` by mail alone; an empty ``api_key`` keeps the stored one."""
    Agreement.objects.update_or_create(
        department=department,
        defaults={
            "municipality": department.municipality,
            "remind_after_days": remind_after_days,
            "escalate_after_days": escalate_after_days,
        },
    )
    endpoint = Endpoint.objects.select_for_update().filter(department=department).first()
    if not url:
        if endpoint and not endpoint.requests.exists():
            endpoint.delete()
        elif endpoint:
            Endpoint.objects.filter(pk=endpoint.pk).update(is_active=False)
        return None
    if endpoint is None:
        endpoint = Endpoint(municipality=department.municipality, department=department)
    elif endpoint.url != url and not api_key:
        forget_key = True  # a key is for the house that it was given for
    endpoint.url, endpoint.jurisdiction_id, endpoint.is_active = url, jurisdiction_id, is_active
    endpoint.answers_in = answers_in
    if api_key or forget_key:
        endpoint.api_key_sealed = seal(api_key)
    endpoint.save()
    endpoint.codes.all().delete()
    ServiceCode.objects.bulk_create(
        ServiceCode(municipality=department.municipality, endpoint=endpoint, category=category, code=code)
        for category, code in codes.items()
        if code
    )
    return endpoint


def handover_to_send(handover_id: int) -> Handover | None:
    """Return a handover with all that is sent of it."""
    return (
        Handover.objects.select_related("department", "municipality", "report__category", "report__municipality")
        .defer("report__search_text")
        .filter(pk=handover_id)
        .first()
    )


def code_for(handover: Handover) -> ServiceCode | None:
    """Return the body's word for the report's category with its endpoint; None when there is none (any more)."""
    return (
        ServiceCode.objects.select_related("endpoint")
        .filter(
            endpoint__department=handover.department_id,
            endpoint__is_active=True,
            category=handover.report.category_id,
        )
        .first()
    )


def begin_request(*, handover: Handover, endpoint: Endpoint) -> RemoteRequest:
    """Return the row of a handover at an endpoint."""
    return RemoteRequest.objects.get_or_create(handover=handover, defaults={"endpoint": endpoint})[0]


def note_asked(*, remote: RemoteRequest, at: dt.datetime) -> None:
    """Write down, before it happens, that the body is asked: a crash then cannot make a double."""
    RemoteRequest.objects.filter(pk=remote.pk, asked_at=None).update(asked_at=at)


def note_success(*, endpoint: Endpoint) -> None:
    """The endpoint has answered as the standard says."""
    Endpoint.objects.filter(pk=endpoint.pk).update(last_success_at=timezone.now(), failures=0, last_error="")


def note_failure(*, endpoint: Endpoint, reason: str) -> None:
    """The endpoint has not answered, or with something else."""
    Endpoint.objects.filter(pk=endpoint.pk).update(
        last_failure_at=timezone.now(), failures=F("failures") + 1, last_error=reason[:300]
    )


@transaction.atomic
def record_taken(*, remote: RemoteRequest, taken: Taken) -> None:
    """The body has the report, under a number or for now under a token."""
    remote.service_request_id, remote.token = taken.service_request_id, taken.token
    remote.next_poll_at = timezone.now() + POLL_EVERY
    remote.failures, remote.last_error = 0, ""
    remote.save(update_fields=["service_request_id", "token", "next_poll_at", "failures", "last_error"])
    if taken.service_request_id:
        answering.confirm_arrival(handover=remote.handover, number=taken.service_request_id)


@transaction.atomic
def record_state(*, remote: RemoteRequest, state: RemoteState | None, at: dt.datetime) -> bool:
    """Follow what the body says of a request; True when something changed. The same state twice changes nothing.

    ``state`` None: the body does not know the number (any more).
    """
    remote = RemoteRequest.objects.select_for_update(of=("self",)).select_related("handover__report").get(pk=remote.pk)
    remote.next_poll_at, remote.failures, remote.last_error = at + POLL_EVERY, 0, ""
    changed = False
    if state is None:
        remote.last_error = _("Die Gegenstelle kennt die Nummer nicht.")
    elif state.status not in MEANINGS:
        remote.last_error = _("Unbekannter Stand „%(status)s“.") % {"status": state.status}
    elif state.status != remote.status:
        remote.status = state.status
        changed = _follow(remote.handover, state, at)
    remote.save(update_fields=["next_poll_at", "failures", "last_error", "status"])
    return changed


def _follow(handover: Handover, state: RemoteState, at: dt.datetime) -> bool:
    meaning, status = MEANINGS[state.status]
    try:
        if meaning is Meaning.AT_WORK:
            answering.take_over(handover=handover, text=state.notes, at=at)
        elif meaning is Meaning.ENDED and status is not None:
            answering.report_done(handover=handover, text=state.notes, status=status, at=at)
        elif meaning is Meaning.NOT_THEIRS:
            answering.refuse(handover=handover, text=state.notes, at=at)
        else:
            return False
    except answering.HandoverOver:
        return False
    return True


@transaction.atomic
def postpone_poll(*, remotes: list[RemoteRequest], reason: str, at: dt.datetime) -> None:
    """The endpoint did not answer: ask for these later."""
    for remote in remotes:
        wait: Any = min(POLL_EVERY * 2 ** min(remote.failures, 10), POLL_CAP)
        RemoteRequest.objects.filter(pk=remote.pk).update(
            next_poll_at=at + wait, failures=F("failures") + 1, last_error=reason[:300]
        )
