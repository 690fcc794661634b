"""The mails about an idea: German, plain, to one recipient each, stored in the caller's transaction."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q
from django.template.loader import render_to_string

from apps.ideas.links import detail_url, status_url, support_url
from apps.ideas.models import Contact, Idea, Support, SupportContact
from apps.outbox.services import Letter, enqueue_all


def tell_received(idea: Idea, contact: Contact) -> None:
    """Confirm to whoever had the idea that it has arrived."""
    _send(idea, [_letter(idea, contact.email, "received", "received", status_url=status_url(idea))])


def tell_supporter(support: Support, email: str, *, day: dt.date) -> None:
    """Ask the owner of an address whether it was really them; at most one mail a day for one support."""
    key = f"support-{support.pk}-{day:%Y%m%d}"
    _send(support.idea, [_letter(support.idea, email, key, "support", link=support_url(support))])


def tell_everybody(idea: Idea, key: str, template: str, **context: object) -> None:
    """Queue a mail to all who had the idea or one that was merged into it, and to supporters who want news."""
    letters, seen = [], set()
    for reader, email, link in _readers(idea):
        if email.lower() not in seen:
            seen.add(email.lower())
            letters.append(_letter(idea, email, f"{key}-{reader}", template, link=link, **context))
    _send(idea, letters)


def tell_author(idea: Idea, key: str, template: str, **context: object) -> None:
    """Queue a mail to whoever had this idea, if they want to hear of it."""
    contact = Contact.objects.filter(idea=idea, wants_updates=True).first()
    if contact:
        _send(idea, [_letter(idea, contact.email, key, template, link=status_url(idea) or detail_url(idea), **context)])


def _readers(idea: Idea) -> Iterator[tuple[str, str, str]]:
    """Yield key, address and link; authors first, so that they keep their own link."""
    authors = Contact.objects.filter(Q(idea=idea) | Q(idea__merged_into=idea), wants_updates=True)
    for contact in authors.select_related("idea__municipality").order_by("pk"):
        yield f"author-{contact.pk}", contact.email, status_url(contact.idea) or detail_url(idea)
    supporters = SupportContact.objects.filter(
        Q(support__idea=idea) | Q(support__idea__merged_into=idea), wants_updates=True
    ).exclude(support__confirmed_at=None)
    for follower in supporters.select_related("support__idea", "support__municipality").order_by("pk"):
        yield f"supporter-{follower.pk}", follower.email, support_url(follower.support)


def _letter(idea: Idea, recipient: str, key: str, template: str, **context: object) -> Letter:
    """Render a template whose first line is the subject; ``key`` lets the mail exist once for the idea."""
    words = {"idea": idea, "town": idea.municipality, "page": detail_url(idea), **context}
    subject, _, body = render_to_string(f"ideas/mail/{template}.txt", words).lstrip().partition("\n")
    return Letter(
        recipient=recipient,
        subject=subject.strip(),
        body=body.strip() + "\n",
        dedupe_key=f"idea-{idea.public_id}-{key}",
        reference=idea.public_id,
    )


def _send(idea: Idea, letters: list[Letter]) -> None:
    enqueue_all(municipality=idea.municipality, letters=letters)
