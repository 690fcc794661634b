"""The form of an invited body behind its link: it opens until it was used once; opening it changes nothing."""

import base64
import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.contributions.tokens import derive_token
from apps.contributions.wrong_links import NoSuchLink, counting_wrong_links
from apps.places.requests import TownRequest
from apps.statements.codes import Channel
from apps.statements.links import find_invitation, status_token
from apps.statements.models import Invitation
from apps.statements.pages.own import private
from apps.statements.pages.writing import Occasion, find_draft, public_consultation, show, take_post


@counting_wrong_links
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: TownRequest, token: str) -> HttpResponse:
    """Show or take the form; afterwards say that the statement is there."""
    invitation = find_invitation(token)
    if invitation is None or invitation.municipality_id != request.municipality.pk:
        raise NoSuchLink
    number = draft_number(invitation)
    statement = getattr(invitation, "statement", None)
    if statement is not None or invitation.answered_at:
        # A letter was tied to it by a clerk, who may have erred: its words are shown to nobody here.
        token = status_token(statement) if statement is not None and statement.channel == Channel.WEB else ""
        context = {"invitation": invitation, "status_token": token}
        return private(render(request, "statements/answered.html", context))
    if invitation.expires_at <= timezone.now():
        return private(render(request, "statements/answered.html", {"invitation": invitation}, status=410))
    occasion = Occasion(public_consultation(request, invitation.period.consultation.public_id), invitation, token)
    if request.method == "POST":
        return take_post(request, occasion, number)
    return show(request, occasion, number, find_draft(occasion, number))


def draft_number(invitation: Invitation) -> uuid.UUID:
    """Return the one draft that an invitation has: one link, one statement."""
    secret = derive_token("statement-invitation-draft", invitation.public_id)
    return uuid.UUID(bytes=base64.b32decode(secret.upper() + "=" * 6))
