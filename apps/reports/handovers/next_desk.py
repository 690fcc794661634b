"""Who gets a report that a body has refused: the next of the stored trace who has not given it away, else triage."""

from dataclasses import dataclass
from typing import Any

from apps.departments.models import Department
from apps.reports.models import Event, Handover, Report


@dataclass(frozen=True)
class NextDesk:
    """``reason`` is the sentence of the rule that named the department, empty for the triage desk."""

    department: Department
    owner: Department | None
    reason: str


def next_desk(report: Report) -> NextDesk:
    """Return where a report goes that its executor does not answer for.

    Each department gets it once: whoever refused it or passed it on is left out, so the report cannot go in circles.
    Raises ``Department.DoesNotExist`` in a town without triage desk.
    """
    gone = {report.executor.code, *_let_go(report)}
    trace = _last_trace(report)
    candidates = [row for row in trace.get("candidates", []) if row.get("executor") not in gone]
    codes = {row.get(part) for row in candidates for part in ("executor", "owner")} - {None}
    desks = {
        desk.code: desk
        for desk in Department.objects.filter(municipality=report.municipality_id, code__in=codes).select_related(
            "organisation"
        )
    }
    for row in candidates:
        desk = desks.get(row.get("executor", ""))
        if desk and desk.is_active:
            return NextDesk(desk, desks.get(row.get("owner") or ""), str(row.get("reason", "")))
    triage = Department.objects.select_related("organisation").get(municipality=report.municipality_id, is_triage=True)
    return NextDesk(triage, None, "")


def _let_go(report: Report) -> set[str]:
    refused = report.handovers.filter(state=Handover.State.REFUSED).values_list("department__code", flat=True)
    moves = report.events.filter(kind=Event.Kind.REASSIGNED).exclude(data__has_any_keys=["undone", "taken_back"])
    moved = moves.values_list("data__from", flat=True)
    return {*refused, *moved}


def _last_trace(report: Report) -> dict[str, Any]:
    event = report.events.filter(data__has_key="trace").order_by("-at", "-id").first()
    return dict(event.data["trace"]) if event else {}
