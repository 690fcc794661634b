"""Plan sheets: a drawing becomes a document that lies on the map, and only published ones are seen."""

import datetime as dt
import hashlib

import pytest
from django.contrib.gis.geos import Point
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.consultations import services
from apps.consultations.models import Consultation, PlanSheet, ProofEntry
from apps.consultations.publication.manifest import manifest_of
from apps.consultations.publication.self_check import Answer, check_reachable
from tests.conftest import ORIGIN
from tests.geofiles.drawings import HEIGHT, WIDTH, geotiff, pdf_page, png, viewport

CORNER = (ORIGIN[0] + 1000, ORIGIN[1] + 1300)


@pytest.fixture
def tiff(tmp_path):
    return geotiff(tmp_path, srid=25833, origin=CORNER).read()


def upload(data, name="plan.tif"):
    return SimpleUploadedFile(name, data)


@pytest.fixture
def running(make_draft, publish):
    today = timezone.localdate()
    return publish(make_draft(), (today - dt.timedelta(2), today + dt.timedelta(28)), at=timezone.now())


def lay(consultation, emil, data, **values):
    """Return a sheet that is ready."""
    values = {"title": "Planzeichnung", "kind": "draft", **values}
    sheet = services.add_sheet(consultation=consultation, actor=emil, upload=upload(data), **values)
    services.cut_due_sheets()
    sheet.refresh_from_db()
    return sheet


def addresses(sheet, prefix=""):
    """Return the addresses of a sheet: a tile, the picture, the file."""
    page = f"{prefix}/beteiligung/{sheet.document.consultation.public_id}/"
    level = (sheet.levels or [[17, 0, 0, 0, 0]])[0]
    tile = f"{page}planzeichnung/{sheet.document.public_id}/{level[0]}/{level[1]}/{level[2]}.webp"
    picture = f"{page}planzeichnung/{sheet.document.public_id}/vorschau.webp"
    return [tile, picture, f"{page}unterlagen/{sheet.document.public_id}.{sheet.document.ending}"]


def test_emil_uploads_a_geotiff_and_everybody_sees_it_on_the_map(client, running, emil, tiff):
    client.force_login(emil)
    desk = f"/intern/beteiligung/{running.public_id}/"
    form = {"title": "Planzeichnung", "kind": "draft", "page": "1", "is_published": "on", "file": upload(tiff)}
    answer = client.post(f"{desk}planzeichnung/", form)
    sheet = PlanSheet.objects.get()
    assert answer["Location"] == f"{desk}planzeichnung/{sheet.document.public_id}/"
    assert "wird für die Karte vorbereitet" in client.get(answer["Location"]).text
    assert "data-overlay=" not in client.get(f"/beteiligung/{running.public_id}/").text

    assert services.cut_due_sheets() == 1
    assert "Die Zeichnung liegt auf der Karte" in client.get(answer["Location"]).text
    client.logout()
    page = client.get(f"/beteiligung/{running.public_id}/").text
    assert "data-overlay=" in page and "Deckkraft" in page and "· TIF," in page
    for address in addresses(PlanSheet.objects.get()):
        found = client.get(address)
        assert found.status_code == 200 and found["X-Content-Type-Options"] == "nosniff", address
    tile = client.get(addresses(PlanSheet.objects.get())[0])
    assert tile["Content-Type"] == "image/webp" and tile["Cache-Control"] == "public, no-cache"
    assert client.get(addresses(PlanSheet.objects.get())[0], headers={"if-none-match": tile["ETag"]}).status_code == 304
    with default_storage.open(sheet.document.file.name) as file:
        assert hashlib.sha256(file.read()).hexdigest() == sheet.document.sha256


