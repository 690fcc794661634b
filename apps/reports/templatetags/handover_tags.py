"""Handovers and what does not get through, on pages of the desk that other modules make."""

from django import template
from django.template import Context

from apps.reports.desk.reading import readable_reports
from apps.reports.handovers.desk import panel_of
from apps.reports.handovers.undelivered import with_undelivered
from apps.reports.models import Report

register = template.Library()


@register.inclusion_tag("reports/handover/panel.html", takes_context=True)
def handover_panel(context: Context, report: Report, may_handle: bool) -> dict[str, object]:
    """Show who outside has the report in hand, a question that waits, and what does not get through."""
    return {**panel_of(report, may_handle=may_handle), "csrf_token": context.get("csrf_token", "")}


@register.inclusion_tag("reports/handover/banner.html", takes_context=True)
def undelivered_banner(context: Context) -> dict[str, int]:
    """Say how many of the reader's reports have something that does not get through; nothing when none has."""
    request = context["request"]
    return {"count": with_undelivered(readable_reports(request), request.municipality).count()}
