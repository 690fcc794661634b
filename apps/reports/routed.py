"""Reports as the rules of responsibility see them: what they would be asked, and how they are given to others."""

import datetime as dt
from collections.abc import Iterable

from django.contrib.gis.db.models.functions import Transform
from django.db.models import DateField, Value
from django.db.models.functions import TruncDate
from django.urls import reverse

from apps.departments.routed import RoutedKind, RoutedThing, Rows, register
from apps.geo.crs import WGS84
from apps.reports.models import Report
from apps.reports.querysets import ReportQuerySet
from apps.reports.services import order_application


def _relation(rows: ReportQuerySet, day: dt.date) -> Rows:
    asked = rows.annotate(day=Value(day, DateField()), made_on=TruncDate("created_at"))
    return asked.values("id", "category_id", "point", "answers", "day", "made_on")


def open_rows(municipality_id: int, day: dt.date) -> Rows:
    """Return what the rules are asked about every open report of the town."""
    return _relation(Report.objects.filter(municipality=municipality_id).open().order_by(), day)


def latest_rows(municipality_id: int, day: dt.date, count: int) -> Rows:
    """Return what the rules are asked about the last ``count`` reports of the town, open or closed."""
    newest = Report.objects.filter(municipality=municipality_id).order_by("-created_at", "-id")
    return _relation(newest, day)[:count]


def describe(ids: Iterable[int]) -> list[RoutedThing]:
    """Return the reports in words, newest first (one query; degrees come from the database)."""
    rows = (
        Report.objects.filter(pk__in=list(ids))
        .select_related("category")
        .annotate(degrees=Transform("point", WGS84))
        .only("public_id", "category__name", "address", "district", "created_at", "status", "executor_id")
        .order_by("-created_at", "-id")
    )
    return [
        RoutedThing(
            pk=report.pk,
            reference=report.reference,
            url=reverse("reports:work", args=[report.public_id]),
            category=report.category.name,
            place=report.address or report.district,
            lon=round(report.degrees.x, 7),
            lat=round(report.degrees.y, 7),
            received=report.created_at,
            is_open=not report.is_closed,
            executor=report.executor_id,
        )
        for report in rows
    ]


register(RoutedKind("reports", open_rows, latest_rows, describe, order_application))
