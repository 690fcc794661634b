"""Changes of the weighing: concerns, the copy without personal data, groups. Edits from an old state are refused."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.consultations.models import Consultation
from apps.consultations.phases import Action, require
from apps.geo.editing import ChangeRefused, apply_edit, lock_for_edit
from apps.statements.models import Group, Segment, Statement


@transaction.atomic
def add_segment(*, statement: Statement, actor: User | None, values: dict[str, object]) -> Segment:
    """Cut one concern out of a statement; ``values`` are fields of a ``Segment``."""
    with history(actor):
        Statement.objects.select_for_update().get(pk=statement.pk)
        require(Action.WEIGH, statement.consultation, at=timezone.now())
        last = statement.segments.aggregate(last=Max("position"))["last"]
        return Segment.objects.create(
            municipality_id=statement.municipality_id,
            statement=statement,
            position=0 if last is None else last + 1,
            **values,
        )


@transaction.atomic
def change_segment(*, segment: Segment, actor: User | None, version: int, values: dict[str, object]) -> Segment:
    """Store an edit of a concern. Raises ``StaleEdit``."""
    with history(actor):
        fresh = lock_for_edit(segment, version=version)
        require(Action.WEIGH, fresh.statement.consultation, at=timezone.now())
        apply_edit(fresh, values)
        return fresh


@transaction.atomic
def remove_segment(*, segment: Segment, actor: User | None, version: int) -> None:
    """Take a concern out again. Raises ``StaleEdit``; ``ChangeRefused`` once something was decided about it."""
    with history(actor):
        fresh = lock_for_edit(segment, version=version)
        if fresh.decision != fresh._meta.get_field("decision").default:
            raise ChangeRefused(_("Über diesen Belang ist schon entschieden. Setzen Sie ihn zuerst auf „noch offen“."))
        fresh.delete()


@transaction.atomic
def set_anonymised(*, statement: Statement, actor: User | None, version: int, text: str) -> Statement:
    """Store the copy without personal data beside the untouched original. Raises ``StaleEdit``."""
    with history(actor):
        fresh = lock_for_edit(statement, version=version)
        apply_edit(fresh, {"anonymised_text": text})
        return fresh


@transaction.atomic
def group_statements(*, consultation: Consultation, actor: User | None, title: str, numbers: list[int]) -> Group:
    """Put statements (their numbers) with essentially the same content into a new group."""
    with history(actor):
        require(Action.WEIGH, consultation, at=timezone.now())
        found = list(
            Statement.objects.select_for_update(of=("self",))
            .filter(consultation=consultation, number__in=numbers)
            .order_by("number")
        )
        if len(found) < 2:
            raise ChangeRefused(_("Eine Gruppe braucht mindestens zwei Stellungnahmen."))
        group = Group.objects.create(
            municipality_id=consultation.municipality_id, consultation=consultation, title=title
        )
        Statement.objects.filter(pk__in=[statement.pk for statement in found]).update(group=group)
        return group


@transaction.atomic
def dissolve_group(*, group: Group, actor: User | None) -> None:
    """Let the statements of a group stand alone again."""
    with history(actor):
        group.delete()
