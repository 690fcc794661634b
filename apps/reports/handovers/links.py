"""The one secret link by which a body outside answers (threat W8): made for a mail, hashed in the database, mortal."""

import datetime as dt

from django.urls import reverse

from apps.contributions.tokens import derive_token, hash_token, known_token
from apps.places.links import public_url
from apps.reports.models import Handover, HandoverLink

_PURPOSE = "report-handover"
#: Longer than any reminder, so that the newest mail always holds a link that opens.
LINK_LIVES = dt.timedelta(days=45)


def link_for(handover: Handover, *, at: dt.datetime) -> str:
    """Return the absolute address of the answer page for a mail written at ``at``; the handover is locked.

    A link that still opens is used again and lives longer; an expired one stays expired, whoever may have found it.
    """
    latest = handover.links.order_by("-number").first()
    if latest and latest.expires_at > at:
        token = known_token(latest.token_hash, _PURPOSE, handover.public_id, latest.number)
        if token:
            HandoverLink.objects.filter(pk=latest.pk).update(expires_at=at + LINK_LIVES)
            return _address(handover, token)
    number = latest.number + 1 if latest else 1
    token = derive_token(_PURPOSE, handover.public_id, number)
    HandoverLink.objects.create(
        handover=handover, number=number, token_hash=hash_token(token), expires_at=at + LINK_LIVES
    )
    return _address(handover, token)


def find_link(token: str) -> HandoverLink | None:
    """Return the link behind a token with its handover and report; None when there never was one."""
    return (
        HandoverLink.objects.select_related(
            "handover__department__organisation",
            "handover__report__category",
            "handover__report__municipality",
            "handover__report__executor",
        )
        .defer("handover__report__search_text")
        .filter(token_hash=hash_token(token))
        .first()
    )


def _address(handover: Handover, token: str) -> str:
    return public_url(handover.municipality, reverse("reports:handover", args=[token]))
