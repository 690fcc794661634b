"""The administrators' pages about how bodies outside are reached, and whether it works."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.access import staff_act, staff_form, staff_page
from apps.accounts.requests import StaffRequest
from apps.departments.models import Department
from apps.departments.querysets import DepartmentQuerySet
from apps.open311 import georeport, services
from apps.open311.forms import ConnectionForm
from apps.open311.models import Endpoint
from apps.open311.transport import NotAllowed
from apps.reports.models import Handover

TROUBLES = 20


@staff_page("administrator")
def connections(request: StaffRequest) -> HttpResponse:
    """List the bodies outside: by which way each is reached, when that last worked, and what does not."""
    return render(request, "open311/connections.html", {"rows": _told(request, list(_bodies(request)))})


def _bodies(request: StaffRequest) -> DepartmentQuerySet:
    return (
        Department.objects.active()
        .filter(municipality=request.municipality, organisation__is_external=True)
        .select_related("organisation")
        .order_by("organisation__name", "name")
    )


def _told(request: StaffRequest, bodies: list[Department]) -> list[dict[str, object]]:
    """Return a line for each body (three queries, whatever their number)."""
    endpoints = {
        endpoint.department_id: endpoint
        for endpoint in Endpoint.objects.filter(municipality=request.municipality).annotate(mapped=Count("codes"))
    }
    troubled = Q(message__state__in=["failed", "dead"], message__dismissed_at=None)
    tally = {
        row["department"]: row
        for row in Handover.objects.filter(municipality=request.municipality)
        .order_by()
        .values("department")
        .annotate(
            waiting=Count("pk", filter=Q(state__in=Handover.OPEN)),
            troubled=Count("pk", filter=troubled & Q(state__in=Handover.OPEN)),
            sent=Max("message__sent_at"),
        )
    }
    rows: list[dict[str, Any]] = [
        {
            "body": body,
            "endpoint": endpoints.get(body.pk),
            **tally.get(body.pk, {"waiting": 0, "troubled": 0, "sent": None}),
        }
        for body in bodies
    ]
    # What does not work comes first; sorting keeps the rest in its order.
    return sorted(rows, key=lambda row: not (row["troubled"] or (row["endpoint"] and row["endpoint"].failures)))


@staff_form("administrator")
def connection(request: StaffRequest, department_id: int) -> HttpResponse:
    """Show and change how one body is reached."""
    body = get_object_or_404(_bodies(request), pk=department_id)
    form = ConnectionForm(request.POST or None, department=body)
    if request.method == "POST" and form.is_valid():
        services.save_connection(department=body, **form.values())
        messages.success(request, _("Gespeichert: %(name)s.") % {"name": body.name})
        return redirect("desk_connection", department_id=body.pk)
    troubles = (
        Handover.objects.filter(department=body, state__in=Handover.OPEN)
        .filter(Q(message__state__in=["failed", "dead"], message__dismissed_at=None) | Q(remote__last_error__gt=""))
        .select_related("report", "message", "remote")
        .defer("report__search_text")[:TROUBLES]
    )
    context = {"body": body, "form": form, "endpoint": form.endpoint, "troubles": troubles}
    return render(request, "open311/connection.html", context, status=422 if form.errors else 200)


@staff_act("administrator")
def try_connection(request: StaffRequest, department_id: int) -> HttpResponse:
    """Ask the stored endpoint for its services and say what came; nothing is reported there."""
    body = get_object_or_404(_bodies(request), pk=department_id)
    endpoint = get_object_or_404(Endpoint, department=body)
    offered: list[tuple[str, str]] = []
    try:
        offered = georeport.services_of(endpoint)
    except (georeport.Rejected, georeport.NoSense, NotAllowed, georeport.Unreachable) as failure:
        services.note_failure(endpoint=endpoint, reason=str(failure))
        messages.error(request, _("Die Schnittstelle antwortet nicht wie erwartet: %(why)s") % {"why": failure})
    else:
        services.note_success(endpoint=endpoint)
        told = ngettext(
            "Die Schnittstelle antwortet und bietet einen Dienst an.",
            "Die Schnittstelle antwortet und bietet %(n)d Dienste an.",
            len(offered),
        )
        messages.success(request, told % {"n": len(offered)})
    endpoint.refresh_from_db()
    known = {code for code, _name in offered}
    unknown = [code for code in endpoint.codes.values_list("code", flat=True) if offered and code not in known]
    form = ConnectionForm(department=body)
    context = {"body": body, "form": form, "endpoint": endpoint, "offered": offered[:200], "unknown": unknown}
    return render(request, "open311/connection.html", context)
