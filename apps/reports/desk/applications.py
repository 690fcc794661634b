"""How far a change of the rules has come on its way through the open reports."""

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from apps.accounts.access import staff_page
from apps.accounts.models import Role
from apps.accounts.requests import StaffRequest
from apps.reports.models import AppliedReport, RuleApplication


@staff_page(Role.Code.ADMINISTRATOR)
def application(request: StaffRequest, application_id: int) -> HttpResponse:
    """Show the progress of one order, and who has got how many reports from whom."""
    states = AppliedReport.State
    orders = RuleApplication.objects.filter(municipality=request.municipality).select_related("actor")
    order = get_object_or_404(orders, pk=application_id)
    counts = AppliedReport.objects.filter(application=order).aggregate(
        total=Count("pk"),
        moved=Count("pk", filter=Q(state=states.MOVED)),
        skipped=Count("pk", filter=Q(state=states.SKIPPED)),
    )
    flows = (
        AppliedReport.objects.filter(application=order, state=states.MOVED)
        .values("executor_before__name", "executor__name")
        .annotate(count=Count("pk"))
        .order_by("-count", "executor__name")
    )
    return render(
        request,
        "reports/desk/application.html",
        {
            "order": order,
            "flows": flows,
            **counts,
            "done": counts["moved"] + counts["skipped"],
            "is_finished": order.state == RuleApplication.State.DONE,
        },
    )
