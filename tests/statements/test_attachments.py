"""What may be enclosed is decided by content, in the sandbox."""

import io
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from apps.statements.attachments import AttachmentRefused, check_pdf, keep_attachment
from apps.statements.services import drafts
from tests.consultations.conftest import PDF, pdf


def packed(words: bytes) -> bytes:
    stream = zlib.compress(words)
    return (
        b"%PDF-1.5\n1 0 obj <</Type /ObjStm /Filter /FlateDecode>>\nstream\n" + stream + b"\nendstream endobj\n%%EOF\n"
    )


REFUSED = {
    "cut off": (PDF[:20], "damaged"),
    "a program": (PDF.replace(b"<<>>", b"<</S /JavaScript /JS (app.alert(1))>>"), "active"),
    "an escaped name": (PDF.replace(b"<<>>", b"<</S /J#61vaScript>>"), "active"),
    "a start of programs": (PDF.replace(b"<<>>", b"<</S /Launch>>"), "active"),
    "a file inside": (PDF.replace(b"<<>>", b"<</EmbeddedFiles 2 0 R>>"), "active"),
    "locked": (PDF.replace(b"trailer <<>>", b"trailer <</Encrypt 3 0 R>>"), "locked"),
    "hidden in an object stream": (packed(b"1 0 <</S /JavaScript>>"), "active"),
    "a bomb": (packed(b"\0" * 65_000_000), "bytes"),
    "a broken object stream": (packed(b"x").replace(b"\nstream\n", b"\nstream\nxx"), "damaged"),
}


@pytest.mark.parametrize("kind", sorted(REFUSED))
def test_a_pdf_that_would_do_something_is_refused(kind):
    content, code = REFUSED[kind]
    with pytest.raises(AttachmentRefused) as refusal:
        check_pdf(pdf(content=content))
    assert refusal.value.code == code


def test_a_plain_pdf_is_taken():
    check_pdf(pdf())
    check_pdf(pdf(content=packed(b"1 0 <</Type /Font>>")))


@pytest.fixture
def draft(plan):
    import uuid

    return drafts.keep_draft(consultation=plan, number=uuid.uuid4(), values={})


def photo():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG", comment=b"secret place")
    return SimpleUploadedFile("haus.jpg", out.getvalue())


def test_a_photo_is_made_anew(draft):
    kept = keep_attachment(draft=draft, upload=photo())
    assert kept.kind == "photo" and b"secret" not in kept.file.read()


def test_a_fifth_file_is_refused_and_the_same_one_counts_once(draft):
    for number in (1, 2, 3, 4, 4):
        keep_attachment(draft=draft, upload=pdf(content=PDF + b"\n%" + str(number).encode() + b"\n%%EOF"))
    assert draft.attachments.count() == 4
    with pytest.raises(AttachmentRefused, match="vier"):
        keep_attachment(draft=draft, upload=pdf(content=PDF + b"\n%5\n%%EOF"))


@pytest.mark.parametrize("content", [b"MZ\x90 a program", b"<html>", b"PK\x03\x04"])
def test_other_kinds_are_refused(draft, content):
    with pytest.raises(AttachmentRefused):
        keep_attachment(draft=draft, upload=SimpleUploadedFile("bild.jpg", content))


def test_a_name_tells_no_path(draft):
    kept = keep_attachment(draft=draft, upload=pdf("C:\\Users\\anna\\plan\x07.pdf"))
    assert kept.name == "plan.pdf" and "anna" not in str(kept.file.name)
