"""A sender's own pages behind secret links. Reading them changes nothing: mail scanners follow links."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.contributions.wrong_links import NoSuchLink, counting_wrong_links
from apps.geo.refusals import said_above
from apps.statements.attachments import send_attachment
from apps.statements.codes import Confirmation
from apps.statements.links import confirm_token, find_by_status, status_token, status_url
from apps.statements.models import Statement
from apps.statements.place_words import name_place, picture_of
from apps.statements.rounds import may_take_back
from apps.statements.services.standing import confirm_address, restore_statement, withdraw_statement


def private(response: HttpResponse) -> HttpResponse:
    """Stored and indexed by nobody, and its address is sent to nobody (threat W8)."""
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _own(token: str) -> Statement:
    statement = find_by_status(token)
    if statement is None:
        raise NoSuchLink
    return statement


@counting_wrong_links
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """What is shown after sending: the number, the moment, the secret link."""
    statement = _own(token)
    context = {"statement": statement, "token": token, "link": status_url(statement), **_shown(statement)}
    return private(render(request, "statements/receipt.html", context))


@counting_wrong_links
@require_safe
def status(request: HttpRequest, token: str) -> HttpResponse:
    """The statement as it was sent, where it stands, and what its sender may still do."""
    statement = _own(token)
    context = {
        "statement": statement,
        "token": token,
        "may_change": may_take_back(statement, timezone.now()),
        "last_day": statement.invitation.answers_until if statement.invitation else statement.period.ends_on,
        "result": getattr(statement, "result", None),
        **_shown(statement),
    }
    return private(render(request, "statements/status.html", context))


def _shown(statement: Statement) -> dict[str, object]:
    shapes = [place.shape for place in statement.places.all()]
    return {
        "consultation": statement.consultation,
        "sender": getattr(statement, "sender", None),
        "places": [name_place(shape) for shape in shapes],
        "picture": picture_of(statement.consultation.area, shapes) if shapes else None,
        "references": statement.references.select_related("document"),
        "attachments": statement.attachments.all(),
    }


@counting_wrong_links
@require_POST
def change(request: HttpRequest, token: str) -> HttpResponse:
    """Take back (``do=withdraw``) or give again (``do=restore``)."""
    statement = _own(token)
    wish = request.POST.get("do", "")
    with said_above(request):
        if wish == "withdraw":
            withdraw_statement(statement=statement)
            messages.success(request, _("Ihre Stellungnahme ist zurückgenommen."))
        elif wish == "restore":
            restore_statement(statement=statement)
            messages.success(request, _("Ihre Stellungnahme gilt wieder."))
    return redirect("statements:status", token=token)


@counting_wrong_links
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, public_id: str, token: str) -> HttpResponse:
    """The page behind the link in the mail. Only the press of its button confirms."""
    found = Statement.objects.select_related("consultation", "municipality").filter(public_id=public_id).first()
    if found is None or not constant_time_compare(confirm_token(found), token):
        raise NoSuchLink
    statement = found
    if request.method == "POST":
        confirm_address(statement=statement)
        return redirect("statements:status", token=status_token(statement))
    context = {
        "statement": statement,
        "consultation": statement.consultation,
        "is_confirmed": statement.confirmation == Confirmation.CONFIRMED,
        "status_token": status_token(statement),
    }
    return private(render(request, "statements/confirm.html", context))


@counting_wrong_links
@require_safe
def own_attachment(request: HttpRequest, token: str, attachment: str) -> HttpResponseBase:
    """What its sender enclosed, for saving."""
    return send_attachment(get_object_or_404(_own(token).attachments, public_id=attachment))
