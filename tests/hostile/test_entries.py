"""Every door that takes something in bears what it is given: a sentence or a page, never an error of ours."""

import io
import json
import uuid
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.contributions.models import Upload
from apps.geo.layers import all_layers
from apps.outbox.models import Message
from apps.reports.models import Report
from tests.conftest import at, lonlat
from tests.contributions.photo_files import bad_photos
from tests.hostile.payloads import BBOXES, BODIES, CRS, HEADERS, TEXTS, geojson


def q(text: str) -> str:
    """Escape a payload for an address; lone surrogates as the bytes that a broken client would send."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="@:")


def report_form(**changes: Any) -> dict[str, Any]:
    lon, lat = lonlat(at(1000, 1000))
    return {
        "category": "street_light",
        "key": str(uuid.uuid4()),
        "lon": str(lon),
        "lat": str(lat),
        "description": "Die Lampe ist dunkel.",
        "step": "send",
        **changes,
    }


def post_form(knocker: Any, url: str, name: str, data: dict[str, Any]) -> Any:
    """Post a form urlencoded by hand: Django's client cannot send what a broken browser can."""
    body = "&".join(f"{q(key)}={q(knocker.trap.arm(str(value)))}" for key, value in data.items())
    return knocker.send(url, name, body=body.encode(), content_type="application/x-www-form-urlencoded")


REPORT_FIELDS = ["category", "key", "lon", "lat", "address", "place", "description", "about_ref", "step", "draft"]
REPORT_FIELDS += ["photos", "remove_photo", "name", "email", "phone", "wants_updates", "website", "since", "altcha"]


@pytest.mark.parametrize("field", REPORT_FIELDS)
def test_the_report_form(knocker: Any, world: Any, field: str, settings: Any) -> None:
    settings.RATE_LIMIT_FACTOR = 1000
    before = Report.objects.count()
    for name, text in list(TEXTS.items())[REPORT_FIELDS.index(field) % 2 :: 2]:
        answer = post_form(knocker, "/meldungen/neu/", name, report_form(**{field: text}))
        if answer is not None and answer.status_code == 400:
            html = answer.content.decode()
            assert "Traceback" not in html and "<script>alert" not in html, name
    if field in ("lon", "lat", "key", "category"):
        assert Report.objects.count() == before, "a report of something that makes no sense"


@pytest.mark.parametrize("page", ["barrier", "still_broken", "photo", "login", "reset"])
def test_the_other_forms(knocker: Any, world: Any, page: str, settings: Any) -> None:
    settings.RATE_LIMIT_FACTOR = 1000
    forms = {
        "barrier": ("/barriere-melden/", {"text": "x", "page": "x", "reply_to": "a@example.org", "key": uuid.uuid4()}),
        "still_broken": (f"/meldungen/status/{'a' * 26}/nicht-behoben/", {"key": uuid.uuid4(), "text": "x"}),
        "photo": ("/fotos/entwurf/", {"draft": uuid.uuid4()}),
        "login": (reverse("account_login"), {"login": "a@example.org", "password": "x", "next": "/"}),
        "reset": (reverse("account_reset_password"), {"email": "a@example.org"}),
    }
    url, fields = forms[page]
    for field in fields:
        for name, text in TEXTS.items():
            post_form(knocker, url, f"{field} {name}", {**fields, field: text})
    assert not Message.objects.filter(recipient__contains="\n").exists()


@pytest.fixture
def api(town: Any) -> dict[str, str]:
    from apps.accounts.services import create_api_key

    return {"Authorization": f"Api-Key {create_api_key(municipality=town, name='App')[1]}"}


def test_the_rest_api_and_hostile_geometry(knocker: Any, world: Any, api: dict[str, str]) -> None:
    before = Report.objects.count()
    for name, geometry in geojson().items():
        body = '{"category":"street_light","description":"x","point":%s}' % (
            geometry if isinstance(geometry, str) and name.startswith("raw") else json.dumps(geometry)
        )
        answer = knocker.knock(
            "post",
            "/api/v1/reports/",
            name,
            data=knocker.trap.arm(body),
            content_type="application/json",
            headers=api,
        )
        assert answer is None or answer.status_code == 400, name
        assert answer is None or answer.json(), name
    assert Report.objects.count() == before


