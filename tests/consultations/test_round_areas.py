"""Each round keeps the area that it was published with, whatever is drawn later."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from apps.consultations import services
from apps.consultations.areas.keeping import keep_areas
from apps.consultations.models import Consultation, ParticipationPeriod, RoundArea
from tests.conftest import box

LARGE, SMALL = box(1000, 1000, 1200, 1100), box(1000, 1000, 1100, 1100)
DAY = dt.timedelta(days=1)


@pytest.fixture
def make_public(make_draft):
    """Return ``make_public((kind, days until the start), …)``: a public consultation with published rounds."""

    def make(*rounds):
        draft, now = make_draft(area=LARGE), timezone.now()
        for kind, days in rounds:
            starts_at = now + days * DAY
            ParticipationPeriod.objects.create(
                municipality=draft.municipality,
                consultation=draft,
                kind=kind,
                starts_on=starts_at.date(),
                ends_on=starts_at.date() + 40 * DAY,
                starts_at=starts_at,
                ends_at=starts_at + 40 * DAY,
                is_published=True,
            )
        first = min(draft.periods.all(), key=lambda period: period.starts_at)
        Consultation.objects.filter(pk=draft.pk).update(
            state="open", published_at=now, starts_on=first.starts_on, ends_on=first.ends_on
        )
        draft.refresh_from_db()
        keep_areas(draft, at=now)
        return draft

    return make


def redraw(plan, area):
    plan.refresh_from_db()
    return services.change_consultation(consultation=plan, actor=None, version=plan.version, values={"area": area})


def shown(plan):
    rows = RoundArea.objects.filter(consultation=plan).order_by("starts_on", "pk")
    return [(row.kind, row.number, round(row.area_m2)) for row in rows]


def test_a_round_that_has_begun_keeps_its_area(make_public):
    plan = make_public(("publication", -10))
    redraw(plan, SMALL)
    assert shown(plan) == [("publication", 1, 20_000)]


def test_a_round_to_come_follows_a_correction_and_the_first_version_stays(make_public):
    plan = make_public(("publication", -10), ("repeat", 60))
    redraw(plan, SMALL)
    assert shown(plan) == [("publication", 1, 20_000), ("repeat", 1, 20_000), ("repeat", 2, 10_000)]


def test_keeping_twice_changes_nothing(make_public):
    plan = make_public(("publication", -10))
    assert keep_areas(plan, at=timezone.now()) == 0


def test_a_draft_keeps_nothing(make_draft):
    draft = make_draft()
    redraw(draft, SMALL)
    assert not RoundArea.objects.exists()


def test_publishing_keeps_the_area(make_draft, publish):
    day = timezone.localdate()
    plan = publish(make_draft(), (day, day + 40 * DAY), at=timezone.now(), kind="early_public")
    assert shown(plan) == [("early_public", 1, 20_000)]


@pytest.mark.parametrize("change", [lambda rows: rows.update(number=7), lambda rows: rows.delete()])
def test_the_database_refuses_to_change_a_kept_area(make_public, change):
    make_public(("publication", -10))
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        change(RoundArea.objects.all())


def test_the_public_page_names_the_version_and_hands_it_out(client, make_public):
    plan = make_public(("publication", -10))
    redraw(plan, SMALL)
    page = client.get(f"/beteiligung/{plan.public_id}/").text
    assert "Geltungsbereich in der Fassung vom" in page and "anders als auf der Karte" in page

    address = f"/beteiligung/{plan.public_id}/geltungsbereich-1.geojson"
    assert address in page
    kept = client.get(address).json()
    assert (kept["properties"]["area_m2"], kept["geometry"]["type"]) == (20_000, "MultiPolygon")
    assert client.get(address.replace("-1.", "-2.")).status_code == 404


def test_a_withdrawn_consultation_hands_out_no_area(client, make_public):
    plan = make_public(("publication", -10))
    services.withdraw_consultation(consultation=plan, actor=None, version=plan.version, reason="x")
    assert client.get(f"/beteiligung/{plan.public_id}/geltungsbereich-1.geojson").status_code == 404


def test_the_desk_says_which_round_shows_which_version(client, emil, make_public):
    plan = make_public(("publication", -10))
    client.force_login(emil)
    page = client.get(f"/intern/beteiligung/{plan.public_id}/").text
    assert "Welche Frist welche Fassung zeigt" in page and "Geltungsbereich in der Fassung vom" in page
