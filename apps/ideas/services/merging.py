"""Similar ideas become one, and two again when that was wrong. They are linked, never moved (ADR 20)."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.geo.editing import ChangeRefused, apply_edit, lock_for_edit
from apps.ideas import notifications
from apps.ideas.models import Idea
from apps.ideas.phases import Action, require, role_of
from apps.ideas.services.handling import let_contacts_die
from apps.ideas.services.supporting import recount_supports


@transaction.atomic
def merge_ideas(*, idea: Idea, main: Idea, actor: User | None, version: int | None = None) -> Idea:
    """Let ``idea`` go on in ``main``: its supporters count there, each person once, and its author is told.

    No chains: an idea that has taken others in cannot be merged itself. Raises ``StaleEdit`` and ``ChangeRefused``.
    """
    if idea.pk == main.pk:
        raise ChangeRefused(_("Das ist dieselbe Idee."))
    with history(actor):
        idea, main = _locked(idea, main, version=version)
        if idea.municipality_id != main.municipality_id:
            raise ChangeRefused(_("Die andere Idee gehört zu einer anderen Gemeinde."))
        for one in (idea, main):
            require(Action.MERGE, one.call, role_of(actor, one.municipality_id))
        if idea.merged_into_id:
            raise ChangeRefused(_("Diese Idee ist schon zusammengeführt."))
        if main.merged_into_id:
            raise ChangeRefused(_("Die andere Idee ist selbst schon mit einer weiteren zusammengeführt."))
        if idea.merged.exists():
            raise ChangeRefused(_("Zu dieser Idee gehören schon andere. Führen Sie bitte die andere hierher zusammen."))
        if not main.is_public:
            raise ChangeRefused(_("Die andere Idee ist nicht öffentlich: Dort könnte niemand weiterlesen."))
        apply_edit(idea, {"merged_into": main})
        recount_supports(main)
        let_contacts_die(main)
        notifications.tell_author(idea, f"merged-{idea.version}", "merged", main=main)
        notifications.tell_author(main, f"joined-{idea.pk}-{idea.version}", "joined", other=idea)
        return idea


@transaction.atomic
def undo_merge(*, idea: Idea, actor: User | None, version: int | None = None) -> Idea:
    """Take a merge back: the idea stands alone again, as it was, with its own supporters."""
    with history(actor):
        main = Idea.objects.filter(merged=idea).first()
        if main is None:
            raise ChangeRefused(_("Diese Idee steht schon für sich."))
        idea, main = _locked(idea, main, version=version)
        require(Action.MERGE, idea.call, role_of(actor, idea.municipality_id))
        if idea.merged_into_id != main.pk:
            raise ChangeRefused(_("Diese Idee steht schon für sich."))
        apply_edit(idea, {"merged_into": None})
        for one in (idea, main):
            recount_supports(one)
            let_contacts_die(one)
        notifications.tell_author(idea, f"unmerged-{idea.version}", "unmerged", main=main)
        return idea


def _locked(idea: Idea, main: Idea, *, version: int | None) -> tuple[Idea, Idea]:
    """Lock both, always in the same order, so that two merges of the same pair never wait for each other."""
    rows = {}
    for one in sorted((idea, main), key=lambda row: row.pk):
        rows[one.pk] = lock_for_edit(one, version=version if one.pk == idea.pk else None)
    return rows[idea.pk], rows[main.pk]
