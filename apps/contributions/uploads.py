"""Photos of a form that is not finished: kept under the form's draft number, taken over when it is sent, else gone.

Files are written before their row is committed and removed after their row is gone. What a crash leaves in between
is a file without a row, and ``sweep_orphans`` finds it.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.contributions.models import PICTURE_FIELDS, Picture, Upload
from apps.contributions.photos import PhotoRefused, clean_photo
from apps.contributions.tokens import derive_token
from apps.places.models import Municipality

MAX_PHOTOS = 5
DRAFT_LIVES = dt.timedelta(hours=24)
FOLDER = "photos"


class PhotosGone(Exception):
    """A form names photos that are not there any more: removed, or older than a day. Its text may be shown."""

    def __init__(self) -> None:
        super().__init__(_("Ein Foto ist nicht mehr da: Fotos werden einen Tag aufgehoben. Bitte fügen Sie es neu an."))


def upload_token(draft: uuid.UUID, upload: UploadedFile) -> str:
    """Return the token that a file has in a draft, whether it was stored or not (128 bit, needs the secret key)."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    return derive_token("upload", draft, digest.hexdigest())


def keep_upload(*, municipality: Municipality, draft: uuid.UUID, upload: UploadedFile) -> Upload:
    """Clean an uploaded photo and keep it for the draft; the same file again gives the same row.

    Raises ``PhotoRefused``, also when the draft has its five photos.
    """
    token = upload_token(draft, upload)
    here = Upload.objects.filter(municipality=municipality, draft=draft)
    if earlier := here.filter(token=token).first():
        return earlier
    if here.count() >= MAX_PHOTOS:
        raise PhotoRefused("count")
    files = store_picture(upload)
    try:
        with transaction.atomic():
            return Upload.objects.create(municipality=municipality, draft=draft, token=token, **files)
    except IntegrityError:  # the same file arrived twice at the same time
        delete_files([files["file"], files["thumbnail"]])
        return here.get(token=token)


def store_picture(upload: File, areas: Sequence[Sequence[int]] = ()) -> dict[str, Any]:
    """Clean a photo, write its two files and return the values of a ``Picture``'s fields. Raises ``PhotoRefused``.

    ``areas`` are hidden in it, see ``clean_photo``.
    """
    photo = clean_photo(upload, areas)
    name = uuid.uuid4().hex
    stem = f"{FOLDER}/{name[:2]}/{name}"
    return {
        "file": default_storage.save(f"{stem}.webp", ContentFile(photo.data)),
        "thumbnail": default_storage.save(f"{stem}-480.webp", ContentFile(photo.thumbnail)),
        "width": photo.width,
        "height": photo.height,
        "sha256": photo.sha256,
    }


def uploads_of(*, municipality: Municipality, draft: uuid.UUID, tokens: Sequence[str]) -> list[Upload]:
    """Return the draft's photos that the form names and that are still there, in the form's order."""
    order = {token: place for place, token in enumerate(tokens)}
    found = Upload.objects.filter(municipality=municipality, draft=draft, token__in=list(order))
    return sorted(found, key=lambda upload: order[upload.token])


@transaction.atomic
def drop_upload(*, municipality: Municipality, draft: uuid.UUID, token: str) -> None:
    """Remove one photo of a draft for good; nothing happens when it is not there."""
    found = Upload.objects.select_for_update().filter(municipality=municipality, draft=draft, token=token).first()
    if found:
        found.delete()
        transaction.on_commit(lambda: delete_files([found.file.name, found.thumbnail.name]))


@transaction.atomic
def drop_draft(*, municipality: Municipality, draft: uuid.UUID) -> None:
    """Remove whatever a draft still holds, for good: nobody will send it any more."""
    found = list(Upload.objects.select_for_update().filter(municipality=municipality, draft=draft))
    if found:
        Upload.objects.filter(pk__in=[row.pk for row in found]).delete()
        names = [str(name) for row in found for name in (row.file.name, row.thumbnail.name)]
        transaction.on_commit(lambda: delete_files(names))


def take_over(*, municipality: Municipality, draft: uuid.UUID, tokens: Sequence[str]) -> list[dict[str, object]]:
    """Turn a draft's photos into values for a kind's own photo rows, inside the transaction that makes the kind's row.

    The rows of the draft are gone with the same commit; the files stay where they are. Raises ``PhotosGone`` unless
    every named photo is there.
    """
    names = list(dict.fromkeys(tokens))[:MAX_PHOTOS]
    rows = {
        row.token: row
        for row in Upload.objects.select_for_update().filter(municipality=municipality, draft=draft, token__in=names)
    }
    if len(rows) != len(names):
        raise PhotosGone
    Upload.objects.filter(pk__in=[row.pk for row in rows.values()]).delete()
    return [
        {**{field: getattr(rows[token], field) for field in PICTURE_FIELDS}, "position": place}
        for place, token in enumerate(names)
    ]


def sweep_orphans(*, at: dt.datetime | None = None) -> tuple[int, int]:
    """Delete drafts older than a day, then files older than a day that no row names; return how many of each.

    A file may be older than its row: that is why young files without a row are left alone.
    """
    before = (at or timezone.now()) - DRAFT_LIVES
    _count, by_model = Upload.objects.filter(created_at__lte=before).delete()
    files = 0
    root = Path(default_storage.path(FOLDER))
    for folder in sorted(root.glob("[0-9a-f][0-9a-f]")):
        old = {
            f"{FOLDER}/{folder.name}/{path.name}": path
            for path in folder.iterdir()
            if path.is_file() and path.stat().st_mtime <= before.timestamp()
        }
        for name in old.keys() - _named(old):
            old[name].unlink(missing_ok=True)
            files += 1
    return by_model.get("contributions.Upload", 0), files


def _named(names: Iterable[str]) -> set[str]:
    """Return which of the file names some row of any kind still names."""
    wanted = list(names)
    found: set[str] = set()
    for model in apps.get_models():
        if issubclass(model, Picture):
            for field in ("file", "thumbnail"):
                rows = model._default_manager.filter(**{f"{field}__in": wanted})
                found.update(rows.values_list(field, flat=True))
    return found


def delete_files(names: Iterable[str | None]) -> None:
    """Remove files of pictures; one that is gone already is no fault."""
    for name in filter(None, names):
        default_storage.delete(name)
