"""Consultations in Rasterstadt."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.consultations import services
from apps.consultations.periods.moments import local_midnight
from apps.consultations.publication.checks import BASIC_CHECKS
from apps.consultations.services import PeriodValues
from tests.conftest import box

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
#: Monday; the usual period of the tests runs from the next day to 22 December 2026.
MONDAY = dt.date(2026, 11, 23)


def moment(day: dt.date, hour: int = 12) -> dt.datetime:
    return local_midnight(day) + dt.timedelta(hours=hour)


def pdf(name: str = "plan.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


@pytest.fixture
def make_draft(town: Any, emil: Any) -> Callable[..., Any]:
    """Return ``make_draft(title="Gartenweg", area=box(...))``: everything a publication needs except periods."""

    def make(*, municipality: Any = None, **values: Any) -> Any:
        return services.create_draft(
            municipality=municipality or town,
            actor=emil,
            values={
                "title": "Gartenweg",
                "plan_number": "7",
                "summary": "Zwanzig Häuser am Gartenweg.",
                "contact": "Fachbereich Bau",
                "additional_access": "Im Rathaus, stufenlos.",
                "simple_language": "Es werden Häuser gebaut.",
                "area": box(1000, 1000, 1200, 1100),
                **values,
            },
        )

    return make


@pytest.fixture
def publish(emil: Any) -> Callable[..., Any]:
    """Return ``publish(draft, (first, last), ..., at=...)``: with rounds and one document, unchecked by the law."""

    def publish(draft: Any, *days: tuple[dt.date, dt.date], at: dt.datetime, kind: str = "publication") -> Any:
        draft = services.set_periods(
            consultation=draft,
            actor=emil,
            version=draft.version,
            periods=[PeriodValues(kind, first, last) for first, last in days],
            at=at,
        )
        services.add_document(consultation=draft, actor=emil, upload=pdf(), title="Entwurf", kind="draft")
        draft.refresh_from_db()
        return services.publish_consultation(
            consultation=draft, actor=emil, version=draft.version, at=at, checks=BASIC_CHECKS
        )

    return publish
