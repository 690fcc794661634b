"""``POST /api/v1/reports/``: another system hands in a report."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from apps.contributions.models import Upload
from apps.reports.models import Contact, Report
from tests.conftest import at, lonlat

URL = "/api/v1/reports/"


@pytest.fixture
def key(town: Any) -> str:
    from apps.accounts.services import create_api_key

    return create_api_key(municipality=town, name="App der Stadt")[1]


def body(**changes: Any) -> dict[str, Any]:
    return {
        "category": "street_light",
        "point": {"type": "Point", "coordinates": list(lonlat(at(1000, 1000)))},
        "description": "Die Lampe ist dunkel.",
        **changes,
    }


@pytest.fixture
def post(client: Any, key: str, desks: Any) -> Any:
    def send(data: Any, *, idempotency_key: str = "", auth: str = "", **extra: Any) -> Any:
        headers = {"Authorization": auth or f"Api-Key {key}"}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        text = data if isinstance(data, str | bytes) else json.dumps(data)
        return client.post(URL, text, content_type="application/json", headers=headers, **extra)

    return send


def test_a_valid_report_is_stored_routed_and_answered_with_its_reason(post: Any, desks: Any) -> None:
    answer = post(body())
    assert answer.status_code == 201
    report = Report.objects.get()
    receipt = answer.json()
    assert set(receipt) == {"reference", "url", "status_url", "department", "reason", "others_near"}
    assert receipt["reference"] == report.reference and receipt["url"].endswith(f"/meldungen/{report.public_id}/")
    assert receipt["department"] == {"code": "depot", "name": "Bauhof"}
    assert receipt["reason"] == "Bauhof pflegt das im ganzen Stadtgebiet."
    assert report.channel == "api" and report.executor == desks.depot


@pytest.mark.usefixtures("desks")
@pytest.mark.parametrize("auth", [None, "Api-Key wrong", "Api-Key api_" + "a" * 32, "Bearer x"])
def test_without_a_valid_key_it_is_401_before_anything_is_parsed(client: Any, auth: str | None) -> None:
    headers = {"Authorization": auth} if auth else {}
    answer = client.post(URL, "{" * 100_000, content_type="application/json", headers=headers)
    assert answer.status_code == 401 and answer["WWW-Authenticate"].startswith("Api-Key")


def test_the_same_key_and_body_give_the_same_report(post: Any) -> None:
    first, second = post(body(), idempotency_key="lampe-1"), post(body(), idempotency_key="lampe-1")
    assert first.json() == second.json() and Report.objects.count() == 1
    assert second["Idempotent-Replayed"] == "true"


def test_the_same_key_with_another_body_is_a_conflict(post: Any) -> None:
    post(body(), idempotency_key="lampe-1")
    answer = post(body(description="Etwas anderes"), idempotency_key="lampe-1")
    assert answer.status_code == 409 and "anderen Inhalt" in answer.json()["detail"]


def test_two_systems_do_not_meet_in_one_key(post: Any, town: Any) -> None:
    from apps.accounts.services import create_api_key

    other = create_api_key(municipality=town, name="Zweite App")[1]
    post(body(), idempotency_key="1")
    assert post(body(description="anders"), idempotency_key="1", auth=f"Api-Key {other}").status_code == 201


def test_contact_is_optional_and_kept_apart(post: Any) -> None:
    answer = post(body(contact={"email": "anna@example.org", "name": "Anna", "wants_updates": True}))
    assert answer.status_code == 201 and Contact.objects.get().email == "anna@example.org"
    assert "anna" not in answer.content.decode()


def test_a_form_may_carry_the_same(client: Any, key: str, desks: Any) -> None:
    data = body(contact=json.dumps({"phone": "0341 1"}))
    data["point"] = json.dumps(data["point"])
    answer = client.post(URL, data, headers={"Authorization": f"Api-Key {key}"})
    assert answer.status_code == 201 and Contact.objects.get().phone == "0341 1"


def send_form(client: Any, key: str, *photos: bytes, idempotency_key: str = "foto-1", point: Any = None) -> Any:
    data: dict[str, Any] = body()
    data["point"] = json.dumps(point or data["point"])
    data["photos"] = [SimpleUploadedFile(f"{n}.jpg", photo, "image/jpeg") for n, photo in enumerate(photos)]
    return client.post(URL, data, headers={"Authorization": f"Api-Key {key}", "Idempotency-Key": idempotency_key})


def picture(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "JPEG")
    return file.getvalue()


@pytest.mark.usefixtures("desks")
def test_photos_come_along_and_wait_for_somebody_to_look_at_them(
    client: Any, key: str, settings: Any, tmp_path: Any
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}},
    }
    answers = [send_form(client, key, picture("red"), picture("blue")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201] and answers[0].json() == answers[1].json()
    assert sorted(Report.objects.get().photos.values_list("state", flat=True)) == ["pending", "pending"]


@pytest.fixture
def photo_folder(settings: Any, tmp_path: Any) -> Any:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}},
    }
    return tmp_path


def files_in(folder: Any) -> int:
    return sum(1 for path in folder.rglob("*") if path.is_file())


@pytest.mark.usefixtures("desks")
def test_the_same_request_again_cleans_no_photo_and_leaves_no_draft(
    client: Any, key: str, photo_folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = send_form(client, key, picture("red"), picture("blue"))
    kept = files_in(photo_folder)
    monkeypatch.setattr("apps.contributions.uploads.clean_photo", lambda upload: pytest.fail("cleaned again"))
    again = send_form(client, key, picture("red"), picture("blue"))
    assert again.json() == first.json() and again["Idempotent-Replayed"] == "true"
    assert send_form(client, key, picture("red")).status_code == 409
    assert not Upload.objects.exists() and files_in(photo_folder) == kept == 4


@pytest.mark.usefixtures("desks")
@pytest.mark.parametrize(
    ("photos", "point"),
    [
        ((b"<svg>",), None),
        ((), {"type": "Point", "coordinates": [8.0, 50.0]}),  # outside the town
    ],
)
def test_a_refused_request_leaves_no_draft(
    client: Any,
    key: str,
    photo_folder: Any,
    photos: tuple[bytes, ...],
    point: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert send_form(client, key, picture("red"), *photos, point=point).status_code == 400
    assert not Upload.objects.exists() and not files_in(photo_folder)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("desks")
def test_equal_requests_at_once_make_one_report_and_leave_no_draft(key: str, photo_folder: Any) -> None:
    def send(number: int) -> int:
        try:
            return int(send_form(Client(), key, picture("red")).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(send, range(4))) == [201] * 4
    assert Report.objects.count() == 1 and not Upload.objects.exists() and files_in(photo_folder) == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_with_one_key_only_as_many_pass_as_it_may(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.contributions.api_limits.PER_KEY", ((5, 3600), (100, 86_400)))

    def send(number: int) -> Any:
        try:
            return Client().post(URL, "{", content_type="application/json", headers={"Authorization": f"Api-Key {key}"})
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(24)))
    assert sorted(answer.status_code for answer in answers) == [400] * 5 + [429] * 19
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused["Retry-After"] == "3600" and "in einer Stunde" in refused.json()["detail"]


def test_each_key_has_a_limit_of_its_own(post: Any, town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.accounts.services import create_api_key

    monkeypatch.setattr("apps.contributions.api_limits.PER_KEY", ((9, 3600), (1, 86_400)))
    other = create_api_key(municipality=town, name="Zweite App")[1]
    assert [post(body()).status_code for _ in range(2)] == [201, 429]
    assert post(body(), auth=f"Api-Key {other}").status_code == 201
    late = post(body())
    assert late["Retry-After"] == "86400" and "morgen" in late.json()["detail"]


@pytest.mark.usefixtures("desks")
def test_what_is_not_a_photo_is_refused_and_nothing_is_stored(client: Any, key: str) -> None:
    answer = send_form(client, key, b"<svg onload=alert(1)>")
    assert answer.status_code == 400 and "kein Foto" in answer.json()["photos"][0]
    assert send_form(client, key, *[picture("red")] * 6).status_code == 400
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "nothing"}, "category"),
        ({"category": None}, "category"),
        ({"description": ""}, "description"),
        ({"description": "a\u0000b"}, "description"),
        ({"description": "x" * 4001}, "description"),
        ({"description": {"a": 1}}, "description"),
        ({"point": None}, "point"),
        ({"point": {"type": "Point", "coordinates": [51.3, 12.6]}}, "point"),
        ({"point": {"type": "Point", "coordinates": [12.6]}}, "point"),
        ({"point": {"type": "Polygon", "coordinates": []}}, "point"),
        ({"point": {"type": "Point", "coordinates": [12.6, 51.3], "crs": {}}}, "point"),
        ({"point": "POINT(12.6 51.3)"}, "point"),
        ({"contact": {"email": "anna@"}}, "contact"),
        ({"contact": {"wants_updates": True}}, "contact"),
        ({"contact": "[" * 5}, "contact"),
        ({"contact": 7}, "contact"),
    ],
)
def test_what_is_wrong_is_said_per_field(post: Any, changes: dict[str, Any], field: str) -> None:
    answer = post(body(**changes))
    assert answer.status_code == 400 and field in answer.json()
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b'"text"',
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"description": NaN}',
        b'{"point": {"type": "Point", "coordinates": [1e309, 51]}}',
        b'{"description": "' + b"x" * 70_000 + b'"}',
        b'{"description": "\\ud800"}',
    ],
)
def test_odd_bytes_are_a_400(post: Any, raw: bytes) -> None:
    assert post(raw).status_code == 400


def test_an_odd_idempotency_key_is_a_400(post: Any) -> None:
    assert post(body(), idempotency_key="x" * 256).status_code == 400


def test_outside_the_town_the_neighbour_is_named(post: Any, other_town: Any) -> None:
    answer = post(body(point={"type": "Point", "coordinates": list(lonlat(at(10_500, 1000)))}))
    assert answer.status_code == 400 and "Neuland" in answer.json()["point"][0]


def test_other_fields_change_nothing(post: Any) -> None:
    post(body(status="done", publication="released", municipality=2, public_text="x", id=7))
    report = Report.objects.get()
    assert (report.status, report.publication, report.public_text) == ("submitted", "pending", "")


@pytest.mark.usefixtures("town")
def test_the_document_and_its_page_are_there_without_a_cookie(client: Any) -> None:
    assert b"/api/v1/reports/" in client.get("/api/v1/schema/").content
    page = client.get("/api/v1/docs/")
    assert "Meldung abgeben" in page.content.decode() and not page.cookies


def test_an_unknown_category_is_answered_with_those_there_are(post: Any) -> None:
    answer = post(body(category="pothole"))
    assert answer.status_code == 400 and "street_light" in answer.json()["category"][0]


def test_the_api_s_root_leads_to_its_documentation(client: Any, town: Any) -> None:
    assert client.get("/api/v1/").url == "/api/v1/docs/"
