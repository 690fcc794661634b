"""Every change of a consultation's documents. Files are kept: what was shown once can be proved later."""

import hashlib
import secrets

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.consultations.models import Consultation, Document
from apps.consultations.phases import Action, require
from apps.consultations.services.proof import record_shown
from apps.geo.editing import apply_edit, lock_for_edit
from apps.geo.untrusted import InputRefused

MAX_BYTES = 100_000_000


class FileRefused(InputRefused):
    """A file that is not taken; the text is a sentence for the planner."""


def check_pdf(upload: UploadedFile) -> None:
    """Refuse what is not a PDF of at most 100 MB, by content; a name and a type can say anything."""
    if not upload.size:
        raise FileRefused(_("Die Datei ist leer."))
    if upload.size > MAX_BYTES:
        raise FileRefused(_("Die Datei ist zu groß: höchstens 100 MB."))
    upload.seek(0)
    head = upload.read(1024)
    upload.seek(max(0, upload.size - 2048))
    tail = upload.read()
    upload.seek(0)
    if not head.startswith(b"%PDF-") or b"%%EOF" not in tail:
        raise FileRefused(_("Das ist keine vollständige PDF-Datei."))


def add_document(
    *,
    consultation: Consultation,
    actor: User | None,
    upload: UploadedFile,
    title: str,
    kind: str,
    is_published: bool = True,
    includes_environmental_report: bool = False,
) -> Document:
    """Store a PDF as the last document of a consultation. Raises ``FileRefused``."""
    check_pdf(upload)
    return store_document(
        consultation,
        actor,
        upload,
        title=title,
        kind=kind,
        is_published=is_published,
        includes_environmental_report=includes_environmental_report,
    )


def replace_document(*, document: Document, actor: User | None, upload: UploadedFile) -> Document:
    """Store a newer version; the older one is kept for the desk and no longer shown. Raises ``FileRefused``."""
    check_pdf(upload)
    return store_document(document.consultation, actor, upload, replaces=document)


@transaction.atomic
def change_document(*, document: Document, actor: User | None, values: dict[str, object]) -> Document:
    """Change ``title``, ``kind``, ``position``, ``is_published`` or ``includes_environmental_report``."""
    with history(actor):
        consultation = lock_for_edit(document.consultation, version=None)
        require(Action.CHANGE_PAPERS, consultation, at=timezone.now())
        fresh = Document.objects.select_for_update().get(pk=document.pk)
        changed = {name: value for name, value in values.items() if getattr(fresh, name) != value}
        for name, value in changed.items():
            setattr(fresh, name, value)
        if changed:
            fresh.save(update_fields=list(changed))
            announce_papers(consultation)
        return fresh


def announce_papers(consultation: Consultation) -> None:
    """Count the papers' version up and write down what everybody can reach now; in the change's transaction."""
    fresh = lock_for_edit(consultation, version=None)
    apply_edit(fresh, {"papers_version": fresh.papers_version + 1})
    record_shown(fresh, at=timezone.now())


def store_document(
    consultation: Consultation,
    actor: User | None,
    upload: UploadedFile,
    *,
    ending: str = "pdf",
    replaces: Document | None = None,
    **values: object,
) -> Document:
    """Store a file that was looked at before, as a new document or as the next version of one."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    # Our own name: what the file was called on somebody's desk is nobody's business and no path.
    name = default_storage.save(f"consultations/{consultation.public_id}/{secrets.token_hex(16)}.{ending}", upload)
    try:
        with transaction.atomic(), history(actor):
            fresh = lock_for_edit(consultation, version=None)
            require(Action.CHANGE_PAPERS, fresh, at=timezone.now())
            facts = {"file": name, "sha256": digest.hexdigest(), "size_bytes": upload.size}
            if replaces is not None:
                old = Document.objects.select_for_update().get(pk=replaces.pk)
                if old.replaced_at is not None:
                    raise FileRefused(_("Diese Fassung ist schon ersetzt. Bitte laden Sie die Seite neu."))
                old.replaced_at = timezone.now()
                old.save(update_fields=["replaced_at"])
                kept = ("title", "kind", "position", "is_published", "includes_environmental_report")
                values = {name: getattr(old, name) for name in kept}
                values["version"] = old.version + 1
            else:
                values["position"] = (fresh.documents.aggregate(last=Max("position"))["last"] or 0) + 1
            document = Document.objects.create(
                municipality_id=fresh.municipality_id, consultation=fresh, **facts, **values
            )
            announce_papers(fresh)
    except BaseException:
        default_storage.delete(name)
        raise
    return document
