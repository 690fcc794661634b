"""The demonstration's reports stand as if they had come through the services."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from apps.outbox.models import Message
from apps.reports.models import Event, Report
from apps.reports.transitions import ALLOWED, Status
from tests.conftest import at

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "brandis"


@pytest.fixture
def brandis(db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Brandis without its photos: twenty child processes for each test would take their time."""
    from apps.departments.demo import load as load_departments
    from apps.places.demo import load as load_places
    from apps.places.models import Municipality
    from apps.reports.demo import load

    monkeypatch.setattr("apps.reports.demo.add_photos", lambda reports, folder: 0)
    town = Municipality.objects.create(key="14729070", name="Brandis", centre=at(0, 0), is_demo=True)
    load_places(town, FOLDER)
    load_departments(town, FOLDER)
    load(town, FOLDER)
    return town


def test_every_report_is_routed_dated_and_told_by_its_history_and_nobody_was_mailed(brandis: Any) -> None:
    reports = list(Report.objects.prefetch_related("events"))
    assert len(reports) >= 60
    assert {r.status for r in reports} == set(Status.values)
    for report in reports:
        first, *later = report.events.all()
        assert first.kind == "submitted" and "candidates" in first.data["trace"], report.description
        status = Status.SUBMITTED
        for event in (e for e in later if e.kind == "status"):
            assert event.data["from"] == status and event.data["to"] in ALLOWED[status], report.description
            status = Status(event.data["to"])
        assert status == report.status
        assert report.changed_at == max(e.at for e in report.events.all())
        assert report.routing_reason and report.address
    assert not Message.objects.exists()


def test_loading_twice_changes_nothing(brandis: Any) -> None:
    from apps.reports.demo import load

    before = list(Report.objects.order_by("pk").values("pk", "changed_at", "created_at")), Event.objects.count()
    assert load(brandis, FOLDER).endswith("davon neu 0; Fotos neu 0")
    assert before == (
        list(Report.objects.order_by("pk").values("pk", "changed_at", "created_at")),
        Event.objects.count(),
    )
