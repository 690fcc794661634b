"""The history of a report as lines for a reader: what the public sees, and what the desk sees."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.reports.handovers import words
from apps.reports.models import Event, Report
from apps.reports.transitions import Status

_ICONS = {
    Event.Kind.SUBMITTED: "inbox",
    Event.Kind.ROUTED: "sign",
    Event.Kind.STATUS: "checklist",
    Event.Kind.REASSIGNED: "arrow-right",
    Event.Kind.NOTE: "edit",
    Event.Kind.ANSWER: "comment",
    Event.Kind.RELEASED: "eye",
    Event.Kind.HIDDEN: "lock",
    Event.Kind.STILL_BROKEN: "warning",
    Event.Kind.ASSIGNED: "user",
    Event.Kind.CONTACT_ERASED: "trash",
    Event.Kind.PHOTO_RELEASED: "photo",
    Event.Kind.PHOTO_HIDDEN: "photo",
    Event.Kind.PHOTO_BLURRED: "photo",
    Event.Kind.QUESTION: "help",
    Event.Kind.REPLY: "comment",
    Event.Kind.MERGED: "layers",
    Event.Kind.UNMERGED: "layers",
    Event.Kind.HANDOVER: "arrow-right",
}


@dataclass(frozen=True)
class Line:
    """One line of a timeline. ``who`` and ``details`` are empty for the public; ``version`` is what it led to."""

    at: dt.datetime
    title: str
    text: str
    icon: str
    is_public: bool
    who: str = ""
    details: list[str] = field(default_factory=list)
    version: int | None = None


def public_timeline(report: Report) -> list[Line]:
    """Return the public lines, oldest first, without names of staff (one query)."""
    return [
        Line(event.at, _title(event), event.text or _told(event), _ICONS[Event.Kind(event.kind)], True)
        for event in report.events.filter(is_public=True)
    ]


def _told(event: Event) -> str:
    """Say to whom a new report went: a department's name is public, its members' are not."""
    executor = event.data.get("trace", {}).get("executor") or {}
    return _("Weitergeleitet an: %(name)s") % {"name": executor["name"]} if executor.get("name") else ""


def desk_timeline(report: Report) -> list[Line]:
    """Return all lines with who did it and why, newest first, with those of the reports merged into this one.

    One query, one more where people were assigned.
    """
    merged = report.merged.filter(undone_at=None).values("duplicate")
    events = list(
        Event.objects.filter(Q(report=report) | Q(report__in=merged))
        .select_related("actor", "report")
        .defer("report__search_text")
        .order_by("-at", "-id")
    )
    people = _people_of(events)
    return [
        Line(
            event.at,
            _title(event) if event.report_id == report.pk else f"{event.report.reference}: {_title(event)}",
            event.text,
            _icon(event),
            event.is_public,
            who=str(event.actor or ""),
            details=_details(event, people),
            version=event.version if event.report_id == report.pk else None,
        )
        for event in events
    ]


def _people_of(events: list[Event]) -> dict[int, str]:
    """Return the names behind the accounts that ``assigned`` lines speak of."""
    keys = {event.data.get(end) for event in events if event.kind == Event.Kind.ASSIGNED for end in ("from", "to")}
    keys.discard(None)
    return {user.pk: str(user) for user in User.objects.filter(pk__in=keys)} if keys else {}


def _icon(event: Event) -> str:
    return words.icon_of(event.data) if event.kind == Event.Kind.HANDOVER else _ICONS[Event.Kind(event.kind)]


def _title(event: Event) -> str:
    kind, data = event.kind, event.data
    if data.get("undone"):
        return _("Zurückgenommen: %(what)s") % {"what": event.get_kind_display()}
    if kind == Event.Kind.HANDOVER:
        return words.title_of(data)
    if kind == Event.Kind.SUBMITTED:
        return _("Meldung eingegangen")
    if kind == Event.Kind.STATUS:
        return str(dict(Status.choices).get(data.get("to", ""), _("Stand geändert")))
    if kind == Event.Kind.REASSIGNED:
        return _("Weitergegeben an: %(name)s") % {"name": data.get("to_name", data.get("to", ""))}
    return {
        Event.Kind.ROUTED: _("Ort geändert und neu zugeordnet")
        if data.get("moved_m")
        else _("Zuständigkeiten geändert und neu zugeordnet")
        if data.get("application")
        else _("Kategorie geändert und neu zugeordnet"),
        Event.Kind.NOTE: _("Interne Notiz"),
        Event.Kind.ANSWER: _("Antwort der zuständigen Stelle") if event.text else _("Öffentliche Antwort entfernt"),
        Event.Kind.RELEASED: _("Veröffentlichten Text berichtigt") if data.get("again") else _("Veröffentlicht"),
        Event.Kind.HIDDEN: _("Nicht mehr öffentlich"),
        Event.Kind.STILL_BROKEN: _("Rückmeldung: noch nicht behoben"),
        Event.Kind.ASSIGNED: _("Zugewiesen") if data.get("to") else _("Niemandem mehr zugewiesen"),
        Event.Kind.CONTACT_ERASED: _("Kontaktdaten gelöscht"),
        Event.Kind.PHOTO_RELEASED: _("Foto freigegeben"),
        Event.Kind.PHOTO_HIDDEN: _("Foto verborgen"),
        Event.Kind.PHOTO_BLURRED: _("Foto verdeckt") if data.get("areas") else _("Verdeckung des Fotos entfernt"),
        Event.Kind.QUESTION: _("Frage an die meldende Person"),
        Event.Kind.REPLY: _("Antwort der meldenden Person"),
        Event.Kind.MERGED: _merged(data),
        Event.Kind.UNMERGED: _("Wieder getrennt: %(ref)s") % {"ref": data.get("other", "")},
    }[Event.Kind(kind)]


def _merged(data: dict[str, Any]) -> str:
    words = _("Zusammengeführt mit %(ref)s") if data.get("as") == "duplicate" else _("Aufgenommen: Meldung %(ref)s")
    return words % {"ref": data.get("other", "")}


def _details(event: Event, people: dict[int, str]) -> list[str]:
    data: dict[str, Any] = event.data
    lines = []
    if event.kind == Event.Kind.ASSIGNED:
        gone = _("nicht mehr vorhandenes Konto")
        names = [people.get(data[end], gone) if data.get(end) else _("niemand") for end in ("from", "to")]
        lines.append(f"{names[0]} → {names[1]}")
    if data.get("reason"):
        lines.append(_("Grund: %(reason)s") % {"reason": data["reason"]})
    if data.get("from_category"):
        lines.append(
            _("Kategorie %(old)s → %(new)s") % {"old": data["from_category"], "new": data.get("to_category", "")}
        )
    if data.get("moved_m"):
        lines.append(
            _("%(old)s → %(new)s (%(metres)s m)")
            % {"old": data.get("from_place", ""), "new": data.get("to_place", ""), "metres": data["moved_m"]}
        )
    if event.kind == Event.Kind.ROUTED and data.get("from_name"):
        same = data.get("from") == data.get("to")
        lines.append(
            _("Bleibt bei: %(name)s") % {"name": data["to_name"]}
            if same
            else _("Von %(old)s an %(new)s") % {"old": data["from_name"], "new": data["to_name"]}
        )
    if data.get("corrected"):
        lines.append(_corrected(data))
    if reason := data.get("trace", {}).get("reason"):
        lines.append(reason)
    return lines


def _corrected(data: dict[str, Any]) -> str:
    """Say how far the public text is from the original; older lines do not hold the numbers."""
    if "removed" not in data:
        return _("Mit geändertem Text veröffentlicht; das Original bleibt intern.")
    numbers = {"out": data["removed"], "in": data["added"]}
    return _("Gegenüber dem Original: Wörter herausgenommen %(out)s, eingefügt %(in)s.") % numbers
