"""Asking other houses what became of our reports."""

import datetime as dt
import logging

from apps.open311 import georeport, services
from apps.open311.models import Endpoint, RemoteRequest
from apps.open311.transport import NotAllowed
from apps.reports.models import Handover

logger = logging.getLogger("apps.open311")
#: Requests of one endpoint in one run; the others come with the next.
PER_RUN = 500


def poll_endpoints(*, at: dt.datetime) -> int:
    """Ask every active endpoint for the states that are due at ``at``; return how many reports moved.

    An endpoint that does not answer holds up no other.
    """
    return sum(_poll(endpoint, at) for endpoint in Endpoint.objects.filter(is_active=True).order_by("pk"))


def _poll(endpoint: Endpoint, at: dt.datetime) -> int:
    due = list(
        RemoteRequest.objects.filter(endpoint=endpoint, next_poll_at__lte=at, handover__state__in=Handover.OPEN)
        .exclude(service_request_id="", token="")
        .select_related("handover__report")
        .order_by("next_poll_at", "pk")[:PER_RUN]
    )
    moved = 0
    waiting = [remote for remote in due if not remote.service_request_id]
    numbered = [remote for remote in due if remote.service_request_id]
    try:
        for remote in waiting:
            number = georeport.number_behind(endpoint, remote.token)
            if number:
                services.record_taken(remote=remote, taken=georeport.Taken(number, remote.token))
            else:
                services.record_state(remote=remote, state=_still_a_token(), at=at)
        for start in range(0, len(numbered), georeport.AT_ONCE):
            batch = numbered[start : start + georeport.AT_ONCE]
            states = georeport.states_of(endpoint, [remote.service_request_id for remote in batch])
            for remote in batch:
                moved += services.record_state(remote=remote, state=states.get(remote.service_request_id), at=at)
    except (georeport.Rejected, georeport.NoSense, NotAllowed, georeport.Unreachable) as failure:
        services.note_failure(endpoint=endpoint, reason=str(failure))
        services.postpone_poll(remotes=due, reason=str(failure), at=at)
        logger.warning("endpoint %s could not be polled: %s", endpoint.pk, type(failure).__name__)
    else:
        if due:
            services.note_success(endpoint=endpoint)
    return moved


def _still_a_token() -> georeport.RemoteState:
    return georeport.RemoteState("", "open", "", "", None)
