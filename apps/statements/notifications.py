"""The mails about statements: German, plain, to one recipient each, stored in the caller's transaction."""

from django.template.loader import render_to_string
from django.urls import reverse

from apps.consultations.phases import Kind, kind_of
from apps.outbox.models import Message
from apps.outbox.services import enqueue
from apps.places.links import public_url
from apps.places.models import Municipality
from apps.statements.links import confirm_url, invitation_url, status_url
from apps.statements.models import Invitation, Statement


def tell_received(statement: Statement, *, email: str, with_copy: bool) -> Message:
    """Queue the receipt with the link that confirms the address, and the statement itself when a copy was wished."""
    return _send(
        statement.municipality,
        email,
        f"statement-{statement.public_id}-received",
        statement.public_id,
        "received",
        statement=statement,
        consultation=statement.consultation,
        confirm_url=confirm_url(statement),
        status_url=status_url(statement),
        with_copy=with_copy,
    )


def tell_invited(invitation: Invitation, *, again: bool = False) -> Message | None:
    """Queue the invitation of a body, or its reminder; None without an address."""
    if not invitation.authority.email:
        return None
    consultation = invitation.period.consultation
    key = "reminded" if again else "invited"
    return _send(
        invitation.municipality,
        invitation.authority.email,
        f"invitation-{invitation.public_id}-{key}",
        invitation.public_id,
        "invitation",
        invitation=invitation,
        consultation=consultation,
        link=invitation_url(invitation),
        page=public_url(invitation.municipality, reverse("consultations:detail", args=[consultation.public_id])),
        again=again,
        basis=" (§ 4 BauGB)" if kind_of(consultation) == Kind.FORMAL else "",
    )


def tell_result(statement: Statement, *, email: str, text: str) -> Message:
    """Queue the result of the weighing for one sender."""
    return _send(
        statement.municipality,
        email,
        f"statement-{statement.public_id}-result",
        statement.public_id,
        "result",
        statement=statement,
        consultation=statement.consultation,
        text=text,
    )


def _send(town: Municipality, recipient: str, key: str, reference: str, template: str, **context: object) -> Message:
    text = render_to_string(f"statements/mail/{template}.txt", {"town": town, **context})
    subject, _rest, body = text.lstrip().partition("\n")
    return enqueue(
        municipality=town,
        recipient=recipient,
        subject=subject.strip(),
        body=body.strip() + "\n",
        dedupe_key=key,
        reference=reference,
    )
