"""Too much at once is refused before it is read, with a sentence that says what to do."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import FakePayload

pytestmark = pytest.mark.usefixtures("town")

FORM, UPLOAD, API, DESK = "/meldungen/neu/", "/fotos/", "/api/v1/reports/", "/intern/meldungen/neu/"


class Unread(FakePayload):
    """A body that must not be touched."""

    def read(self, *args: Any, **kwargs: Any) -> bytes:
        raise AssertionError("the body was read")


def announce(client: Client, path: str, size: int | str, accept: str = "text/html", **more: Any) -> Any:
    body = Unread(b"x")
    return client.generic(
        "POST",
        path,
        content_type="multipart/form-data; boundary=x",
        headers={"Accept": accept},
        **{"wsgi.input": body, "CONTENT_LENGTH": str(size), **more},
    )


@pytest.fixture
def small(settings: Any) -> None:
    settings.REQUEST_MAX_BYTES, settings.DESK_REQUEST_MAX_BYTES = 2_000_000, 3_000_000


def test_the_page_says_how_much_is_possible_and_what_to_do(client: Client) -> None:
    answer = announce(client, FORM, 80_000_001)
    text = answer.content.decode()
    assert answer.status_code == 413
    assert "80 MB" in text and "eine Seite zurück" in text and "steht dort noch" in text
    assert "script-src" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("path", [UPLOAD, API, "/ogc/", "/gibt-es-nicht/"])
def test_programs_get_the_sentence_as_json(client: Client, path: str) -> None:
    answer = announce(client, path, 80_000_001, accept="*/*")
    assert answer.status_code == 413 and answer["Content-Type"] == "application/json"
    told = answer.json()
    assert told["error"] == told["detail"] and "80 MB" in told["detail"]


def test_the_limit_itself_still_passes(client: Client, small: None) -> None:
    def send(size: int) -> int:
        frame = len(json.dumps({"a": ""}))
        return int(client.post(API, json.dumps({"a": "x" * (size - frame)}), "application/json").status_code)

    assert send(2_000_000) == 401  # through to the door of the API
    assert send(2_000_001) == 413


def test_the_desk_may_send_larger_documents(client: Client, small: None) -> None:
    assert announce(client, DESK, 3_000_001).status_code == 413
    assert announce(client, DESK, 2_500_000).status_code == 302  # to the sign-in, unread


@pytest.mark.parametrize("announced", ["9" * 40, "99999999999999999999"])
def test_an_absurd_length_is_refused(client: Client, announced: str) -> None:
    assert announce(client, API, announced).status_code == 413


@pytest.mark.parametrize("announced", ["", "-1", "abc", "１２"])
def test_what_is_no_length_counts_as_nothing(client: Client, announced: str) -> None:
    assert announce(client, API, announced, accept="*/*").status_code == 401


def test_five_large_photos_in_one_form_pass(settings: Any) -> None:
    from apps.contributions.photos import MAX_BYTES
    from apps.contributions.uploads import MAX_PHOTOS

    assert MAX_PHOTOS * MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE <= settings.REQUEST_MAX_BYTES


def test_a_document_of_the_largest_size_passes(settings: Any) -> None:
    from apps.consultations.services import MAX_BYTES

    assert MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE <= settings.DESK_REQUEST_MAX_BYTES


def test_fields_without_files_have_a_limit_of_their_own(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
    answer = client.post(FORM, {"description": "x" * 1_000_001}, headers={"Accept": "text/html"})
    assert answer.status_code == 413 and "eine Seite zurück" in answer.content.decode()


def test_what_fits_is_handled_as_ever(client: Client) -> None:
    photo = SimpleUploadedFile("a.jpg", b"no photo", "image/jpeg")
    answer = client.post(FORM, {"step": "photos", "new_photos": photo})
    assert answer.status_code in (200, 400) and b"413" not in answer.content[:2000]
