"""The demonstration town's consultations, with sample documents."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from apps.consultations import services
from apps.consultations.demo_pdf import sample_pdf
from apps.consultations.demo_sheet import LEGEND_WORDS, draw_legend, draw_plan
from apps.consultations.models import Consultation
from apps.consultations.publication.checks import BASIC_CHECKS
from apps.consultations.services import PeriodValues
from apps.geo.untrusted import InputRefused, parse_geojson_geometry
from apps.places.models import Municipality

_TEXTS = ("title", "plan_number", "summary", "description", "simple_language", "additional_access", "contact")


def load(town: Municipality, folder: Path) -> str:
    """Publish the consultations of ``content/consultations.json``; days count from today.

    They go the same way as a planner's own: draft, periods, documents, publication. Running it twice changes nothing.
    """
    rows = json.loads((folder / "content" / "consultations.json").read_text(encoding="utf-8"))
    added = 0
    for row in rows:
        known = Consultation.objects.filter(municipality=town, plan_number=row["plan_number"], title=row["title"])
        if not known.exists():
            _add(town, row)
            added += 1
    return f"Beteiligungsverfahren: {len(rows)}, davon neu {added}"


@transaction.atomic
def _add(town: Municipality, row: dict[str, Any]) -> None:
    today = timezone.localdate()
    consultation = services.create_draft(
        municipality=town,
        actor=None,
        values={
            **{name: row[name] for name in _TEXTS},
            **{name: str(row[name]) for name in ("plan_type", "procedure", "legal_status")},
            "result": row["result"] or "",
            "area": parse_geojson_geometry(row["area"], allowed=("MultiPolygon",)),
        },
    )
    periods = [
        PeriodValues(
            kind=period["kind"],
            starts_on=today + dt.timedelta(days=period["starts_in_days"]),
            ends_on=today + dt.timedelta(days=period["ends_in_days"]),
            legal_basis=period["legal_basis"],
        )
        for period in row["periods"]
    ]
    at = timezone.now()
    services.set_periods(consultation=consultation, actor=None, version=1, periods=periods, at=at)
    for paper in row["documents"]:
        content = sample_pdf(
            title=paper["title"],
            subtitle=f"{row['title']} · Plannummer {row['plan_number']}",
            paragraphs=[row["summary"], *row["description"].split("\n\n")],
            pages=paper["pages"],
            day=today,
        )
        services.add_document(
            consultation=consultation,
            actor=None,
            upload=SimpleUploadedFile("muster.pdf", content),
            title=paper["title"],
            kind=paper["kind"],
        )
    if row.get("sheet"):
        _lay_sheet(consultation, row["sheet"]["title"])
    consultation.refresh_from_db()
    # Its days count from today and lie in the past: no check of dates would let that pass.
    services.publish_consultation(
        consultation=consultation, actor=None, version=consultation.version, at=at, checks=BASIC_CHECKS
    )


def _lay_sheet(consultation: Consultation, title: str) -> None:
    """Lay a drawing on the map; the worker cuts it in its first minute. Where no sandbox stands, there is none."""
    picture, points = draw_plan(consultation.area)
    upload = SimpleUploadedFile("muster.png", picture)
    try:
        sheet = services.add_sheet(consultation=consultation, actor=None, upload=upload, title=title, kind="draft")
    except InputRefused:
        return
    legend = SimpleUploadedFile("legende.png", draw_legend())
    services.give_legend(sheet=sheet, actor=None, upload=legend, alt=LEGEND_WORDS)
    services.place_sheet(sheet=sheet, actor=None, points=points)
