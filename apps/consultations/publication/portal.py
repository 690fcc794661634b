"""The Land's central portal (§ 3 Abs. 2 Satz 5 BauGB): where it is, and the package that is entered there."""

import json
import tempfile
import zipfile
from dataclasses import dataclass
from typing import IO

from django.contrib.gis.db.models.functions import AsGeoJSON, AsGML, Transform
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.consultations.models import Consultation
from apps.consultations.publication.manifest import manifest_of
from apps.geo.crs import WGS84


@dataclass(frozen=True)
class Portal:
    """A Land's central portal for development plans."""

    name: str
    url: str


#: First two digits of the AGS -> portal. Other Länder are added when a town there joins.
PORTALS = {
    "14": Portal("Beteiligungsportal des Freistaates Sachsen", "https://buergerbeteiligung.sachsen.de/portal/bplan"),
}


def portal_of(town_key: str) -> Portal | None:
    """Return the portal of the Land in which the town lies, None when it is not known here."""
    return PORTALS.get(town_key[:2])


def package_of(consultation: Consultation) -> IO[bytes]:
    """Return an open ZIP: notices as text, published documents, area as GeoJSON (CRS84) and GML 3.2, metadata.

    Written to a file on disk, because documents may have 100 MB each; it vanishes when it is closed.
    """
    package: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    papers = list(consultation.documents.published().order_by("position", "public_id"))
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for notice in consultation.notices.order_by("kind"):
            archive.writestr(f"bekanntmachung-{notice.kind}.txt", notice.text.replace("\r\n", "\n"))
        for place, paper in enumerate(papers, 1):
            name = f"unterlagen/{place:02}-{slugify(paper.title)[:60] or 'unterlage'}.{paper.ending}"
            # A PDF is compressed already.
            info = zipfile.ZipInfo(name, timezone.localtime(paper.uploaded_at).timetuple()[:6])
            with paper.file.open("rb") as stored, archive.open(info, "w") as copy:
                while chunk := stored.read(1 << 20):
                    copy.write(chunk)
        if consultation.area is not None:
            geojson, gml = _drawn(consultation)
            archive.writestr("geltungsbereich.geojson", geojson)
            archive.writestr("geltungsbereich.gml", gml)
        archive.writestr("metadaten.json", json.dumps(_metadata(consultation), ensure_ascii=False, indent=2))
    package.seek(0)
    return package


def _drawn(consultation: Consultation) -> tuple[str, str]:
    rows = Consultation.objects.filter(pk=consultation.pk).annotate(
        geojson=AsGeoJSON(Transform("area", WGS84), precision=7), gml=AsGML("area", version=3)
    )
    geojson, gml = rows.values_list("geojson", "gml").get()
    feature = {
        "type": "Feature",
        "properties": {"title": consultation.title, "plan_number": consultation.plan_number},
        "geometry": json.loads(geojson),
    }
    # PostGIS writes the element without its namespace.
    return json.dumps(feature, ensure_ascii=False), gml.replace(" ", ' xmlns:gml="http://www.opengis.net/gml/3.2" ', 1)


def _metadata(consultation: Consultation) -> dict[str, object]:
    town = consultation.municipality
    return {
        "gemeinde": {"ags": town.key, "name": town.name},
        "planart_xplanung": consultation.plan_type,
        "planart": consultation.get_plan_type_display(),
        "verfahren_xplanung": consultation.procedure,
        "rechtsstand_xplanung": consultation.legal_status,
        "kurzbeschreibung": consultation.summary,
        "einsicht": consultation.additional_access,
        "ansprechstelle": consultation.contact,
        "fristen": [
            {
                "art": period.kind,
                "erster_tag": period.starts_on.isoformat(),
                "letzter_tag": period.ends_on.isoformat(),
                "bekanntmachung_am": period.notice_on.isoformat() if period.notice_on else None,
                "rechtsgrundlage": period.legal_basis,
            }
            for period in consultation.periods.all()
        ],
        "hinweis": _("Stellungnahmen werden über die Adresse unter „veroeffentlichung“ entgegengenommen."),
        "veroeffentlichung": manifest_of(consultation),
    }
