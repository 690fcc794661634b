"""Photos of a report that somebody brings to the counter: the same form, the same care."""

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.contributions.models import Upload
from apps.reports.models import Report
from tests.conftest import at, lonlat
from tests.contributions.photo_files import encoded, picture

URL = "/intern/meldungen/neu/"


@pytest.fixture
def counter(client: Any, bernd: Any, member: Any, desks: Any, media: Path) -> Any:
    client.force_login(member(bernd, desks.depot))
    return client


def photo(name: str = "bild.jpg", size: tuple[int, int] = (60, 40)) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, encoded(picture(size), "JPEG"), "image/jpeg")


def typed(**changes: Any) -> dict[str, Any]:
    lon, lat = lonlat(at(1000, 1000))
    return {
        "channel": "counter",
        "category": "street_light",
        "key": str(uuid.uuid4()),
        "draft": str(uuid.uuid4()),
        "lon": lon,
        "lat": lat,
        "description": "Herr mit Foto am Schalter: Lampe dunkel.",
        **changes,
    }


def tokens_in(answer: Any) -> list[str]:
    return re.findall(r'name="photos" value="([\w-]+)"', answer.content.decode())


def test_the_form_takes_files(counter: Any) -> None:
    html = counter.get(URL).content.decode()
    assert 'enctype="multipart/form-data"' in html and 'name="new_photos"' in html


def test_a_photo_goes_along_with_the_report_and_waits_for_somebody_to_look_at_it(counter: Any) -> None:
    assert counter.post(URL, typed(new_photos=photo())).status_code == 302
    assert list(Report.objects.get().photos.values_list("state", "position")) == [("pending", 0)]
    assert not Upload.objects.exists()


def test_photos_are_kept_while_the_form_goes_back_and_forth(counter: Any) -> None:
    data = typed(description="")
    first = counter.post(URL, {**data, "step": "photos", "new_photos": photo()})
    kept = tokens_in(first)
    assert first.status_code == 200 and len(kept) == 1 and "Bitte beschreiben Sie" not in first.content.decode()
    refused = counter.post(URL, {**data, "photos": kept})
    assert refused.status_code == 400 and tokens_in(refused) == kept
    two = tokens_in(counter.post(URL, {**data, "photos": kept, "step": "photos", "new_photos": photo(size=(50, 50))}))
    assert len(two) == 2
    left = counter.post(URL, {**data, "photos": two, "remove_photo": two[0]})
    assert left.status_code == 200 and tokens_in(left) == two[1:]
    assert counter.post(URL, {**data, "description": "Lampe dunkel", "photos": two[1:]}).status_code == 302
    assert Report.objects.get().photos.count() == 1


def test_what_is_no_photo_is_said_by_name_and_nothing_typed_is_lost(counter: Any) -> None:
    broken = SimpleUploadedFile("brief.pdf", b"%PDF-1.7", "application/pdf")
    answer = counter.post(URL, typed(new_photos=broken))
    html = answer.content.decode()
    assert answer.status_code == 400 and "brief.pdf" in html and "Herr mit Foto am Schalter" in html
    assert not Report.objects.exists()


def test_a_photo_that_is_gone_is_said_and_the_rest_can_be_saved(counter: Any) -> None:
    data = typed()
    token = tokens_in(counter.post(URL, {**data, "step": "photos", "new_photos": photo()}))[0]
    Upload.objects.all().delete()
    answer = counter.post(URL, {**data, "photos": token})
    assert answer.status_code == 400 and "nicht mehr da" in answer.content.decode() and not tokens_in(answer)
    assert counter.post(URL, data).status_code == 302


def test_the_same_form_sent_twice_makes_one_report_and_leaves_no_draft(counter: Any) -> None:
    data = typed()
    for _ in range(2):
        assert counter.post(URL, {**data, "new_photos": photo()}).status_code == 302
    assert Report.objects.get().photos.count() == 1 and not Upload.objects.exists()