def test_an_unpublished_sheet_is_seen_at_the_desk_and_nowhere_else(client, make_draft, running, emil, bernd, tiff):
    internal = lay(running, emil, tiff, is_published=False)
    draft = lay(make_draft(title="Später"), emil, tiff)
    for sheet in (internal, draft):
        client.force_login(emil)
        for address in addresses(sheet):
            assert client.get(address).status_code == 404
        for address in addresses(sheet, "/intern"):
            found = client.get(address)
            assert found.status_code == 200 and "no-store" in found["Cache-Control"]
        client.force_login(bernd)
        for address in addresses(sheet, "/intern"):
            assert client.get(address).status_code == 404
    Consultation.objects.filter(pk=running.pk).update(state="withdrawn")
    services.change_document(document=internal.document, actor=emil, values={"is_published": True})
    assert {client.get(address).status_code for address in addresses(internal)} == {404}


def test_outside_of_what_was_cut_there_is_nothing_and_a_tile_takes_few_queries(
    client, running, emil, tiff, django_assert_max_num_queries
):
    sheet = lay(running, emil, tiff)
    address = addresses(sheet)[0]
    zoom, column = sheet.levels[0][0], sheet.levels[0][1]
    for other in (f"/{zoom}/{column - 1}/", f"/{zoom + 1}/{column}/"):
        assert client.get(address.replace(f"/{zoom}/{column}/", other)).status_code == 404
    with django_assert_max_num_queries(2):
        client.get(address)


def test_a_drawing_without_a_place_waits_for_its_control_points_and_nothing_typed_is_lost(client, running, emil):
    client.force_login(emil)
    desk = f"/intern/beteiligung/{running.public_id}/planzeichnung/"
    form = {"title": "Plan", "kind": "other", "page": "1", "is_published": "on"}
    there = client.post(desk, {**form, "file": upload(pdf_page().read(), "plan.pdf")})["Location"]
    sheet = PlanSheet.objects.get()
    assert sheet.state == "unplaced" and "sagt nicht, wo die Zeichnung liegt" in client.get(there).text

    points = {"p0-column": "0", "p0-row": "0", "p0-east": str(CORNER[0]), "p0-north": str(CORNER[1])}
    refused = client.post(there, points)
    assert refused.status_code == 422 and "mindestens zwei Passpunkte" in refused.text
    assert f'value="{CORNER[0]}"' in refused.text
    points |= {"p3-column": str(sheet.width), "p3-row": "0", "p3-east": "5,5x", "p3-north": "51"}
    refused = client.post(there, points)
    assert refused.status_code == 422 and "ist keine Zahl" in refused.text and 'value="5,5x"' in refused.text

    points |= {"p3-east": f"{CORNER[0] + 400},0", "p3-north": str(CORNER[1])}
    assert client.post(there, points).status_code == 302
    services.cut_due_sheets()
    sheet.refresh_from_db()
    assert sheet.is_ready and sheet.outline.extent == pytest.approx(
        (CORNER[0], CORNER[1] - 300, CORNER[0] + 400, CORNER[1]),
        abs=0.5,  # half a pixel of the page
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"east": "500000"}, "Weder in EPSG:25833 noch"),
        ({"east": "5681300", "north": "331000"}, "vertauscht"),
        ({"column": "99999"}, "nicht auf der Zeichnung"),
        ({"north": ""}, "Es fehlt: Nord / Breite"),
        ({"east": "51.3", "north": "12.6"}, "vertauscht"),
    ],
)
def test_a_wrong_control_point_is_named(client, running, emil, change, words):
    client.force_login(emil)
    sheet = services.add_sheet(
        consultation=running, actor=emil, upload=upload(png().read(), "plan.png"), title="Plan", kind="other"
    )
    good = {"column": "0", "row": "0", "east": str(CORNER[0]), "north": str(CORNER[1])}
    other = {"column": "400", "row": "0", "east": str(CORNER[0] + 400), "north": str(CORNER[1])}
    posted = {f"p0-{name}": value for name, value in {**good, **change}.items()}
    posted |= {f"p1-{name}": value for name, value in other.items()}
    page = f"/intern/beteiligung/{running.public_id}/planzeichnung/{sheet.document.public_id}/"
    answer = client.post(page, posted)
    assert answer.status_code == 422 and words in answer.text