@pytest.mark.parametrize("field", ["category", "description", "contact", "photos", "point"])
def test_the_rest_api_and_hostile_values(knocker: Any, world: Any, api: dict[str, str], field: str) -> None:
    lon, lat = lonlat(at(1000, 1000))
    good = {"category": "street_light", "description": "x", "point": {"type": "Point", "coordinates": [lon, lat]}}
    odd: dict[str, Any] = {**TEXTS, "number": 7, "list": [[]], "object": {"a": {"b": {}}}, "null": None, "true": True}
    for name, value in odd.items():
        body = json.dumps({**good, field: value})
        answer = knocker.knock(
            "post", "/api/v1/reports/", name, data=body, content_type="application/json", headers=api
        )
        if answer is not None and answer.status_code == 201:
            assert field not in ("category", "point"), name  # a contact of unknown parts is none
            assert Report.objects.filter(public_id=answer.json()["reference"].replace("-", "")).exists(), name
        elif answer is not None:
            assert answer.status_code == 400 and answer.json(), name
        # The same as a form field.
        text = value if isinstance(value, str) else json.dumps(value)
        form = {**good, "point": json.dumps(good["point"]), field: text}
        data = "&".join(f"{q(key)}={q(str(part))}" for key, part in form.items()).encode()
        urlencoded = "application/x-www-form-urlencoded"
        knocker.send("/api/v1/reports/", f"form {name}", body=data, content_type=urlencoded, headers=api)


@pytest.mark.parametrize("url", ["/api/v1/reports/", "/meldungen/neu/", "/fotos/entwurf/", "/barriere-melden/"])
def test_bodies_that_are_not_what_they_say(knocker: Any, world: Any, api: dict[str, str], url: str) -> None:
    for name, (content_type, body) in BODIES.items():
        armed = body.replace(b"@PORT@", str(knocker.trap.port).encode())
        knocker.send(url, name, body=armed, content_type=content_type, headers=api)


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_headers(knocker: Any, world: Any, name: str) -> None:
    for url in ("/", "/meldungen/", "/karte/daten/reports.json?bbox=12,51,13,52&zoom=12", "/ogc/", "/pruefaufgabe/"):
        knocker.knock("get", url, name, headers=HEADERS[name])
    knocker.knock("post", "/api/v1/reports/", name, data="{}", content_type="application/json", headers=HEADERS[name])
    knocker.knock("post", "/meldungen/neu/", name, data=report_form(), headers=HEADERS[name])


@pytest.mark.parametrize("inside", ["", "/intern"])
def test_boxes_of_the_map_and_of_the_standards(knocker: Any, world: Any, staff: Any, inside: str) -> None:
    knocker.client.force_login(staff)
    for layer in all_layers():
        for name, box in BBOXES.items():
            data = knocker.knock("get", f"{inside}/karte/daten/{layer.name}.json?bbox={q(box)}&zoom=12", name)
            items = knocker.knock("get", f"{inside}/ogc/collections/{layer.name}/items?bbox={q(box)}", name)
            for answer in (data, items):
                if answer is not None and answer.status_code == 400:
                    assert len(answer.content) > 20, name
    for name, crs in CRS.items():
        for parameter in ("crs", "bbox-crs"):
            url = f"{inside}/ogc/collections/reports/items?bbox=12,51,13,52&{parameter}={q(crs)}"
            answer = knocker.knock("get", url, f"{parameter} {name}")
            assert answer is None or answer.status_code == 400, (parameter, name)


PARAMETERS = {
    "/karte/daten/reports.json?bbox=12,51,13,52&zoom=12&": ["zoom", "since", "until", "ids", "category", "status", "x"],
    "/ogc/collections/reports/items?": ["limit", "datetime", "f", "after", "status", "category", "filter", "x"],
    "/downloads/reports.csv?": ["x"],
    "/tiles/reports/12/2190/1366.mvt?": ["x", "v"],
    "/karte/?": ["layer", "sort", "q", "days"],
    "/karte/liste?": ["bbox", "layer", "sort", "q", "since", "lon"],
    "/meldungen/?": ["q", "nach", "category", "district", "status"],
    "/meldungen/neu/?": ["kategorie", "suche", "bezug", "lon", "lat", "weiter"],
    "/ideen/?": ["thema", "stand", "seite"],
    "/barriere-melden/?": ["seite"],
}


