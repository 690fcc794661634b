"""A consultation with its statements as JSON whose names follow XBeteiligung (XLeitstelle; domain reference, 4.4).

It is a mapping of names, not a message of the standard: nothing is validated against its schemas.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.db.models import Prefetch
from django.urls import reverse

from apps.consultations.models import Consultation
from apps.geo.crs import WGS84
from apps.places.links import public_url
from apps.statements.export.table import TICK_EVERY, Tick, sender_of
from apps.statements.models import Place


def write_json(consultation: Consultation, path: Path, *, with_names: bool, tick: Tick) -> None:
    """Write UTF-8 JSON, one statement a line."""
    head = json.dumps(_head(consultation), ensure_ascii=False, indent=1).removesuffix("\n}")
    with path.open("w", encoding="utf-8") as file:
        file.write(head + ',\n "stellungnahme": [')
        for number, statement in enumerate(_statements(consultation, with_names), 1):
            file.write((",\n  " if number > 1 else "\n  ") + json.dumps(statement, ensure_ascii=False))
            if number % TICK_EVERY == 0:
                tick(number)
        file.write("\n ]\n}\n")


def _head(consultation: Consultation) -> dict[str, object]:
    return {
        "planID": consultation.public_id,
        "planName": consultation.title,
        "planNummer": consultation.plan_number,
        "planArt": consultation.plan_type,
        "beteiligungURL": public_url(
            consultation.municipality, reverse("consultations:detail", args=[consultation.public_id])
        ),
        "zeitraum": [
            {"art": p.kind, "beginn": p.starts_on.isoformat(), "ende": p.ends_on.isoformat()}
            for p in consultation.periods.all()
        ],
        "dokumente": [
            {"id": d.public_id, "titel": d.title, "art": d.kind, "fassung": d.version, "sha256": d.sha256}
            for d in consultation.documents.order_by("position", "version", "pk")
        ],
    }


def _statements(consultation: Consultation, with_names: bool) -> Iterator[dict[str, object]]:
    places = Place.objects.annotate(drawn=AsGeoJSON(Transform("shape", WGS84), precision=7)).defer("shape")
    rows = consultation.statements.select_related("sender", "invitation__authority").prefetch_related(
        "segments", "attachments", "references__document", Prefetch("places", places)
    )
    for row in rows.order_by("number"):
        text = row.text if with_names else row.anonymised_text
        yield {
            "id": row.public_id,
            "nummer": row.number,
            "eingang": row.received_at.isoformat(),
            "eingangsweg": row.channel,
            "verspaetet": row.is_late,
            "zurueckgenommen": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
            "verfasser": _author(row, with_names),
            "text": text,
            "anhang": [
                {
                    "datei": f"{row.number:04d}-{a.position + 1}.{'pdf' if a.kind == 'pdf' else 'webp'}",
                    "sha256": a.sha256,
                    **({"name": a.name} if with_names else {}),
                }
                for a in row.attachments.all()
            ],
            "raumbezug": [json.loads(vars(place)["drawn"]) for place in row.places.all()],
            "dokumentbezug": [{"dokument": r.document.public_id, "stelle": r.page} for r in row.references.all()],
            "abwaegung": [
                {
                    "belang": s.text,
                    "schlagworte": s.tags,
                    "vorschlag": s.proposal,
                    "beschluss": s.decision,
                    "begruendung": s.decision_text,
                }
                for s in row.segments.all()
            ],
        }


def _author(row: Any, with_names: bool) -> dict[str, str]:
    sender = getattr(row, "sender", None)
    said = {"art": str(row.sender_kind), "bezeichnung": sender_of(row, with_names)}
    if with_names and sender is not None:
        said |= {"name": sender.name, "anschrift": sender.postal_address, "email": sender.email}
    return said
