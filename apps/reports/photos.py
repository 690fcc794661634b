"""Changes of a report's photos: attached when it is sent, then covered where needed, released or hidden one by one."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contributions.models import PICTURE_FIELDS
from apps.contributions.uploads import delete_files, store_picture, take_over
from apps.geo.editing import ChangeRefused
from apps.reports import changes
from apps.reports.models import BlurredPhoto, Event, Report, ReportPhoto

_KINDS = {
    ReportPhoto.State.RELEASED: Event.Kind.PHOTO_RELEASED,
    ReportPhoto.State.HIDDEN: Event.Kind.PHOTO_HIDDEN,
}


def attach_photos(*, report: Report, draft: uuid.UUID, tokens: Sequence[str]) -> list[ReportPhoto]:
    """Make a draft's photos the photos of a report, in the caller's transaction. Raises ``PhotosGone``."""
    pictures = take_over(municipality=report.municipality, draft=draft, tokens=tokens)
    return ReportPhoto.objects.bulk_create(ReportPhoto(report=report, **picture) for picture in pictures)


@transaction.atomic
def review_photo(
    *, photo: ReportPhoto, state: str, actor: User, alt: str = "", at: dt.datetime | None = None
) -> ReportPhoto:
    """Release or hide one photo; ``alt`` (kept when empty) is what people hear who cannot see it.

    The answer to every later request follows the new state at once: photos are served through a view.
    """
    report = changes.lock(photo.report)
    photo = report.photos.select_for_update().get(pk=photo.pk)
    if state not in _KINDS:
        raise ChangeRefused(_("Ein Foto kann freigegeben oder verborgen werden."))
    photo.alt = alt or photo.alt
    fields = ["alt"]
    if photo.state != state:
        photo.state = ReportPhoto.State(state)
        fields.append("state")
        changes.record(
            report,
            _KINDS[photo.state],
            actor=actor,
            at=at or timezone.now(),
            data={"photo": photo.public_id, "number": photo.position + 1},
        )
    photo.save(update_fields=fields)
    return photo


#: Areas to hide in one photo at most, and the shortest side of one, in pixels.
MAX_AREAS, MIN_SIDE = 20, 4


def blur_photo(
    *, photo: ReportPhoto, areas: Sequence[Sequence[int]], actor: User, at: dt.datetime | None = None
) -> ReportPhoto:
    """Hide areas of a photo for everybody but staff and its sender; no areas show it as it is again.

    ``areas`` are (left, top, right, bottom) in pixels of the photo. The public version is made in the sandbox, before
    the transaction. Raises ``ChangeRefused`` and ``PhotoRefused``; then everything stays as it was.
    """
    wanted = [[int(edge) for edge in area] for area in areas]
    if len(wanted) > MAX_AREAS:
        raise ChangeRefused(_("Mehr als %(n)d Flächen sind nicht möglich.") % {"n": MAX_AREAS})
    for left, top, right, bottom in wanted:
        inside = 0 <= left < right <= photo.width and 0 <= top < bottom <= photo.height
        if not inside or min(right - left, bottom - top) < MIN_SIDE:
            raise ChangeRefused(_("Eine Fläche liegt außerhalb des Fotos oder ist zu klein."))
    made: dict[str, Any] = {}
    if wanted:
        try:
            with default_storage.open(str(photo.file.name)) as original:
                made = store_picture(original, wanted)
        except FileNotFoundError:
            raise ChangeRefused(_("Die Datei dieses Fotos fehlt.")) from None
    try:
        old = _replace_blurred(photo, wanted, made, actor=actor, at=at or timezone.now())
    except BaseException:
        delete_files(made[name] for name in ("file", "thumbnail") if made)
        raise
    delete_files(old)
    return photo


@transaction.atomic
def _replace_blurred(
    photo: ReportPhoto, areas: list[list[int]], made: dict[str, Any], *, actor: User, at: dt.datetime
) -> list[str]:
    """Write the row and the line of history; return the names of files that nothing names any more."""
    report = changes.lock(photo.report)
    earlier = BlurredPhoto.objects.select_for_update().filter(photo=photo).first()
    if earlier is None and not areas:
        raise ChangeRefused(_("Zeichnen Sie zuerst eine Fläche."))
    old = [str(earlier.file.name), str(earlier.thumbnail.name)] if earlier else []
    if areas:
        values = {**{name: made[name] for name in PICTURE_FIELDS}, "areas": areas}
        BlurredPhoto.objects.update_or_create(photo=photo, defaults=values)
    elif earlier:
        earlier.delete()
    data = {"photo": photo.public_id, "number": photo.position + 1, "areas": len(areas)}
    changes.record(report, Event.Kind.PHOTO_BLURRED, actor=actor, at=at, data=data)
    return old
