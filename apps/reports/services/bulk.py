"""Changing many reports at once, and taking it back within a minute.

Set-based: the number of statements does not grow with the number of reports. The mails wait in the outbox until nobody
can take the change back any more; to a body outside nothing is written at all before (``handovers.sweeping``).
"""

import datetime as dt
import uuid
from collections import defaultdict
from typing import Any

from django.db import transaction
from django.db.models import F, Func, JSONField, OuterRef, Q, Subquery, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contributions.models import contact_dies_on
from apps.departments.models import Department
from apps.geo.editing import ChangeRefused
from apps.outbox.services import enqueue_all, withdraw
from apps.places.models import Municipality
from apps.reports import bulk_mails
from apps.reports.changes import StaleEdit
from apps.reports.models import BulkChange, BulkChangeItem, Contact, Event, Follower, Merge, Report
from apps.reports.querysets import ReportQuerySet
from apps.reports.services.assignment import colleagues
from apps.reports.services.bulk_plan import ANSWER, ASSIGN, MAX_REPORTS, PASS_ON, STATUS, Change, Plan, plan_bulk
from apps.reports.transitions import Status, is_closed, status_of_place

UNDO_FOR = dt.timedelta(seconds=60)
#: An undo that comes at the last moment still finds its mails.
MAILS_WAIT = UNDO_FOR + dt.timedelta(seconds=15)


@transaction.atomic
def change_many(
    *,
    reports: ReportQuerySet,
    change: Change,
    actor: User,
    municipality: Municipality,
    key: uuid.UUID,
    digest: str = "",
    at: dt.datetime | None = None,
) -> BulkChange:
    """Make one change in all ``reports``, with a line of history each; once per ``key``.

    ``digest`` is the fingerprint of the plan that was shown: ``StaleEdit`` when something else would happen now.
    ``ChangeRefused`` when the actor lacks the right for any of them, when nothing would change, or for too many.
    """
    if earlier := BulkChange.objects.filter(key=key, actor=actor).first():
        return earlier
    at = at or timezone.now()
    keys = list(reports.order_by().values_list("pk", flat=True)[: MAX_REPORTS + 1])
    if len(keys) > MAX_REPORTS:
        raise ChangeRefused(_("Höchstens %(n)d Meldungen auf einmal. Bitte wählen Sie weniger.") % {"n": MAX_REPORTS})
    # Locked in one order, so that two such changes cannot wait for each other.
    list(Report.objects.filter(pk__in=keys).order_by("pk").select_for_update().values_list("pk", flat=True))
    plan = plan_bulk(
        reports=Report.objects.visible_to(actor).filter(pk__in=keys),
        change=change,
        actor=actor,
        municipality=municipality,
    )
    if plan.refused:
        raise ChangeRefused(_("Für einige der Meldungen sind Sie nicht zuständig; nichts wurde geändert."))
    if not plan.rows:
        raise ChangeRefused(_("An keiner der Meldungen würde sich etwas ändern."))
    if digest and digest != plan.digest:
        raise StaleEdit(_("Die Auswahl hat sich inzwischen geändert. Bitte prüfen Sie sie noch einmal."))
    made = BulkChange.objects.create(
        key=key, municipality=municipality, actor=actor, action=change.action, made_at=at, undo_until=at + UNDO_FOR
    )
    _write(plan, made, actor=actor, at=at)
    return made


