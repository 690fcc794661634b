"""Faces and number plates: covered by the desk, gone in the public version, never there again by another door."""

import io
import uuid
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from apps.contributions.uploads import keep_upload
from apps.reports import services
from apps.reports.changes import ChangeRefused
from apps.reports.models import BlurredPhoto, Event, ReportPhoto
from apps.reports.photos import blur_photo, review_photo
from tests.contributions.photo_files import encoded

pytestmark = pytest.mark.usefixtures("media")


def plate() -> bytes:
    """Black and white stripes of two pixels: whatever can still be read in them would be a letter."""
    image = Image.new("RGB", (80, 60), "white")
    for x in range(0, 80, 4):
        image.paste("black", (x, 0, x + 2, 60))
    return encoded(image, "PNG")


@pytest.fixture
def photo(town: Any, submit: Any, dilek: Any) -> ReportPhoto:
    """A released photo of a released report."""
    draft = uuid.uuid4()
    kept = keep_upload(municipality=town, draft=draft, upload=ContentFile(plate()))
    report = submit(draft=draft, photos=[kept.token]).report
    services.release(report=report, actor=dilek)
    return review_photo(photo=report.photos.get(), state="released", actor=dilek)


def seen(client: Any, photo: ReportPhoto, size: str = "gross") -> Image.Image:
    answer = client.get(f"/meldungen/{photo.report.public_id}/fotos/{photo.public_id}-{size}.webp")
    return Image.open(io.BytesIO(b"".join(answer.streaming_content))).convert("L")


def contrast(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    low, high = image.crop(box).getextrema()
    return int(high - low)


def test_what_is_covered_is_gone_in_the_public_version_and_the_rest_is_not(
    photo: ReportPhoto, dilek: Any, client: Any
) -> None:
    # Four cells of eight pixels: each holds two stripes of each colour, so that all have one mean.
    blur_photo(photo=photo, areas=[[40, 0, 72, 60]], actor=dilek)
    public = seen(client, photo)
    assert contrast(public, (4, 4, 36, 56)) > 150 and contrast(public, (44, 4, 64, 56)) < 30
    assert contrast(seen(client, photo, "klein"), (44, 4, 64, 56)) < 30
    assert Event.objects.get(kind="photo_blurred").data["areas"] == 1


def test_covered_again_or_no_more_the_old_files_are_gone(photo: ReportPhoto, dilek: Any, client: Any) -> None:
    from django.core.files.storage import default_storage

    blur_photo(photo=photo, areas=[[40, 0, 80, 60]], actor=dilek)
    first = BlurredPhoto.objects.get().file.name
    blur_photo(photo=photo, areas=[[0, 0, 40, 60]], actor=dilek)
    second = BlurredPhoto.objects.get().file.name
    assert not default_storage.exists(first) and default_storage.exists(second)
    blur_photo(photo=ReportPhoto.objects.get(), areas=[], actor=dilek)
    assert not default_storage.exists(second) and contrast(seen(client, photo), (4, 4, 76, 56)) > 150


@pytest.mark.parametrize("area", [[-1, 0, 40, 40], [0, 0, 81, 60], [40, 0, 40, 60], [0, 0, 2, 60]])
def test_an_area_beyond_the_photo_is_refused(photo: ReportPhoto, dilek: Any, area: list[int]) -> None:
    with pytest.raises(ChangeRefused):
        blur_photo(photo=photo, areas=[area], actor=dilek)
    assert not BlurredPhoto.objects.exists()


def test_dilek_types_numbers_and_a_clerk_may_not(
    photo: ReportPhoto, dilek: Any, client: Any, carla: Any, member: Any, desks: Any
) -> None:
    path = f"/intern/meldungen/{photo.report.public_id}/fotos/{photo.public_id}/verdecken/"
    row = {"area-0-left": "50", "area-0-top": "0", "area-0-width": "50", "area-0-height": "100"}
    typed = {"area-TOTAL_FORMS": "3", "area-INITIAL_FORMS": "0", **row}
    client.force_login(member(carla, desks.parks))
    assert client.post(path, typed).status_code == 403
    client.force_login(dilek)
    answer = client.post(path, {**typed, "area-0-height": ""})
    assert answer.status_code == 400 and "alle vier Zahlen" in answer.content.decode()
    assert client.post(path, typed).status_code == 302
    assert BlurredPhoto.objects.get().areas == [[40, 0, 80, 60]]
    assert 'value="50.0"' in client.get(path).content.decode()