@pytest.mark.parametrize("url", PARAMETERS)
def test_parameters(knocker: Any, world: Any, url: str) -> None:
    for number, parameter in enumerate(PARAMETERS[url]):
        # A page costs more than an answer in JSON: there each parameter gets a third of the payloads.
        step = 1 if ".json" in url or "/ogc/" in url else 3
        for name, text in list(TEXTS.items())[number % step :: step]:
            knocker.knock("get", f"{url}{parameter}={q(text)}", f"{parameter} {name}")


def test_tiles(knocker: Any, world: Any) -> None:
    numbers = ["-1", "0", "1.5", "23", "99", "a", "2147483648", "9" * 40, "1;drop", "%00", "NaN", "٣"]
    for number in numbers:
        for path in (f"{number}/0/0", f"5/{number}/0", f"5/0/{number}"):
            knocker.knock("get", f"/tiles/reports/{q(path).replace('%2F', '/')}.mvt", path)
            knocker.knock("get", f"/basemap/{q(path).replace('%2F', '/')}", path)


def test_the_address_search(knocker: Any, world: Any) -> None:
    for name, text in TEXTS.items():
        for url in ("/orte/suche", "/orte/suche.json"):
            knocker.knock("get", f"{url}?q={q(text)}", name)
        for pair in (f"lon={q(text)}&lat=51.3", f"lon=12.6&lat={q(text)}", f"lon=12.6&lat=51.3&limit={q(text)}"):
            knocker.knock("get", f"/orte/naechste.json?{pair}", name)
            knocker.knock("get", f"/api/v1/hotspots/nearest/?{pair}", name)
            knocker.knock("get", f"/wlan/?{pair}", name)


@pytest.mark.parametrize("url", ["/meldungen/neu/", "/fotos/entwurf/", "/api/v1/reports/"])
def test_files_that_are_no_photos(knocker: Any, world: Any, api: dict[str, str], url: str, settings: Any) -> None:
    """A choice of those that ``tests/contributions/test_photos.py`` tries one by one."""
    settings.RATE_LIMIT_FACTOR = 1000
    files = bad_photos()
    chosen = dict(list(files.items())[:: 3 if url == "/meldungen/neu/" else 9])
    lon, lat = lonlat(at(1000, 1000))
    for name, (data, _code) in chosen.items():
        file = SimpleUploadedFile("foto.jpg", data, content_type="image/jpeg")
        form = report_form(step="check", draft=str(uuid.uuid4()), new_photos=file)
        if url.startswith("/api"):
            point = json.dumps({"type": "Point", "coordinates": [lon, lat]})
            form = {"category": "street_light", "description": "x", "point": point, "photos": file}
        answer = knocker.knock("post", url, name, data=form, headers=api)
        assert answer is None or answer.status_code == 400, name
        assert answer is None or any(word in answer.content.decode() for word in ("Foto", "Datei", "leer")), name
    assert not Upload.objects.exists()


def test_names_of_files(knocker: Any, world: Any) -> None:
    for name in ("nul", "control_characters", "bidi", "long", "html", "crlf", "path", "windows_path", "percent"):
        file = io.BytesIO(b"")
        file.name = TEXTS[name].replace("/", "\u2215")
        knocker.knock("post", "/fotos/entwurf/", name, data={"draft": str(uuid.uuid4()), "new_photos": file})


def test_parts_of_addresses(knocker: Any, world: Any) -> None:
    roots = [
        "/meldungen/",
        "/meldungen/status/",
        "/wlan/",
        "/beteiligung/",
        "/ogc/collections/",
        "/tiles/",
        "/basemap/",
    ]
    roots += ["/downloads/", "/karte/daten/", "/fotos/entwurf/", "/intern/meldungen/", "/konto/passwort/neu/", "/"]
    for name, text in TEXTS.items():
        for root in roots:
            knocker.knock("get", f"{root}{q(text[:2000])}/", name)
