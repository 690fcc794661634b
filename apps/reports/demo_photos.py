"""The drawn photos of the demonstration's reports, through the same sandbox as everybody's."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.core.files.base import ContentFile

from apps.contributions.photos import AT_ONCE
from apps.contributions.uploads import store_picture
from apps.reports.models import Report, ReportPhoto

#: A demonstration photo is as public as its report, but for one with a person in it, which waits at the desk.
WAITING = "wifi-antenna.webp"
_STATE = {"released": ReportPhoto.State.RELEASED, "hidden": ReportPhoto.State.HIDDEN}


def add_photos(reports: dict[str, Report], folder: Path) -> int:
    """Give each report (by the name of its file in ``photos/``) that photo unless it has one; return how many."""
    descriptions = json.loads((folder / "content" / "photos.json").read_text(encoding="utf-8"))
    have = set(ReportPhoto.objects.filter(report__in=reports.values()).values_list("report", flat=True))
    missing = {name: report for name, report in reports.items() if report.pk not in have}

    def store(name: str) -> dict[str, object]:
        return store_picture(ContentFile((folder / "photos" / name).read_bytes(), name=name))

    with ThreadPoolExecutor(AT_ONCE) as pool:  # touches files only, never the database
        pictures = list(pool.map(store, missing))
    ReportPhoto.objects.bulk_create(
        ReportPhoto(
            report=report,
            alt=descriptions.get(name, ""),
            state=_STATE.get("" if name == WAITING else report.publication, ReportPhoto.State.PENDING),
            created_at=report.created_at,
            **picture,
        )
        for (name, report), picture in zip(missing.items(), pictures, strict=True)
    )
    return len(missing)