def test_a_refused_upload_says_why_and_keeps_the_form(client, running, emil, tmp_path):
    client.force_login(emil)
    desk = f"/intern/beteiligung/{running.public_id}/planzeichnung/"
    form = {"title": "Plan Süd", "kind": "other", "page": "1"}
    elsewhere = geotiff(tmp_path, srid=25833, origin=(500_000, 5_600_000)).read()
    for data, words in [
        (elsewhere, "Weder in EPSG:25833 noch"),
        (b"<VRTDataset/>", "Diese Dateiart wird nicht gelesen"),
    ]:
        answer = client.post(desk, {**form, "file": upload(data)})
        assert answer.status_code == 422 and words in answer.text and 'value="Plan Süd"' in answer.text
    assert not PlanSheet.objects.exists() and running.documents.count() == 1


def test_a_world_file_places_a_picture_and_its_crs_is_tested(client, running, emil):
    client.force_login(emil)
    world = f"1\n0\n0\n-1\n{CORNER[0] + 0.5}\n{CORNER[1] - 0.5}\n".encode()
    form = {"title": "Plan", "kind": "other", "page": "1", "file": upload(png().read(), "plan.png")}
    client.post(
        f"/intern/beteiligung/{running.public_id}/planzeichnung/", {**form, "world_file": upload(world, "plan.pgw")}
    )
    sheet = PlanSheet.objects.get()
    assert (sheet.source, sheet.srid, sheet.state) == ("world", 25833, "waiting")
    assert sheet.outline.extent == (CORNER[0], CORNER[1] - HEIGHT, CORNER[0] + WIDTH, CORNER[1])


@pytest.mark.parametrize(("west", "state"), [(CORNER[0], "waiting"), (ORIGIN[0] + 90_000, "unplaced")])
def test_a_pdf_that_says_where_it_lies_is_placed_and_a_wrong_place_is_named_and_mended(
    client, running, emil, west, state
):
    north = CORNER[1]
    corners = [(west, north - 300), (west, north), (west + 400, north), (west + 400, north - 300)]
    degrees = [Point(x, y, srid=25833).transform(4258, clone=True).coords for x, y in corners]
    data = pdf_page(viewport(degrees, "/Type /PROJCS /EPSG 25833", box=f"0 0 {WIDTH} {HEIGHT}")).read()
    client.force_login(emil)
    form = {"title": "Plan", "kind": "other", "page": "1", "file": upload(data, "plan.pdf")}
    there = client.post(f"/intern/beteiligung/{running.public_id}/planzeichnung/", form)["Location"]
    sheet = PlanSheet.objects.get()
    assert sheet.state == state
    if state == "waiting":
        assert (sheet.source, sheet.srid) == ("file", 25833)
        assert sheet.outline.extent == pytest.approx((west, north - 300, west + 400, north), abs=0.1)
        return
    assert "wird nicht übernommen" in (shown := client.get(there).text) and "Weder in EPSG:25833 noch" in shown
    services.place_sheet(
        sheet=sheet,
        actor=emil,
        points=[(0, 0, CORNER[0], north), (sheet.width, 0, CORNER[0] + 400, north)],
    )
    assert "wird nicht übernommen" not in client.get(there).text


def test_a_document_that_is_there_already_is_laid_on_the_map(client, running, emil):
    client.force_login(emil)
    paper = services.add_document(
        consultation=running, actor=emil, upload=upload(pdf_page().read(), "a.pdf"), title="Entwurf", kind="draft"
    )
    sheets = f"/intern/beteiligung/{running.public_id}/planzeichnung/"
    page = f"{sheets}{paper.public_id}/"
    assert client.post(f"{page}auflegen/")["Location"] == page
    assert client.post(f"{page}auflegen/")["Location"] == page
    assert PlanSheet.objects.get().document == paper
    broken = running.documents.exclude(pk=paper.pk).get()  # the tests' PDF has no page
    answer = client.post(
        f"/intern/beteiligung/{running.public_id}/planzeichnung/{broken.public_id}/auflegen/", follow=True
    )
    assert "beschädigt" in answer.text


