"""Photos from outside: only their pixels come in, through a child process that can do nothing else.

What is kept is never the file that was sent: it is decoded and encoded anew, so that place, camera, name and whatever
else hides in a photo stay outside (threat V8). It fails closed: no clean copy, no photo.
"""

import hashlib
import json
import logging
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.files import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.contributions import photo_worker
from apps.geo.sandbox.running import ConfinedFailed, Limits, run_confined

logger = logging.getLogger("apps.contributions")

MAX_BYTES = 15_000_000
LIMITS = Limits(memory_bytes=768 * 1024 * 1024, cpu_seconds=10, wall_seconds=30, output_bytes=8 * 1024 * 1024)
#: Photos cleaned at the same time by one web process; the others wait their turn.
AT_ONCE = 2

SENTENCES = {
    "empty": gettext_noop("Das Foto ist leer. Bitte wählen Sie es noch einmal aus."),
    "bytes": gettext_noop("Das Foto ist zu groß: höchstens 15 MB sind möglich."),
    "pixels": gettext_noop(
        "Das Foto hat zu viele Bildpunkte (höchstens 50 Megapixel). Bitte verkleinern Sie es und versuchen Sie es "
        "noch einmal."
    ),
    "format": gettext_noop("Das ist kein Foto, das wir lesen können. Möglich sind JPEG, PNG, WebP und HEIC."),
    "damaged": gettext_noop("Das Foto ist beschädigt und lässt sich nicht öffnen. Bitte nehmen Sie ein anderes."),
    "count": gettext_noop("Mehr als fünf Fotos sind nicht möglich. Bitte entfernen Sie zuerst eines."),
    "busy": gettext_noop("Gerade kommen sehr viele Fotos an. Bitte versuchen Sie es gleich noch einmal."),
}
_turns = threading.BoundedSemaphore(AT_ONCE)
_WORKER = Path(photo_worker.__file__)


class PhotoRefused(Exception):
    """A photo that is not taken. ``code`` is a key of ``SENTENCES``; the text is for the person who sent it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(_(SENTENCES[code]))


@dataclass(frozen=True)
class CleanPhoto:
    """A photo made anew from its pixels: WebP, upright, at most 2048 px to a side, with a thumbnail of 480 px."""

    data: bytes
    thumbnail: bytes
    width: int
    height: int
    sha256: str


def clean_photo(upload: File, areas: Sequence[Sequence[int]] = ()) -> CleanPhoto:
    """Return the clean copy of an uploaded JPEG, PNG, WebP or HEIC (known by its content, not by its name).

    ``upload`` is Django's ``UploadedFile`` or any ``File``; ``areas`` (left, top, right, bottom in pixels of the copy)
    are made unrecognisable in it. Raises ``PhotoRefused``, and then nothing is to be stored.
    """
    if not upload.size:
        raise PhotoRefused("empty")
    if upload.size > MAX_BYTES:
        raise PhotoRefused("bytes")
    if not _turns.acquire(timeout=LIMITS.wall_seconds):
        raise PhotoRefused("busy")
    try:
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as answer:
            for chunk in upload.chunks():
                source.write(chunk)
            source.seek(0)
            run_confined(_WORKER, limits=LIMITS, source=source, answer=answer, order={"areas": list(areas)})
            return _read(answer.read(LIMITS.output_bytes))
    except ConfinedFailed as failure:
        logger.warning("no photo from the sandbox: %s", failure)
        raise PhotoRefused("damaged") from None
    finally:
        _turns.release()


def _read(answer: bytes) -> CleanPhoto:
    """Take the child's answer apart. It has read foreign bytes, so nothing that it says is believed unseen."""
    line, _newline, files = answer.partition(b"\n")
    try:
        told = json.loads(line)
        if code := told.get("refused"):
            raise PhotoRefused(code if code in SENTENCES else "damaged")
        width, height, cut = int(told["width"]), int(told["height"]), int(told["photo"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PhotoRefused("damaged") from None
    photo, thumbnail = files[:cut], files[cut:]
    side = photo_worker.PHOTO_SIDE
    if not (is_bare_webp(photo) and is_bare_webp(thumbnail) and 0 < width <= side and 0 < height <= side):
        raise PhotoRefused("damaged")
    return CleanPhoto(photo, thumbnail, width, height, hashlib.sha256(photo).hexdigest())


def is_bare_webp(data: bytes) -> bool:
    """Is this a WebP file of one picture and nothing else (RFC 9649, section 2.5)? No metadata, nothing appended."""
    if len(data) < 20 or data[:4] != b"RIFF" or data[8:16] not in (b"WEBPVP8 ", b"WEBPVP8L"):
        return False
    riff, chunk = (int.from_bytes(data[at : at + 4], "little") for at in (4, 16))
    return riff + 8 == len(data) and 12 + 8 + chunk + chunk % 2 == len(data)
