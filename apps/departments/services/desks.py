"""Bodies, their desks and the people who work there."""

from collections.abc import Iterable

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.history import history
from apps.accounts.leaving import tell_left
from apps.accounts.models import User
from apps.departments.models import Department, Jurisdiction, Membership, Organisation
from apps.geo.editing import ChangeRefused
from apps.geo.layers import MapLayer, all_layers
from apps.geo.versions import advance_version
from apps.places.models import Municipality


@transaction.atomic
def create_organisation(
    *, municipality: Municipality, actor: User | None, code: str, name: str, kind: str, is_external: bool
) -> Organisation:
    """Add a body that answers for something in the town."""
    with history(actor, action="create_organisation"):
        return Organisation.objects.create(
            municipality=municipality, code=code, name=name, kind=kind, is_external=is_external
        )


@transaction.atomic
def create_department(
    *,
    municipality: Municipality,
    actor: User | None,
    organisation: Organisation,
    code: str,
    name: str,
    email: str = "",
    phone: str = "",
) -> Department:
    """Add a desk. The first one of a town becomes its triage desk, so that every report has somewhere to go."""
    with history(actor, action="create_department"):
        is_first = not _locked(municipality.pk).exists()
        return Department.objects.create(
            municipality=municipality,
            organisation=organisation,
            code=code,
            name=name,
            email=email,
            phone=phone,
            is_triage=is_first,
        )


@transaction.atomic
def update_department(
    *,
    department: Department,
    actor: User | None,
    organisation: Organisation,
    name: str,
    email: str,
    phone: str,
    is_active: bool,
) -> Department:
    """Change a desk; its code stays, because it is public. Raises ``ChangeRefused`` for closing one still needed."""
    with history(actor, action="update_department"):
        kept = _locked(department.municipality_id).get(pk=department.pk)
        if kept.is_active and not is_active:
            _refuse_if_needed(kept)
        renamed = kept.name != name
        kept.organisation, kept.name, kept.email, kept.phone, kept.is_active = (
            organisation,
            name,
            email,
            phone,
            is_active,
        )
        kept.save()
        if renamed:
            for layer in layers_showing(Department):
                advance_version(layer.model, kept.municipality_id)
        return kept


@transaction.atomic
def move_triage(*, department: Department, actor: User | None) -> None:
    """Make the department its town's triage desk instead of the present one; a closed one raises ``ChangeRefused``."""
    with history(actor, action="move_triage"):
        desks = _locked(department.municipality_id)
        if not desks.get(pk=department.pk).is_active:
            raise ChangeRefused(_("Eine geschlossene Stelle kann nicht Eingangsstelle sein."))
        desks.filter(is_triage=True).exclude(pk=department.pk).update(is_triage=False)
        desks.filter(pk=department.pk).update(is_triage=True)


@transaction.atomic
def set_members(*, department: Department, actor: User | None, users: Iterable[User]) -> None:
    """Let exactly these people work at the desk. Each must hold a role in the town, or ``ChangeRefused`` is raised.

    What lay with somebody who leaves is nobody's again (``accounts.leaving``).
    """
    with history(actor, action="set_members"):
        _locked(department.municipality_id).get(pk=department.pk)
        wanted = {user.pk for user in users}
        staff = User.objects.filter(pk__in=wanted, roles__municipality=department.municipality_id).distinct().count()
        if staff != len(wanted):
            raise ChangeRefused(_("Nur Personen mit einer Aufgabe in Ihrer Gemeinde können einer Stelle angehören."))
        now = set(Membership.objects.filter(department=department).values_list("user_id", flat=True))
        Membership.objects.filter(department=department, user__in=now - wanted).delete()
        Membership.objects.bulk_create(
            Membership(department=department, user_id=user_id) for user_id in sorted(wanted - now)
        )
        tell_left(now - wanted, actor=actor)


def layers_showing(model: type[models.Model]) -> list[MapLayer]:
    """Return the layers with a public field that is read through a foreign key to ``model``."""
    return [layer for layer in all_layers() if any(_passes(layer.model, field.path, model) for field in layer.fields)]


def _passes(start: type[models.Model], path: str, model: type[models.Model]) -> bool:
    here = start
    for step in path.split("__")[:-1]:
        here = here._meta.get_field(step).related_model  # type: ignore[assignment]
        if here is model:
            return True
    return False


def _locked(municipality_id: int) -> "models.QuerySet[Department]":
    """Return the town's departments after locking the town, so that two administrators change them one by one."""
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality_id)
    return Department.objects.filter(municipality=municipality_id)


def _refuse_if_needed(department: Department) -> None:
    if department.is_triage:
        raise ChangeRefused(_("Die Eingangsstelle kann nicht geschlossen werden. Bestimmen Sie zuerst eine andere."))
    today = timezone.localdate()
    named = Q(executor=department) | Q(owner=department) | Q(copy_to=department)
    rules = Jurisdiction.objects.filter(named).exclude(valid_to__lte=today).count()
    if rules:
        raise ChangeRefused(
            ngettext(
                "Eine Zuständigkeit nennt diese Stelle noch. Ändern Sie zuerst die Zuständigkeit.",
                "%(count)d Zuständigkeiten nennen diese Stelle noch. Ändern Sie zuerst die Zuständigkeiten.",
                rules,
            )
            % {"count": rules}
        )
