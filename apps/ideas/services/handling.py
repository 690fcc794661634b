"""What keepers do with an idea: correct, publish, hide, answer. Each function is one transaction with its history."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.contributions.models import contact_dies_on
from apps.geo.editing import ChangeRefused, apply_edit, lock_for_edit
from apps.ideas import notifications
from apps.ideas.codes import ANSWERED, NEXT, Status
from apps.ideas.models import SHAPES, Contact, Idea, IdeaPhoto, SupportContact
from apps.ideas.phases import Action, require, role_of
from apps.ideas.services.submission import check_ground

#: With these the matter is closed: addresses live for a while longer and then die.
FINAL = (Status.REJECTED, Status.REALISED)


@transaction.atomic
def change_idea(*, idea: Idea, actor: User | None, version: int, values: dict[str, Any]) -> Idea:
    """Store an edit of texts, topic, channel and place. Raises ``StaleEdit``, ``NotNow``, ``OutsideArea``."""
    with history(actor):
        fresh = lock_for_edit(idea, version=version)
        _require(Action.EDIT, fresh, actor)
        geometry = next((values[shape] for shape in SHAPES if values.get(shape)), None)
        if geometry is not None and not geometry.equals_exact(fresh.shape, 0.001):
            check_ground(fresh.municipality, fresh.call, geometry)
        apply_edit(fresh, values)
        return fresh


@transaction.atomic
def publish_idea(*, idea: Idea, actor: User | None, version: int) -> Idea:
    """Let everybody see a submitted or hidden idea. Raises ``StaleEdit`` and ``ChangeRefused``."""
    with history(actor):
        fresh = lock_for_edit(idea, version=version)
        _require(Action.PUBLISH, fresh, actor)
        if fresh.is_public:
            raise ChangeRefused(_("Diese Idee ist schon veröffentlicht."))
        if fresh.merged_into_id:
            raise ChangeRefused(_("Diese Idee geht in einer anderen weiter. Trennen Sie die beiden zuerst."))
        is_new = fresh.status == Status.SUBMITTED
        apply_edit(fresh, {"status": Status.PUBLISHED if is_new else fresh.status, "is_hidden": False})
        if is_new:
            notifications.tell_author(fresh, "published", "published")
        return fresh


@transaction.atomic
def hide_idea(*, idea: Idea, actor: User | None, version: int, reason: str) -> Idea:
    """Take an idea from the public pages, or keep it from them; the reason goes into the note and the history."""
    with history(actor, reason=reason):
        fresh = lock_for_edit(idea, version=version)
        _require(Action.HIDE, fresh, actor)
        if fresh.is_hidden:
            raise ChangeRefused(_("Diese Idee ist nicht öffentlich."))
        note = "\n".join(filter(None, [fresh.internal_note, _("Verborgen: %(reason)s") % {"reason": reason}]))
        apply_edit(fresh, {"is_hidden": True, "internal_note": note[-2000:]})
        return fresh


@transaction.atomic
def answer_idea(*, idea: Idea, actor: User | None, version: int, status: str, official_answer: str) -> Idea:
    """Say officially what becomes of an idea, and tell whoever wants to know. ``StaleEdit`` and ``ChangeRefused``.

    The status may stay (the answer alone changes) or go where ``NEXT`` allows; a decision needs its reasons.
    """
    with history(actor):
        fresh = lock_for_edit(idea, version=version)
        _require(Action.ANSWER, fresh, actor)
        if status != fresh.status and status not in NEXT[fresh.status]:
            raise ChangeRefused(
                _("Von „%(old)s“ führt kein Weg zu „%(new)s“.")
                % {"old": fresh.get_status_display(), "new": Status(status).label}
            )
        if status in ANSWERED and not official_answer:
            raise ChangeRefused(_("Bitte begründen Sie die Entscheidung: Die Antwort steht öffentlich bei der Idee."))
        if apply_edit(fresh, {"status": status, "official_answer": official_answer}):
            let_contacts_die(fresh)
            if fresh.is_public:
                notifications.tell_everybody(fresh, f"answer-{fresh.version}", "answered")
        return fresh


def let_contacts_die(main: Idea) -> None:
    """Give the addresses of an idea and of those merged into it their day, or take it back when it goes on."""
    dies_on = contact_dies_on(timezone.localdate()) if main.status in FINAL else None
    ideas = [main.pk, *main.merged.values_list("pk", flat=True)]
    Contact.objects.filter(idea__in=ideas).update(dies_on=dies_on)
    SupportContact.objects.filter(support__idea__in=ideas).update(dies_on=dies_on)


@transaction.atomic
def review_photo(*, photo: IdeaPhoto, actor: User | None, state: str, alt: str = "") -> IdeaPhoto:
    """Release or hide one photo; ``alt`` (kept when empty) is what people hear who cannot see it."""
    if state not in (IdeaPhoto.State.RELEASED, IdeaPhoto.State.HIDDEN):
        raise ChangeRefused(_("Ein Foto kann freigegeben oder verborgen werden."))
    with history(actor):
        fresh = IdeaPhoto.objects.select_for_update().get(pk=photo.pk)
        fresh.state, fresh.alt = IdeaPhoto.State(state), alt or fresh.alt
        fresh.save(update_fields=["state", "alt"])
        return fresh


def _require(action: Action, idea: Idea, actor: User | None) -> None:
    require(action, idea.call, role_of(actor, idea.municipality_id))
