"""What is enclosed with a statement: told apart by content, checked in the sandbox, kept under a name of our own."""

import hashlib
import json
import logging
import tempfile
import uuid
from pathlib import Path, PurePath

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.contributions.photos import PhotoRefused, clean_photo
from apps.geo.sandbox.running import ConfinedFailed, Limits, run_confined
from apps.geo.untrusted import InputRefused, clean_text
from apps.statements import pdf_worker
from apps.statements.models import Attachment, Draft

logger = logging.getLogger("apps.statements")

MOST = 4
FOLDER = "statements"
LIMITS = Limits(memory_bytes=512 * 1024 * 1024, cpu_seconds=10, wall_seconds=20, output_bytes=64 * 1024)
_WORKER = Path(pdf_worker.__file__)
_TYPES = {Attachment.Kind.PHOTO: ("webp", "image/webp"), Attachment.Kind.PDF: ("pdf", "application/pdf")}
SENTENCES = {
    "count": gettext_noop("Mehr als vier Anlagen sind nicht möglich. Bitte entfernen Sie zuerst eine."),
    "empty": gettext_noop("Die Datei ist leer. Bitte wählen Sie sie noch einmal aus."),
    "bytes": gettext_noop("Die Datei ist zu groß: höchstens 15 MB sind möglich."),
    "damaged": gettext_noop("Die PDF-Datei ist beschädigt oder unvollständig. Bitte speichern Sie sie neu."),
    "locked": gettext_noop("Die PDF-Datei ist verschlüsselt. Bitte speichern Sie sie ohne Kennwort."),
    "active": gettext_noop(
        "Die PDF-Datei enthält Programme oder eingebettete Dateien. Bitte drucken Sie sie als PDF und nehmen Sie diese."
    ),
    "kind": gettext_noop("Möglich sind PDF-Dateien und Fotos (JPEG, PNG, WebP, HEIC)."),
}


class AttachmentRefused(Exception):
    """A file that is not taken. Its text is a sentence for the person who sent it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(_(SENTENCES[code]))


def check_pdf(upload: UploadedFile) -> None:
    """Raise ``AttachmentRefused`` unless the sandbox finds a whole PDF that does nothing by itself."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as answer:
        for chunk in upload.chunks():
            source.write(chunk)
        source.seek(0)
        try:
            run_confined(_WORKER, limits=LIMITS, source=source, answer=answer)
            code = json.loads(answer.read(LIMITS.output_bytes)).get("refused")
        except (ConfinedFailed, ValueError, AttributeError) as failure:
            logger.warning("no answer about a PDF from the sandbox: %s", failure)
            raise AttachmentRefused("damaged") from None
    if code:
        raise AttachmentRefused(code if code in SENTENCES else "damaged")


def accept(upload: UploadedFile) -> tuple[str, ContentFile]:
    """Return kind and content to keep of an uploaded file. Raises ``AttachmentRefused``; then nothing is kept."""
    if not upload.size:
        raise AttachmentRefused("empty")
    if upload.size > pdf_worker.MAX_BYTES:
        raise AttachmentRefused("bytes")
    upload.seek(0)
    is_pdf = upload.read(5) == b"%PDF-"
    upload.seek(0)
    if is_pdf:
        check_pdf(upload)
        upload.seek(0)
        return Attachment.Kind.PDF, ContentFile(upload.read())
    try:
        return Attachment.Kind.PHOTO, ContentFile(clean_photo(upload).data)
    except PhotoRefused as refusal:
        if refusal.code == "format":
            raise AttachmentRefused("kind") from None
        raise


def keep_attachment(*, draft: Draft, upload: UploadedFile) -> Attachment:
    """Store a file for a draft; the same content again gives the same row.

    Raises ``AttachmentRefused`` and ``PhotoRefused``.
    """
    kind, content = accept(upload)
    digest = hashlib.sha256(content.read()).hexdigest()
    content.seek(0)
    if same := draft.attachments.filter(sha256=digest).first():
        return same
    name = default_storage.save(_path(kind), content)
    try:
        with transaction.atomic():
            locked = Draft.objects.select_for_update().get(pk=draft.pk)
            there = locked.attachments.count()
            if there >= MOST:
                raise AttachmentRefused("count")
            return Attachment.objects.create(
                municipality_id=draft.municipality_id,
                draft=locked,
                position=there,
                kind=kind,
                name=said_name(upload.name),
                file=name,
                sha256=digest,
                size_bytes=content.size,
            )
    except BaseException:
        default_storage.delete(name)
        raise


def drop_attachment(*, draft: Draft, public_id: str) -> None:
    """Remove one enclosed file of a draft for good; nothing happens when it is not there."""
    found = draft.attachments.filter(public_id=public_id).first()
    if found:
        found.delete()
        default_storage.delete(str(found.file.name))


def keep_redacted(*, attachment: Attachment, upload: UploadedFile) -> Attachment:
    """Store the copy that others may read beside the untouched original. Raises as ``keep_attachment``."""
    kind, content = accept(upload)
    if kind != attachment.kind:
        raise AttachmentRefused("kind")
    old = str(attachment.redacted.name or "")
    attachment.redacted = default_storage.save(_path(kind), content)
    attachment.save(update_fields=["redacted"])
    if old:
        transaction.on_commit(lambda: default_storage.delete(old))
    return attachment


def _path(kind: str) -> str:
    name = uuid.uuid4().hex
    return f"{FOLDER}/{name[:2]}/{name}.{_TYPES[Attachment.Kind(kind)][0]}"


def said_name(name: str | None) -> str:
    """Return what the sender called a file, as words for the desk: no path, no hidden characters."""
    try:
        said = clean_text(PurePath(str(name or "").replace("\\", "/")).name)
    except InputRefused:
        return ""
    return "".join(c for c in said if c.isprintable())[:120]


def send_attachment(attachment: Attachment, *, redacted: bool = False) -> FileResponse:
    """Answer with the file for saving; nothing in it may run and nobody keeps it."""
    stored = attachment.redacted if redacted else attachment.file
    ending, media_type = _TYPES[Attachment.Kind(attachment.kind)]
    if not stored:
        raise Http404
    try:
        opened = default_storage.open(str(stored.name))
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        opened, as_attachment=True, filename=f"anlage-{attachment.position + 1}.{ending}", content_type=media_type
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