def _write(plan: Plan, made: BulkChange, *, actor: User, at: dt.datetime) -> None:
    """Store rows, history, what was before, and the mails of a checked plan."""
    change, rows = plan.change, plan.rows
    keys = [row["pk"] for row in rows]
    answers = dict(Report.objects.filter(pk__in=keys).values_list("pk", "public_answer"))
    version = {row["pk"]: row["version"] + 1 for row in rows}
    events = Event.objects.bulk_create(
        Event(**_line(change, row), version=version[row["pk"]], actor=actor, at=at) for row in rows
    )
    BulkChangeItem.objects.bulk_create(
        BulkChangeItem(
            change=made,
            report_id=row["pk"],
            event=event,
            version=row["version"] + 1,
            status=row["status"],
            closed_at=row["closed_at"],
            executor_id=row["executor_id"],
            assignee_id=row["assignee_id"],
            routing_reason=row["routing_reason"],
            public_answer=answers[row["pk"]],
        )
        for row, event in zip(rows, events, strict=True)
    )
    concerned = Report.objects.filter(pk__in=keys)
    concerned.update(version=F("version") + 1, changed_at=at, **_columns(change, at))
    if change.action == STATUS:
        _set_dates_to_die(keys, at if is_closed(change.value) else None)
    elif change.action == PASS_ON:
        _follow_department(rows, change.value, actor=actor, at=at)
    letters = bulk_mails.changed_letters(keys, events) if plan.readers else []
    if plan.addresses:
        letters = bulk_mails.handed_over_letters(
            plan.addresses,
            rows,
            municipality=made.municipality,
            actor=actor,
            note=change.text,
            reference=str(made.key),
        )
    enqueue_all(municipality=made.municipality, letters=letters, not_before=at + MAILS_WAIT, batch=str(made.key))


def _follow_department(rows: list[dict[str, Any]], department: Department, *, actor: User, at: dt.datetime) -> None:
    """Do to all what the single move does besides: the status says where they lie, and strangers let go of them."""
    staying = set(colleagues(department).values_list("pk", flat=True))
    is_external = department.organisation.is_external
    lines, by_status, let_go = [], defaultdict[Status, list[int]](list), []
    for row in rows:
        shared = {"report_id": row["pk"], "version": row["version"] + 1, "actor": actor, "at": at}
        if status := status_of_place(row["status"], is_external=is_external):
            by_status[status].append(row["pk"])
            data = {"from": row["status"], "to": str(status)}
            lines.append(Event(kind=Event.Kind.STATUS, is_public=True, data=data, **shared))
        if row["assignee_id"] and row["assignee_id"] not in staying:
            let_go.append(row["pk"])
            lines.append(Event(kind=Event.Kind.ASSIGNED, data={"from": row["assignee_id"], "to": None}, **shared))
    Event.objects.bulk_create(lines)
    for status, keys in by_status.items():  # both are open states
        Report.objects.filter(pk__in=keys).update(status=status, closed_at=None)
        _set_dates_to_die(keys, None)
    Report.objects.filter(pk__in=let_go).update(assignee=None)


def _set_dates_to_die(keys: list[int], closed_at: dt.datetime | None) -> None:
    """Say of the addresses behind these reports, and behind those merged into them, on which day they must be gone."""
    dies_on = contact_dies_on(timezone.localdate(closed_at)) if closed_at else None
    merged = Merge.objects.filter(main__in=keys, undone_at=None).values("duplicate")
    Contact.objects.filter(Q(report__in=keys) | Q(report__in=merged)).update(dies_on=dies_on)
    Follower.objects.filter(report__in=keys).update(dies_on=dies_on)


def _columns(change: Change, at: dt.datetime) -> dict[str, object]:
    if change.action == STATUS:
        return {"status": change.value, "closed_at": at if is_closed(change.value) else None}
    if change.action == ASSIGN:
        return {"assignee": change.value}
    if change.action == PASS_ON:
        reason = _("Weitergegeben: %(reason)s") % {"reason": change.text}
        return {"executor": change.value, "routing_reason": reason[:500]}
    return {"public_answer": change.value}