def test_a_newer_version_replaces_the_drawing_and_the_old_one_is_kept(client, running, emil, tiff):
    old = lay(running, emil, tiff)
    client.force_login(emil)
    page = f"/intern/beteiligung/{running.public_id}/unterlagen/{old.document.public_id}/"
    form = {"title": "Planzeichnung", "kind": "draft", "position": "1", "is_published": "on"}
    assert client.post(page, {**form, "file": upload(b"nonsense")}).status_code == 422
    assert client.post(page, {**form, "file": upload(tiff)}).status_code == 302
    newer = PlanSheet.objects.exclude(pk=old.pk).get()
    assert (newer.document.version, newer.state) == (2, "waiting")
    assert {client.get(address).status_code for address in addresses(old)} == {404}
    assert {client.get(address).status_code for address in addresses(old, "/intern")} == {200}
    services.cut_due_sheets()
    newer.refresh_from_db()
    assert {client.get(address).status_code for address in addresses(newer)} == {200}


def test_the_proof_says_which_drawing_lay_where(running, emil, tiff):
    sheet = lay(running, emil, tiff)
    shown = next(paper for paper in manifest_of(running)["documents"] if paper["id"] == sheet.document.public_id)
    assert shown["map"]["srid"] == 25833 and shown["map"]["affine"][2] == repr(float(CORNER[0]))
    assert shown["map"]["tiles_sha256"] == sheet.tiles_sha256 and len(sheet.tiles_sha256) == 64
    last = ProofEntry.objects.filter(consultation=running, kind="shown").order_by("number").last()
    assert last.body == manifest_of(running)


def test_the_self_check_asks_for_the_drawing_too(client, running, emil, tiff):
    lay(running, emil, tiff)

    def fetch(_town, path):
        answer = client.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return Answer(answer.status_code, hashlib.sha256(body).hexdigest(), body)

    told = check_reachable(running, fetch=fetch)
    assert [fault for fault in told["faults"] if fault["path"].endswith(".tif")] == [] and told["documents"] == 2


def test_the_legend_needs_words_and_stands_beside_the_map(client, running, emil, tiff):
    sheet = lay(running, emil, tiff)
    client.force_login(emil)
    page = f"/intern/beteiligung/{running.public_id}/planzeichnung/{sheet.document.public_id}/legende/"
    refused = client.post(page, {"picture": upload(png().read(), "legende.png"), "alt": ""})
    assert refused.status_code == 422 and "Die Legende in Worten" in refused.text
    assert client.post(page, {"picture": upload(png().read(), "l.png"), "alt": "Rot: Wohngebiet"}).status_code == 302
    client.logout()
    text = client.get(f"/beteiligung/{running.public_id}/").text
    assert 'alt="Rot: Wohngebiet"' in text
    legend = addresses(sheet)[1].replace("vorschau", "legende")
    assert client.get(legend)["Content-Type"] == "image/webp"


def test_a_sheet_whose_file_is_gone_says_so_and_one_placed_anew_is_cut_again(client, running, emil, tiff):
    sheet = lay(running, emil, tiff)
    points = [(0, 0, CORNER[0] + 10, CORNER[1]), (400, 0, CORNER[0] + 410, CORNER[1])]
    services.place_sheet(sheet=sheet, actor=emil, points=points)
    assert client.get(addresses(sheet)[0]).status_code == 404  # what lay in the wrong place is gone at once
    default_storage.delete(sheet.document.file.name)
    services.cut_due_sheets()
    sheet.refresh_from_db()
    assert (sheet.state, sheet.reason) == ("failed", "Die Datei ist nicht mehr da.")
    default_storage.save(sheet.document.file.name, ContentFile(tiff))
    services.place_sheet(sheet=sheet, actor=emil, points=points)
    services.cut_due_sheets()
    sheet.refresh_from_db()
    assert sheet.is_ready


def test_a_sheet_that_ends_its_worker_is_given_up_after_three_times(running, emil, tiff):
    sheet = services.add_sheet(consultation=running, actor=emil, upload=upload(tiff), title="Plan", kind="other")
    PlanSheet.objects.filter(pk=sheet.pk).update(attempts=3, lease_until=timezone.now() - dt.timedelta(minutes=1))
    services.cut_due_sheets()
    sheet.refresh_from_db()
    assert sheet.state == "failed" and "mehrmals abgebrochen" in sheet.reason
