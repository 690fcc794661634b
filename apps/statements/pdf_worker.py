"""The child process that looks through a PDF from outside: is it whole, and does it do anything by itself?

Run by ``apps.geo.sandbox``: it knows nothing of Django, the database or the secrets. It answers one line of JSON,
``{}`` or ``{"refused": code}`` with a code of ``attachments.SENTENCES``. Source of the names: ISO 32000-1, sections
7.5 (structure), 7.5.7 (object streams), 12.6.4 (actions), 7.11.4 (embedded files).
"""

import json
import re
import sys
import zlib
from typing import Any

MAX_BYTES = 15_000_000
#: What all object streams together may unpack to.
MAX_INFLATED = 64_000_000
MAX_STREAMS = 20_000
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)(?![A-Za-z0-9])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


class Refused(Exception):
    """The file is not taken; the argument is the code of the sentence."""


def prepare(order: dict[str, Any]) -> None:
    """Use what is imported on first use once, while that is still possible."""
    zlib.decompress(zlib.compress(b"ready"))


def work(prepared: Any, order: dict[str, Any]) -> None:
    """Answer for one file on standard input."""
    try:
        look_through(sys.stdin.buffer.read(MAX_BYTES + 1))
        answer: dict[str, str] = {}
    except Refused as refusal:
        answer = {"refused": refusal.args[0]}
    except Exception:  # whatever a damaged file stumbles over
        answer = {"refused": "damaged"}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def look_through(data: bytes) -> None:
    """Raise ``Refused`` for a PDF that is cut off, locked, or carries something that would act or unpack itself."""
    if len(data) > MAX_BYTES:
        raise Refused("bytes")
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
        raise Refused("damaged")
    skeleton, inflated, at = [], 0, 0
    for number, found in enumerate(_STREAM.finditer(data)):
        if number > MAX_STREAMS:
            raise Refused("damaged")
        between = data[at : found.start()]
        skeleton.append(between)
        at = found.end()
        if b"/ObjStm" in _plain(between.rpartition(b"obj")[2]):
            unpacked = _inflated(found.group(1), MAX_INFLATED - inflated)
            inflated += len(unpacked)
            skeleton.append(unpacked)
    skeleton.append(data[at:])
    words = _plain(b"\n".join(skeleton))
    if re.search(rb"/Encrypt(?![A-Za-z0-9])", words):
        raise Refused("locked")
    if _ACTIVE.search(words):
        raise Refused("active")


def _plain(words: bytes) -> bytes:
    """Return names without their escapes: ``/J#61vaScript`` is the same name (7.3.5)."""
    return _ESCAPED.sub(lambda hit: bytes([int(hit.group(1), 16)]), words)


def _inflated(packed: bytes, room: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(packed, max(1, room))
    except zlib.error:
        raise Refused("damaged") from None
    if unpacker.unconsumed_tail:
        raise Refused("bytes")
    return unpacked