def _line(change: Change, row: dict[str, Any]) -> dict[str, object]:
    """Return the line of history of one report, as the single change would have written it."""
    kind = Event.Kind
    if change.action == STATUS:
        fields = {"kind": kind.STATUS, "text": change.text, "data": {"from": row["status"], "to": str(change.value)}}
    elif change.action == ASSIGN:
        data = {"from": row["assignee_id"], "to": change.value.pk if change.value else None}
        fields = {"kind": kind.ASSIGNED, "data": data}
    elif change.action == PASS_ON:
        to = {"to": change.value.code, "to_name": change.value.name, "reason": change.text}
        fields = {"kind": kind.REASSIGNED, "data": {"from": row["executor__code"], **to}}
    else:
        fields = {"kind": kind.ANSWER, "text": change.value, "data": {}}
    is_public = change.action in (STATUS, PASS_ON) or (change.action == ANSWER and bool(change.value))
    return {"report_id": row["pk"], "is_public": is_public, **fields}


@transaction.atomic
def undo_many(*, change: BulkChange, actor: User, at: dt.datetime | None = None) -> int:
    """Take a bulk change back and return of how many reports; those that changed since keep their new state.

    Their mails leave the outbox unsent, and the public sees neither change. ``ChangeRefused`` after the minute, by
    somebody else, or a second time.
    """
    at = at or timezone.now()
    change = BulkChange.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=change.pk)
    if change.undone_at:
        raise ChangeRefused(_("Diese Änderung ist schon zurückgenommen."))
    if actor.pk != change.actor_id or at > change.undo_until:
        raise ChangeRefused(_("Diese Änderung lässt sich nicht mehr zurücknehmen."))
    items = BulkChangeItem.objects.filter(change=change, report=OuterRef("pk"))
    untouched = Report.objects.filter(pk__in=change.items.values("report"), version=Subquery(items.values("version")))
    ids = dict(untouched.order_by("pk").select_for_update().values_list("pk", "public_id"))
    if not withdraw(
        municipality=change.municipality, batch=str(change.key), references=[*ids.values(), str(change.key)]
    ):
        raise ChangeRefused(_("Die Nachrichten dazu sind schon unterwegs."))
    before = list(change.items.filter(report__in=ids))
    version = {item.report_id: item.version for item in before}
    made = Event.objects.filter(report__in=ids, at=change.made_at).order_by("pk")
    lines = [event for event in made if event.version == version[event.report_id]]
    names = ("status", "closed_at", "executor", "assignee", "routing_reason", "public_answer")
    Report.objects.filter(pk__in=ids).update(
        version=F("version") + 1, changed_at=at, **{name: Subquery(items.values(name)) for name in names}
    )
    if change.action in (STATUS, PASS_ON):
        by_day: dict[dt.date | None, list[BulkChangeItem]] = defaultdict(list)
        for item in before:
            by_day[timezone.localdate(item.closed_at) if item.closed_at else None].append(item)
        for of_day in by_day.values():
            _set_dates_to_die([item.report_id for item in of_day], of_day[0].closed_at)
    Event.objects.filter(pk__in=[line.pk for line in lines]).update(is_public=False, data=_taken_back())
    Event.objects.bulk_create(
        _reverse(line, version=version[line.report_id] + 1, actor=actor, at=at) for line in reversed(lines)
    )
    BulkChange.objects.filter(pk=change.pk).update(undone_at=at)
    return len(ids)


def _taken_back() -> Func:
    """Return a line's ``data`` with the mark that it holds no more: whoever asks who moved a report passes over it."""
    mark = Value({"taken_back": True}, output_field=JSONField())
    return Func(F("data"), mark, template="(%(expressions)s)", arg_joiner=" || ", output_field=JSONField())


def _reverse(event: Event, *, version: int, actor: User, at: dt.datetime) -> Event:
    data = {**event.data, "from": event.data.get("to"), "to": event.data.get("from"), "undone": True}
    data.pop("to_name", None)
    return Event(report_id=event.report_id, kind=event.kind, version=version, actor=actor, at=at, text="", data=data)


def forget_bulk_changes(*, before: dt.datetime) -> int:
    """Delete what nobody can take back any more; the history of the reports stays."""
    return BulkChange.objects.filter(undo_until__lt=before).delete()[0]
