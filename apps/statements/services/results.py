"""The result of the weighing reaches whoever spoke (§ 3 Abs. 2 Satz 6 BauGB), and the public without names."""

import datetime as dt
from collections import Counter

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.consultations.models import Consultation
from apps.consultations.phases import Action, require
from apps.consultations.services import count_public_change
from apps.geo.editing import ChangeRefused
from apps.statements import notifications
from apps.statements.codes import Channel, Confirmation, Decision
from apps.statements.models import Group, ProcedureFile, Result, Statement


def result_text(statement: Statement) -> str:
    """Return concern, decision and reasons of a statement, as its sender reads them."""
    parts = []
    for number, segment in enumerate(statement.segments.all(), 1):
        words = [f"{number}. {segment.text}", f"{_('Ergebnis')}: {Decision(segment.decision).label}"]
        if segment.decision_text:
            words.append(segment.decision_text)
        parts.append("\n".join(words))
    return "\n\n".join(parts)


def decided(consultation: Consultation) -> list[Statement]:
    """Return the counted statements that are wholly decided and whose sender was not told yet."""
    rows = (
        consultation.statements.counted()
        .filter(result=None)
        .select_related("sender", "group", "municipality", "consultation")
        .prefetch_related("segments")
    )
    return [row for row in rows if _is_decided(row)]


def _is_decided(statement: Statement) -> bool:
    segments = list(statement.segments.all())
    return bool(segments) and all(segment.decision != Decision.OPEN for segment in segments)


@transaction.atomic
def tell_results(*, consultation: Consultation, at: dt.datetime | None = None) -> Counter[str]:
    """Tell every sender whose statement is decided, each once; return how many by which way.

    A mail goes to a confirmed address, or to one that staff wrote down; a letter where there is an address of stone;
    groups of more than fifty may read the result (§ 3 Abs. 2 Satz 7 BauGB). Raises ``NotNow``.
    """
    at = at or timezone.now()
    require(Action.TELL_RESULT, consultation, at=at)
    ProcedureFile.objects.select_for_update().filter(consultation=consultation).first()
    persons = Counter(consultation.statements.counted().exclude(group=None).values_list("group", flat=True))
    ways: Counter[str] = Counter()
    for statement in decided(consultation):
        way = _way(statement, persons)
        text = result_text(statement)
        Result.objects.create(statement=statement, way=way, told_at=at, text=text)
        if way == Result.Way.MAIL:
            notifications.tell_result(statement, email=statement.sender.email, text=text)
        ways[way] += 1
    return ways


def _way(statement: Statement, persons: Counter[int]) -> str:
    sender = getattr(statement, "sender", None)
    if statement.group_id and Group.is_mass(persons[statement.group_id]):
        return Result.Way.PUBLIC
    is_known = statement.confirmation == Confirmation.CONFIRMED or statement.channel != Channel.WEB
    if sender and sender.email and is_known:
        return Result.Way.MAIL
    return Result.Way.LETTER if sender and sender.postal_address else Result.Way.NONE


@transaction.atomic
def publish_results(*, consultation: Consultation, at: dt.datetime | None = None) -> ProcedureFile:
    """Let everybody read concerns, decisions and reasons, without names and numbers. Raises ``ChangeRefused``."""
    at = at or timezone.now()
    require(Action.SHOW_RESULT, consultation, at=at)
    file = ProcedureFile.objects.select_for_update().filter(consultation=consultation).first()
    if file is None or not consultation.statements.counted().filter(segments__isnull=False).exists():
        raise ChangeRefused(_("Es gibt noch nichts zu veröffentlichen."))
    if consultation.statements.counted().filter(segments__decision=Decision.OPEN).exists():
        raise ChangeRefused(_("Über einige Belange ist noch nicht entschieden."))
    file.results_published_at = file.results_published_at or at
    file.save(update_fields=["results_published_at"])
    count_public_change(consultation=consultation, at=at)
    return file


@transaction.atomic
def hide_results(*, consultation: Consultation) -> None:
    """Take the published results back."""
    ProcedureFile.objects.filter(consultation=consultation).update(results_published_at=None)
    count_public_change(consultation=consultation, at=timezone.now())
