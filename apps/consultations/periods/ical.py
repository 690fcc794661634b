"""The periods of a consultation as iCalendar (RFC 5545), so that nobody misses the last day."""

import datetime as dt
from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.consultations.models import Consultation, ParticipationPeriod

LINE_OCTETS = 75


def calendar_of(
    consultation: Consultation,
    periods: Iterable[ParticipationPeriod],
    *,
    url: str,
    host: str,
    where: tuple[float, float] | None,
    stamp: dt.datetime,
) -> bytes:
    """Return one all-day event a period with an alarm three days before its end. ``where`` is (lat, lon) in WGS 84."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{_escaped(consultation.municipality.name)}//Beteiligung//DE",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    for period in periods:
        until = _("%(day)s, 24:00 Uhr") % {"day": date_format(period.ends_on, "d.m.Y")}
        summary = _("Beteiligung: %(title)s (bis %(until)s)") % {"title": consultation.title, "until": until}
        said = period.legal_basis
        if consultation.result_shown_at:
            result = _("Das Ergebnis ist veröffentlicht: %(url)s") % {"url": f"{url}ergebnis/"}
            said = "\n".join(filter(None, [said, result]))
        lines += [
            "BEGIN:VEVENT",
            f"UID:consultation-{consultation.public_id}-{period.pk}@{host}",
            f"DTSTAMP:{stamp.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
            f"SEQUENCE:{consultation.papers_version}",
            f"DTSTART;VALUE=DATE:{period.starts_on:%Y%m%d}",
            # Exclusive: the day after the last one (RFC 5545, 3.6.1).
            f"DTEND;VALUE=DATE:{period.ends_on + dt.timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(summary)}",
            f"DESCRIPTION:{_escaped(said)}",
            *([f"GEO:{where[0]:.6f};{where[1]:.6f}"] if where else []),
            f"URL:{url}",
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "TRIGGER;RELATED=END:-P3D",
            f"DESCRIPTION:{_escaped(_('Die Frist endet in 3 Tagen: %(title)s') % {'title': consultation.title})}",
            "END:VALARM",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _escaped(text: str) -> str:
    """Escape a text value (RFC 5545, 3.3.11)."""
    for raw, safe in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(raw, safe)
    return text


def _folded(line: str) -> bytes:
    """Return the line in UTF-8, folded at 75 octets without cutting a character, ended by CRLF (RFC 5545, 3.1)."""
    folded, width = bytearray(), 0
    for character in line:
        octets = character.encode()
        if width + len(octets) > LINE_OCTETS:
            folded += b"\r\n "
            width = 1
        folded += octets
        width += len(octets)
    return bytes(folded + b"\r\n")
