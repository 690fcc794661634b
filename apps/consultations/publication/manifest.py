"""What the public can reach of a consultation at one moment, written down for the proof."""

from apps.consultations.models import Consultation, Document, ParticipationPeriod
from apps.consultations.publication.chain import canonical, sha256
from apps.places.links import public_url

TEXTS = (
    *("title", "plan_number", "plan_type", "procedure", "legal_status", "summary", "description", "simple_language"),
    *("additional_access", "contact", "result"),
)


def page_path(consultation: Consultation) -> str:
    """Return the path of the public page."""
    return f"/beteiligung/{consultation.public_id}/"


def document_path(consultation: Consultation, paper: Document) -> str:
    """Return the path of a published document."""
    return f"{page_path(consultation)}unterlagen/{paper.public_id}.{paper.ending}"


def manifest_of(consultation: Consultation) -> dict[str, object]:
    """Return address, state, published rounds, documents with their hashes, and hashes of texts, notices and area.

    Only text and whole numbers, so that the same content always has the same hash.
    """
    plan = Consultation.objects.select_related("municipality").get(pk=consultation.pk)
    rounds = ParticipationPeriod.objects.filter(consultation=plan, is_published=True).order_by("starts_on", "kind")
    papers = plan.documents.published().select_related("sheet").order_by("position", "public_id")
    return {
        "address": public_url(plan.municipality, page_path(plan)),
        "title": plan.title,
        "plan_number": plan.plan_number,
        "state": plan.state,
        "rounds": [
            {
                "kind": period.kind,
                "starts_on": period.starts_on.isoformat(),
                "ends_on": period.ends_on.isoformat(),
                "legal_basis": period.legal_basis,
                "changes_only": period.changes_only,
            }
            for period in rounds
        ],
        "documents": [
            {
                "id": paper.public_id,
                "title": paper.title,
                "kind": paper.kind,
                "version": paper.version,
                "sha256": paper.sha256,
                "size_bytes": paper.size_bytes,
                **_on_map(paper),
            }
            for paper in papers
        ],
        "notices": [
            {"kind": notice.kind, "sha256": sha256(notice.text.encode())} for notice in plan.notices.order_by("kind")
        ],
        "texts_sha256": sha256(canonical({name: getattr(plan, name) for name in TEXTS})),
        "area_sha256": sha256(bytes(plan.area.wkb)) if plan.area is not None else "",
    }


def _on_map(paper: Document) -> dict[str, object]:
    """Return where a drawing was shown on the map, and as what; nothing for papers to read."""
    sheet = getattr(paper, "sheet", None)
    if sheet is None or not sheet.is_ready:
        return {}
    shown = {
        "page": sheet.page,
        "srid": sheet.srid,
        "affine": [repr(float(number)) for number in sheet.affine],
        "tiles_sha256": sheet.tiles_sha256,
        "legend_sha256": sheet.legend_sha256,
        "legend": sheet.legend_alt,
    }
    return {"map": shown}
