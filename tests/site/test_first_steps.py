"""From an empty town to one that can take reports."""

import datetime as dt
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from apps.departments.models import Category
from apps.geo.config import PlatformApp
from apps.places.models import AdministrativeArea
from geo_platform import services
from tests.conftest import at, box, lonlat

SQUARE = "\n".join(f"{330_000 + x} {5_680_000 + y}" for x, y in [(0, 0), (9000, 0), (9000, 9000), (0, 9000)])


@pytest.fixture
def gerd(make_user, client):
    """Administrator, signed in."""
    gerd = make_user("Gerd", "administrator")
    client.force_login(gerd)
    return gerd


def boundaries(town):
    return AdministrativeArea.objects.filter(municipality=town, kind="municipality").order_by("valid_from")


def test_every_step_of_the_checklist_that_the_desk_can_do_leads_there(client, gerd):
    page = client.get("/intern/checkliste/").content.decode()
    links = re.findall(r'class="task.*?</li>', page, re.S)
    pages = {reverse(name) for name in ("desk_boundary", "desk_departments", "desk_categories", "desk_rules")}
    pages |= {reverse("texts"), reverse("desk_accounts")}
    found = {link for task in links for link in re.findall(r'href="([^"]+)"', task)}
    assert found == pages
    assert all(client.get(link).status_code == 200 for link in found)


def test_every_entrance_that_an_app_declares_leads_somewhere(db):
    from django.apps import apps

    for config in apps.get_app_configs():
        if isinstance(config, PlatformApp):
            for entrance in (*config.entrances, *config.desk_entrances, *config.footer_entrances):
                assert reverse(entrance.url_name)


def test_a_town_without_categories_says_so_and_takes_the_usual_ones(client, gerd, town):
    assert "noch nichts melden" in client.get("/meldungen/neu/").content.decode()
    assert "Mit den üblichen Kategorien beginnen" in client.get("/intern/kategorien/").content.decode()
    client.post("/intern/kategorien/vorlage/")
    count = Category.objects.of_town(town.pk).active().count()
    assert count >= 20
    assert "Schlagloch" in client.get("/meldungen/neu/").content.decode()
    answer = client.post("/intern/kategorien/vorlage/", follow=True).content.decode()
    assert "Es gibt schon Kategorien" in answer and Category.objects.of_town(town.pk).count() == count


def test_the_boundary_is_drawn_anew_and_the_former_one_stays(client, gerd, town):
    today = timezone.localdate()
    answer = client.post("/intern/grenze/", {"shape": SQUARE, "valid_from": today.isoformat()})
    assert answer.status_code == 302
    former, now = boundaries(town)
    assert (former.valid_to, now.valid_from, now.valid_to) == (today, today, None)
    assert now.area.area == 81_000_000


def test_a_correction_on_the_same_day_keeps_the_version_that_rules_name(town):
    [first] = boundaries(town)
    again = services.set_boundary(municipality=town, area=box(0, 0, 500, 500), valid_from=first.valid_from)
    assert again.pk == first.pk and boundaries(town).get().area.area == 250_000


def test_a_boundary_older_than_the_present_one_is_refused_with_what_was_drawn(client, gerd, town):
    answer = client.post("/intern/grenze/", {"shape": SQUARE, "valid_from": "2019-01-01"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "neueren Stand" in page and "339000 5689000" in page
    assert boundaries(town).count() == 1


def test_the_boundary_comes_from_a_file(client, gerd, town):
    ring = [lonlat(at(x, y)) for x, y in [(0, 0), (4000, 0), (4000, 4000), (0, 4000), (0, 0)]]
    content = json.dumps({"type": "Polygon", "coordinates": [ring]}).encode()
    file = SimpleUploadedFile("grenze.geojson", content)
    answer = client.post("/intern/grenze/", {"file": file, "valid_from": timezone.localdate().isoformat()})
    assert answer.status_code == 302
    assert boundaries(town).last().area.area == pytest.approx(16_000_000, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "content"), [("grenze.dxf", b"0"), ("grenze.geojson", b"{"), ("grenze.zip", b"PK\x03\x04")]
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(client, gerd, town, name, content):
    data = {"file": SimpleUploadedFile(name, content), "valid_from": dt.date(2026, 1, 1).isoformat()}
    answer = client.post("/intern/grenze/", data)
    assert answer.status_code == 422 and boundaries(town).count() == 1


def test_nothing_drawn_and_no_file_is_refused(client, gerd, town):
    answer = client.post("/intern/grenze/", {"valid_from": "2026-01-01"})
    assert answer.status_code == 422 and "zeichnen Sie die Grenze" in answer.content.decode()


def test_a_clerk_may_not_move_the_boundary(client, bernd, town):
    client.force_login(bernd)
    assert client.get("/intern/grenze/").status_code == 404
    assert client.post("/intern/kategorien/vorlage/").status_code == 404
