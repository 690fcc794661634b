"""Photos of forms that are not sent yet: kept for a day, taken over once, never left behind."""

import datetime as dt
import os
import uuid
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from apps.contributions import uploads
from apps.contributions.models import Upload
from apps.contributions.photos import PhotoRefused
from apps.contributions.uploads import PhotosGone, drop_upload, keep_upload, sweep_orphans, take_over, uploads_of
from tests.contributions.photo_files import encoded, picture

pytestmark = pytest.mark.usefixtures("media")
JPEG = encoded(picture((60, 40)), "JPEG")


def keep(town: Any, draft: uuid.UUID, data: bytes = JPEG) -> Upload:
    return keep_upload(municipality=town, draft=draft, upload=ContentFile(data, name="IMG_1.jpg"))


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def other_jpeg(number: int) -> bytes:
    return encoded(picture((60 + number, 40)), "JPEG")


def test_a_photo_lies_under_a_random_name_that_only_the_platform_may_read(town: Any, media: Path) -> None:
    kept = keep(town, uuid.uuid4())
    names = files_in(media)
    assert names == sorted([kept.file.name, kept.thumbnail.name]) and "IMG" not in "".join(names)
    assert all((media / name).stat().st_mode & 0o777 == 0o600 for name in names)


def test_the_same_file_twice_in_one_draft_is_one_photo(town: Any, media: Path) -> None:
    draft = uuid.uuid4()
    assert keep(town, draft) == keep(town, draft)
    assert len(files_in(media)) == 2


def test_the_same_file_in_another_draft_has_another_token(town: Any) -> None:
    assert keep(town, uuid.uuid4()).token != keep(town, uuid.uuid4()).token


def test_a_sixth_photo_is_refused(town: Any) -> None:
    draft = uuid.uuid4()
    for number in range(5):
        keep(town, draft, other_jpeg(number))
    with pytest.raises(PhotoRefused, match="fünf"):
        keep(town, draft, other_jpeg(6))


def test_a_refused_photo_leaves_nothing(town: Any, media: Path) -> None:
    with pytest.raises(PhotoRefused):
        keep(town, uuid.uuid4(), b"<svg/>")
    assert not Upload.objects.exists() and not files_in(media)


def test_another_draft_neither_sees_nor_removes_nor_takes_a_photo(town: Any, other_town: Any) -> None:
    draft, kept = uuid.uuid4(), None
    kept = keep(town, draft)
    for where, number in [(town, uuid.uuid4()), (other_town, draft)]:
        assert uploads_of(municipality=where, draft=number, tokens=[kept.token]) == []
        drop_upload(municipality=where, draft=number, token=kept.token)
        with pytest.raises(PhotosGone):
            take_over(municipality=where, draft=number, tokens=[kept.token])
    assert Upload.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_removed_photo_is_gone_with_its_files(town: Any, media: Path) -> None:
    draft = uuid.uuid4()
    drop_upload(municipality=town, draft=draft, token=keep(town, draft).token)
    assert not Upload.objects.exists() and not files_in(media)


def test_what_is_taken_over_keeps_the_order_of_the_form_and_its_files(town: Any, media: Path) -> None:
    draft = uuid.uuid4()
    first, second = keep(town, draft), keep(town, draft, other_jpeg(1))
    values = take_over(municipality=town, draft=draft, tokens=[second.token, first.token, second.token])
    assert [(v["file"].name, v["position"]) for v in values] == [(second.file.name, 0), (first.file.name, 1)]
    assert not Upload.objects.exists() and len(files_in(media)) == 4


def test_a_photo_cannot_be_taken_twice(town: Any) -> None:
    draft = uuid.uuid4()
    kept = keep(town, draft)
    take_over(municipality=town, draft=draft, tokens=[kept.token])
    with pytest.raises(PhotosGone):
        take_over(municipality=town, draft=draft, tokens=[kept.token])


# ---- The sweep --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "is_there"), [(dt.timedelta(hours=24, seconds=-1), True), (dt.timedelta(1), False)])
def test_a_draft_dies_after_twenty_four_hours(town: Any, media: Path, age: dt.timedelta, is_there: bool) -> None:
    kept = keep(town, uuid.uuid4())
    for name in files_in(media):
        os.utime(media / name, (kept.created_at.timestamp(), kept.created_at.timestamp()))
    swept = sweep_orphans(at=kept.created_at + age)
    assert swept == ((0, 0) if is_there else (1, 2))
    assert Upload.objects.exists() is is_there and bool(files_in(media)) is is_there


def test_a_file_that_a_crash_left_without_a_row_is_swept_after_a_day(town: Any, media: Path) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        keep(town, uuid.uuid4())
        raise RuntimeError("killed before the commit")
    assert len(files_in(media)) == 2
    assert sweep_orphans() == (0, 0)
    assert sweep_orphans(at=timezone.now() + dt.timedelta(hours=25)) == (0, 2) and not files_in(media)


def test_the_photos_of_a_report_stay_whatever_their_age(town: Any, submit: Any, media: Path) -> None:
    draft = uuid.uuid4()
    kept = keep(town, draft)
    submit(draft=draft, photos=[kept.token])
    assert sweep_orphans(at=timezone.now() + dt.timedelta(days=400)) == (0, 0)
    assert len(files_in(media)) == 2


def test_the_photos_of_a_deleted_report_are_swept(town: Any, submit: Any, media: Path) -> None:
    draft = uuid.uuid4()
    report = submit(draft=draft, photos=[keep(town, draft).token]).report
    with pgtrigger.ignore("reports.Event:append_only"):  # nothing in the platform deletes a report
        report.delete()
    assert sweep_orphans(at=timezone.now() + dt.timedelta(hours=25)) == (0, 2) and not files_in(media)


def test_the_sweep_touches_nothing_but_photos(town: Any, media: Path) -> None:
    (media / "photos" / "notes").mkdir(parents=True)
    (media / "photos" / "notes" / "x.txt").write_text("x")
    (media / "imports").mkdir()
    (media / "imports" / "a.gpkg").write_text("x")
    sweep_orphans(at=timezone.now() + dt.timedelta(days=9))
    assert len(files_in(media)) == 2


def test_two_equal_uploads_at_the_same_time_are_one_row(
    town: Any, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = uuid.uuid4()
    store = uploads.store_picture

    def slow(upload: Any) -> dict[str, Any]:
        files = store(upload)
        monkeypatch.setattr(uploads, "store_picture", store)
        keep(town, draft)  # the other request is faster
        return files

    monkeypatch.setattr(uploads, "store_picture", slow)
    keep(town, draft)
    assert Upload.objects.count() == 1 and len(files_in(media)) == 2


def test_default_storage_is_the_one_of_the_tests(media: Path) -> None:
    assert default_storage.path("x") == str(media / "x")
