"""The figures page: tables, a map of hexagons and a time line, drawn here as SVG, with the table behind each."""

import csv
import datetime as dt

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from apps.accounts.access import staff_page
from apps.geofiles.writing import FORMULA
from apps.places.requests import TownRequest
from apps.reports import figures
from apps.reports.desk.reading import readable_reports
from apps.reports.querysets import ReportQuerySet

PERIODS = {"30": lazy("30 Tage"), "90": lazy("90 Tage"), "365": lazy("ein Jahr"), "1825": lazy("fünf Jahre")}
TITLES = {"category": lazy("Kategorie"), "department": lazy("Zuständige Stelle"), "district": lazy("Ortsteil")}
#: Size of the time line in its own units.
WIDTH, HEIGHT = 720, 200
#: Shades of the hexagons, from few to many.
SHADES = 5


@staff_page()
def page(request: TownRequest) -> HttpResponse:
    """Show the figures about the reports that the reader may see, for a period."""
    days, since, reports = _chosen(request)
    today = timezone.localdate()
    weeks = figures.weeks(readable_reports(request), since=since)
    density = figures.density(reports, request.municipality)
    context = {
        "days": days,
        "periods": PERIODS.items(),
        "totals": figures.totals(reports, today=today),
        "tables": [(key, title, figures.table(reports, key, today=today)) for key, title in TITLES.items()],
        "weeks": weeks,
        "line": _time_line(weeks),
        "density": density,
        "cells": _shaded(density) if density else [],
        "shades": range(1, SHADES + 1),
    }
    return render(request, "reports/desk/figures.html", context)


@staff_page()
def as_csv(request: TownRequest) -> HttpResponse:
    """The tables as CSV (UTF-8 with BOM, semicolons as German spreadsheets want them)."""
    _days, _since, reports = _chosen(request)
    today = timezone.localdate()
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="zahlen-{today:%Y-%m-%d}.csv"'
    writer = csv.writer(response, delimiter=";")
    writer.writerow(
        [_("nach"), _("Name"), _("eingegangen"), _("abgeschlossen"), _("offen"), _("überfällig"), _("Median Tage")]
    )
    for key, title in TITLES.items():
        for row in figures.table(reports, key, today=today):
            name = row.name or _("ohne Angabe")
            # A spreadsheet would run a name that begins like a formula (threat W19).
            name = f"'{name}" if name.startswith(FORMULA) else name
            median = "" if row.median_days is None else f"{row.median_days:.1f}".replace(".", ",")
            writer.writerow([title, name, row.received, row.done, row.open, row.overdue, median])
    return response


def _chosen(request: TownRequest) -> tuple[str, dt.datetime, ReportQuerySet]:
    days = request.GET.get("tage", "")
    days = days if days in PERIODS else "90"
    since = timezone.now() - dt.timedelta(days=int(days))
    return days, since, readable_reports(request).filter(created_at__gte=since)


def _time_line(weeks: list[figures.Week]) -> dict[str, object]:
    """Return bars (what came in) and a line (what was closed) in units of the drawing."""
    most = max([1, *(w.received for w in weeks), *(w.closed for w in weeks)])
    step = WIDTH / max(len(weeks), 1)
    bars, line = [], []
    for n, week in enumerate(weeks):
        height = round(week.received / most * HEIGHT, 1)
        bars.append(
            {
                "x": round(n * step + step * 0.15, 1),
                "y": round(HEIGHT - height, 1),
                "width": round(step * 0.7, 1),
                "height": height,
                "week": week,
            }
        )
        line.append(f"{n * step + step / 2:.1f},{HEIGHT - week.closed / most * HEIGHT:.1f}")
    return {"bars": bars, "points": " ".join(line), "most": most, "width": WIDTH, "height": HEIGHT}


def _shaded(density: figures.Density) -> list[dict[str, object]]:
    """Give each hexagon a shade from 1 to ``SHADES`` by its share of the fullest one."""
    most = density.most or 1
    return [{**cell, "shade": max(1, -(-cell["count"] * SHADES // most))} for cell in density.cells]
