"""The desk corrects what a report is about or where it is, and the rules decide anew."""

import datetime as dt
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.departments.models import Category
from apps.departments.routing import Routing
from apps.departments.surroundings import look_around
from apps.geo.editing import ChangeRefused
from apps.places.nearest import describe_point
from apps.reports import changes
from apps.reports.answered import given_answers
from apps.reports.deciding import decide, target_day
from apps.reports.handovers.telling import hand_over
from apps.reports.models import Event, Report
from apps.reports.services.assignment import let_go_of_assignee
from apps.reports.services.handling import follow_executor

#: A pin that moved less is where it was: dragging a map never hits the same centimetre.
SAME_PLACE_M = 0.5


@transaction.atomic
def reroute(
    *,
    report: Report,
    category: Category,
    actor: User,
    reason: str = "",
    version: int | None = None,
    at: dt.datetime | None = None,
) -> Report:
    """Give a report another category and let the rules decide anew; trace and reason are kept."""
    report = changes.lock(report, version=version)
    at = at or timezone.now()
    before = report.category
    report.category = category
    report.due_on = target_day(category, report.municipality, report.created_at)
    data = {"from_category": before.code, "to_category": category.code}
    _follow_rules(
        report,
        decide(category, report.point, answers=given_answers(report, category), at=at),
        data,
        actor=actor,
        reason=reason,
        at=at,
    )
    return report


@transaction.atomic
def move_report(
    *,
    report: Report,
    point: Point,
    actor: User,
    reason: str = "",
    version: int | None = None,
    at: dt.datetime | None = None,
) -> Report:
    """Put a report where it belongs (``point`` in the storage CRS) and let the rules decide anew.

    Address and district follow the point. ``OutsideTown`` when the point is not in the town.
    """
    report = changes.lock(report, version=version)
    at = at or timezone.now()
    moved_m = report.point.distance(point)
    if moved_m < SAME_PLACE_M:
        raise ChangeRefused(_("Die Meldung liegt schon an diesem Ort."))
    routing = decide(report.category, point, answers=given_answers(report), at=at)
    place = describe_point(report.municipality, point)
    data = {"moved_m": max(1, round(moved_m)), "from_place": report.address, "to_place": str(place)[:200]}
    report.point, report.address, report.district = point, str(place)[:200], place.district
    _follow_rules(report, routing, data, actor=actor, reason=reason, at=at)
    return report


def _follow_rules(
    report: Report, routing: Routing, data: dict[str, Any], *, actor: User, reason: str, at: dt.datetime
) -> None:
    """Write the answer of the rules on a locked report, with its line of history; tell a new department."""
    before = report.executor
    around = look_around(report.category, report.point, routing, answers=given_answers(report), at=at)
    report.executor, report.owner = routing.executor, routing.owner  # type: ignore[assignment]
    report.copy_to = routing.copy_to
    report.routing_reason = routing.reason[:500]
    hop = {"from": before.code, "from_name": before.name, "to": report.executor.code, "to_name": report.executor.name}
    changes.record(
        report,
        Event.Kind.ROUTED,
        actor=actor,
        at=at,
        is_public=True,
        data={**data, **hop, "reason": reason, "trace": {**routing.as_json(), **around.as_json()}},
    )
    if report.executor_id != before.pk:
        follow_executor(report, actor=actor, at=at)
    let_go_of_assignee(report, actor=actor, at=at)
    changes.save(
        report,
        *("status", "closed_at", "category", "point", "address", "district", "executor", "owner", "copy_to"),
        *("assignee", "due_on", "routing_reason"),
    )
    if report.executor_id != before.pk:
        hand_over(report, at=at)
