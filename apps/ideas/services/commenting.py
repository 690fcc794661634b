"""Comments: written, answered, looked at before or after they appear, and reported when they should not stand there."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contributions.idempotency import payload_hash, store_once
from apps.geo.editing import ChangeRefused
from apps.ideas.models import AbuseNote, Comment, Idea, rules_of
from apps.ideas.phases import Action, Role, require, role_of


def add_comment(
    *,
    idea: Idea,
    text: str,
    name: str = "",
    parent: Comment | None = None,
    idempotency_key: uuid.UUID,
    actor: User | None = None,
    at: dt.datetime | None = None,
) -> Comment:
    """Store a comment, or an answer to one; an answer to an answer joins the same thread.

    An answer belongs where its thread belongs: on the page of the idea in which another goes on it is the other one's,
    so that both part again together. A keeper of ideas (``actor``) writes in the town's name and is seen at once.
    Everybody else waits where the town looks first. The same key again returns the earlier comment; ``NotNow`` outside
    the phases for it.
    """
    is_official = actor is not None and role_of(actor, idea.municipality_id) == Role.KEEPER
    thread = parent.parent if parent is not None and parent.parent_id else parent
    hashed = payload_hash({"idea": idea.public_id, "text": text, "name": name, "parent": thread and thread.public_id})

    def store() -> Comment:
        require(Action.COMMENT, idea.call, at=at)
        about = idea if thread is None else thread.idea
        if thread is not None and (idea.pk not in (about.pk, about.merged_into_id) or not thread.is_released):
            raise ChangeRefused(_("Dieser Kommentar steht nicht mehr hier."))
        waits = rules_of(idea.municipality_id).comments_wait and not is_official
        return Comment.objects.create(
            municipality_id=idea.municipality_id,
            idea=about,
            parent=thread,
            name="" if is_official else name,
            text=text,
            state=Comment.State.PENDING if waits else Comment.State.RELEASED,
            written_by=actor if is_official else None,
            is_official=is_official,
            idempotency_key=idempotency_key,
            payload_hash=hashed,
            created_at=at or timezone.now(),
        )

    comment, _created = store_once(
        Comment,
        municipality=idea.municipality_id,
        key=idempotency_key,
        hashed=hashed,
        store=store,
        refusals=(ChangeRefused,),
    )
    return comment


@transaction.atomic
def moderate_comment(*, comment: Comment, actor: User | None, state: str) -> Comment:
    """Let everybody read a comment, or nobody. What was reported about it is settled with that."""
    if state not in (Comment.State.RELEASED, Comment.State.HIDDEN):
        raise ChangeRefused(_("Ein Kommentar kann freigegeben oder verborgen werden."))
    if role_of(actor, comment.municipality_id) != Role.KEEPER:
        raise ChangeRefused(_("Das kann nur die Ideenstelle."))
    fresh = Comment.objects.select_for_update().get(pk=comment.pk)
    fresh.state = Comment.State(state)
    fresh.save(update_fields=["state"])
    AbuseNote.objects.filter(comment=fresh, handled_at=None).update(handled_at=timezone.now())
    return fresh


def report_abuse(
    *, idea: Idea, comment: Comment | None, reason: str, idempotency_key: uuid.UUID, at: dt.datetime | None = None
) -> AbuseNote:
    """Tell the keepers of ideas that something should not stand there. The same key again returns the earlier note.

    A note about a comment goes with it, when the idea is parted again from the one where it was read.
    """
    hashed = payload_hash({"idea": idea.public_id, "comment": comment.public_id if comment else "", "reason": reason})

    def store() -> AbuseNote:
        require(Action.REPORT, idea.call, at=at)
        return AbuseNote.objects.create(
            municipality_id=idea.municipality_id,
            idea=comment.idea if comment else idea,
            comment=comment,
            reason=reason,
            idempotency_key=idempotency_key,
            payload_hash=hashed,
        )

    note, _created = store_once(
        AbuseNote, municipality=idea.municipality_id, key=idempotency_key, hashed=hashed, store=store
    )
    return note


def settle_abuse(*, note: AbuseNote, at: dt.datetime | None = None) -> None:
    """A keeper has looked at it; a second time changes nothing."""
    AbuseNote.objects.filter(pk=note.pk, handled_at=None).update(handled_at=at or timezone.now())
