"""Sample documents of the demonstration town: a plain PDF 1.4 written by hand, without any font or library."""

import datetime as dt
import textwrap
from collections.abc import Sequence

PAGE = (595, 842)  # A4 in points


def sample_pdf(*, title: str, subtitle: str, paragraphs: Sequence[str], pages: int, day: dt.date) -> bytes:
    """Return a PDF of that many pages, each marked as a sample, so that nobody takes it for the real thing."""
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (de-DE) >>",
        b"",  # the page tree, known at the end
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    ]
    lines = [line for text in paragraphs for line in [*textwrap.wrap(text, 84), ""]]
    per_page = 40
    numbers = []
    for number in range(1, pages + 1):
        shown = lines[(number - 1) * per_page : number * per_page] or [
            "Diese Seite ist ein Platzhalter der Demonstration."
        ]
        stream = _page(title, subtitle, shown, f"Seite {number} von {pages}", day)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >>"
            b" /Contents %d 0 R >>" % (*PAGE, len(objects))
        )
        numbers.append(len(objects))
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages)
    return _file(objects)


def _page(title: str, subtitle: str, lines: Sequence[str], footer: str, day: dt.date) -> bytes:
    parts = [
        _text("F2", 9, 50, 805, "MUSTER – Demonstration, keine amtliche Unterlage"),
        *(_text("F2", 18, 50, 765 - 22 * row, line) for row, line in enumerate(textwrap.wrap(title, 50)[:2])),
        _text("F1", 11, 50, 715, subtitle),
        *(_text("F1", 11, 50, 680 - 15 * row, line) for row, line in enumerate(lines) if line),
        _text("F1", 9, 50, 40, f"{footer} · Stand {day:%d.%m.%Y}"),
    ]
    return b"\n".join(parts)


def _text(font: str, size: int, x: int, y: int, text: str) -> bytes:
    raw = text.encode("cp1252", errors="replace")
    for special in (b"\\", b"(", b")"):
        raw = raw.replace(special, b"\\" + special)
    return b"BT /%s %d Tf %d %d Td (%s) Tj ET" % (font.encode(), size, x, y, raw)


def _file(objects: Sequence[bytes]) -> bytes:
    """Return the objects with header, cross-reference table and trailer (ISO 32000-1, 7.5)."""
    out, offsets = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
