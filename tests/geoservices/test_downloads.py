"""Downloads: small files at once, large ones by a worker; always what the reader may see and nothing else."""

import datetime as dt

import pytest
from django.utils import timezone

from apps.geo.crs import OUTPUT_CRS
from apps.geofiles.writing import FORMATS
from apps.geoservices import services
from apps.geoservices.models import Export


def body(response):
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_is_offered_and_named(client, plant, ending):
    plant(1, 1)
    response = client.get(f"/downloads/trees.{ending}")
    assert response.status_code == 200
    assert f'filename="14000010-trees.{ending}"' in response["Content-Disposition"]
    assert body(response)
    assert not client.cookies


def test_the_page_names_the_crs_that_the_installation_stores(client, town, monkeypatch):
    assert "ETRS89 / UTM Zone 33N (EPSG:25833)" in client.get("/downloads/").content.decode()
    monkeypatch.setattr("apps.geo.crs.STORAGE_CRS", next(crs for crs in OUTPUT_CRS if crs.srid == 25832))
    page = client.get("/downloads/").content.decode()
    assert "ETRS89 / UTM Zone 32N (EPSG:25832)" in page and "25833" not in page


def test_an_unchanged_file_is_304(client, plant):
    plant(1, 1)
    first = client.get("/downloads/trees.csv")
    assert client.get("/downloads/trees.csv", headers={"If-None-Match": first["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("path", "status"), [("trees.exe", 404), ("cars.gpkg", 404), ("trees.shp", 404), ("trees.gpkg?limit=1", 400)]
)
def test_what_is_not_offered_is_refused(client, town, path, status):
    assert client.get(f"/downloads/{path}").status_code == status


@pytest.fixture
def few_are_many(monkeypatch):
    monkeypatch.setattr(services, "DIRECT_ROWS", 1)


def test_a_large_file_is_written_by_a_worker_and_then_served(client, plant, few_are_many):
    for n in range(3):
        plant(n, n)
    waiting = client.get("/downloads/trees.csv")
    assert (waiting.status_code, waiting["Retry-After"]) == (202, "30")
    client.get("/downloads/trees.csv")
    assert Export.objects.count() == 1
    assert services.write_due_exports() == 1
    assert body(client.get("/downloads/trees.csv")).count(b"Linde") == 3


def test_a_new_state_of_the_data_orders_a_new_file(client, plant, few_are_many):
    for n in range(3):
        plant(n, n)
    client.get("/downloads/trees.csv")
    services.write_due_exports()
    plant(9, 9)
    assert client.get("/downloads/trees.csv").status_code == 202


def test_a_file_of_staff_is_never_served_to_the_public(client, plant, fatma, few_are_many):
    for n in range(3):
        plant(n, n, is_released=n > 0, note="Pilz")
    client.force_login(fatma)
    assert client.get("/intern/downloads/trees.csv").status_code == 202
    services.write_due_exports()
    assert b"Pilz" in body(client.get("/intern/downloads/trees.csv"))
    assert client.get("/downloads/trees.csv").status_code == 202


def test_a_worker_that_died_while_writing_is_followed_by_another(client, plant, few_are_many):
    for n in range(3):
        plant(n, n)
    client.get("/downloads/trees.csv")
    past = timezone.now() - dt.timedelta(seconds=1)
    Export.objects.update(lease_until=past, attempts=1)
    assert services.write_due_exports() == 1


def test_a_file_that_cannot_be_written_is_given_up_and_said(client, plant, few_are_many):
    for n in range(3):
        plant(n, n)
    client.get("/downloads/trees.csv")
    Export.objects.update(attempts=services.ATTEMPTS)
    assert services.write_due_exports() == 0
    assert "konnte nicht geschrieben werden" in client.get("/downloads/trees.csv").content.decode()


def test_old_files_make_room(client, plant, few_are_many):
    for n in range(3):
        plant(n, n)
    client.get("/downloads/trees.csv")
    services.write_due_exports()
    (export,) = Export.objects.all()
    assert services.remove_old_exports(at=timezone.now() + dt.timedelta(hours=25)) == 1
    assert not (services.folder() / export.file_name).exists()


def test_the_page_offers_every_layer_and_the_steps_for_qgis(client, town):
    page = client.get("/downloads/").content.decode()
    assert "/downloads/trees.gpkg" in page and "http://testserver/ogc/" in page and "OGC API – Features" in page
