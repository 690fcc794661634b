"""Named views of the inbox: saved, put in order, made the start, deleted."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.departments.models import Department
from apps.geo.editing import ChangeRefused
from apps.places.models import Municipality
from apps.reports.models import DefaultView, SavedView

#: Views that one person may keep in a town; each is a count on the page.
MAX_VIEWS = 20
#: Who may put a view before everybody in town.
SHARES_WITH_TOWN = ("supervisor", "administrator")


def save_view(
    *,
    municipality: Municipality,
    owner: User,
    name: str,
    query: str,
    sharing: str,
    department: Department | None = None,
) -> SavedView:
    """Keep a filter (a checked query string) under a name, unique for its owner.

    Raises ``ChangeRefused`` for a name that is taken, a department that is not the owner's, too many views, or sharing
    with the town without the role for it.
    """
    if sharing == SavedView.Sharing.TOWN and not owner.has_role(municipality.pk, *SHARES_WITH_TOWN):
        raise ChangeRefused(_("Für alle teilen kann nur die Leitung oder die Verwaltung der Plattform."))
    if department is not None and not Department.objects.of(owner, municipality.pk).filter(pk=department.pk).exists():
        raise ChangeRefused(_("Teilen können Sie nur mit Ihrer eigenen Stelle."))
    mine = SavedView.objects.filter(municipality=municipality, owner=owner)
    if mine.count() >= MAX_VIEWS:
        raise ChangeRefused(_("Mehr als %(n)d Ansichten lassen sich nicht speichern.") % {"n": MAX_VIEWS})
    last = mine.order_by("-order").values_list("order", flat=True).first() or 0
    try:
        with transaction.atomic():
            return SavedView.objects.create(
                municipality=municipality,
                owner=owner,
                name=name,
                query=query,
                sharing=sharing,
                department=department if sharing == SavedView.Sharing.DEPARTMENT else None,
                order=last + 1,
            )
    except IntegrityError as error:
        raise ChangeRefused(_("Eine Ansicht mit diesem Namen haben Sie schon.")) from error


@transaction.atomic
def move_view(*, view: SavedView, actor: User, up: bool) -> None:
    """Change the place of an own view with its neighbour; at the end nothing happens."""
    own = SavedView.objects.filter(municipality=view.municipality, owner=actor)
    mine = list(own.order_by("order", "pk").select_for_update())
    here = next((place for place, other in enumerate(mine) if other.pk == view.pk), None)
    if here is None:
        raise ChangeRefused(_("Ordnen können Sie nur Ihre eigenen Ansichten."))
    there = here - 1 if up else here + 1
    if 0 <= there < len(mine):
        mine[here], mine[there] = mine[there], mine[here]
    for place, other in enumerate(mine, start=1):
        other.order = place
    SavedView.objects.bulk_update(mine, ["order"])


def delete_view(*, view: SavedView, actor: User) -> None:
    """Delete a view: its owner's, or (for the administration) any that is shared."""
    administers = actor.has_role(view.municipality_id, "administrator") and view.sharing != SavedView.Sharing.OWN
    if view.owner_id != actor.pk and not administers:
        raise ChangeRefused(_("Löschen kann diese Ansicht nur, wer sie gespeichert hat."))
    view.delete()


def set_default_view(*, municipality: Municipality, user: User, view: SavedView | None) -> None:
    """Let the person's inbox open with a view, or (None) with everything."""
    if view is None:
        DefaultView.objects.filter(municipality=municipality, user=user).delete()
    else:
        DefaultView.objects.update_or_create(municipality=municipality, user=user, defaults={"view": view})
