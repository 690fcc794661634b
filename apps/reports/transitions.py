"""The states of a report and the table of allowed changes. Nothing else decides what may follow what.

Open311 knows only open and closed (domain reference 4.1): ``CLOSED`` is the border between the two.
"""

import re

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    SUBMITTED = "submitted", _("Neu eingegangen")
    RECEIVED = "received", _("Angenommen")
    IN_PROGRESS = "in_progress", _("In Bearbeitung")
    WAITING = "waiting", _("Zurückgestellt")
    FORWARDED = "forwarded", _("Weitergegeben")
    DONE = "done", _("Erledigt")
    NOT_POSSIBLE = "not_possible", _("Nicht umsetzbar")
    NOT_RESPONSIBLE = "not_responsible", _("Nicht zuständig")
    DUPLICATE = "duplicate", _("Schon gemeldet")
    REJECTED = "rejected", _("Nicht angenommen")


class Publication(models.TextChoices):
    PENDING = "pending", _("wartet auf Freischaltung")
    RELEASED = "released", _("veröffentlicht")
    HIDDEN = "hidden", _("nicht öffentlich")


class Channel(models.TextChoices):
    WEB = "web", _("Webseite")
    PHONE = "phone", _("Telefon")
    COUNTER = "counter", _("Vorsprache")
    LETTER = "letter", _("Brief oder E-Mail")
    API = "api", _("Schnittstelle")


#: How staff may have heard of something; the other two channels speak for themselves.
STAFF_CHANNELS = (Channel.PHONE, Channel.COUNTER, Channel.LETTER)

S = Status
_ENDS = (S.DONE, S.NOT_POSSIBLE, S.NOT_RESPONSIBLE, S.DUPLICATE, S.REJECTED)
CLOSED = frozenset(_ENDS)

#: From each status to those that may follow it, in the order in which the desk offers them. A report that was closed
#: by mistake or too early comes back through ``received`` or ``in_progress``; ``submitted`` is never entered again.
ALLOWED: dict[Status, tuple[Status, ...]] = {
    S.SUBMITTED: (S.RECEIVED, S.IN_PROGRESS, S.WAITING, S.FORWARDED, *_ENDS),
    S.RECEIVED: (S.IN_PROGRESS, S.WAITING, S.FORWARDED, *_ENDS),
    S.IN_PROGRESS: (S.WAITING, S.FORWARDED, *_ENDS),
    S.WAITING: (S.IN_PROGRESS, S.RECEIVED, S.FORWARDED, *_ENDS),
    S.FORWARDED: (S.RECEIVED, S.IN_PROGRESS, S.WAITING, *_ENDS),
    S.DONE: (S.RECEIVED, S.IN_PROGRESS),
    S.NOT_POSSIBLE: (S.RECEIVED, S.IN_PROGRESS),
    S.NOT_RESPONSIBLE: (S.RECEIVED, S.FORWARDED),
    S.DUPLICATE: (S.RECEIVED, S.IN_PROGRESS),
    S.REJECTED: (S.RECEIVED,),
}

#: What the public is told about a status, one sentence each.
EXPLAINED = {
    S.SUBMITTED: _("Die Meldung ist eingegangen und wird als Nächstes gelesen."),
    S.RECEIVED: _("Die zuständige Stelle hat die Meldung gelesen und angenommen."),
    S.IN_PROGRESS: _("Die zuständige Stelle arbeitet daran."),
    S.WAITING: _("Die Bearbeitung ruht, bis etwas anderes erledigt ist."),
    S.FORWARDED: _("Die Meldung liegt bei einer anderen Stelle, die dafür zuständig ist."),
    S.DONE: _("Die zuständige Stelle hat die Sache abgeschlossen."),
    S.NOT_POSSIBLE: _("Hier kann die zuständige Stelle nichts tun."),
    S.NOT_RESPONSIBLE: _("Dafür ist keine Stelle der Stadt zuständig."),
    S.DUPLICATE: _("Zu dieser Stelle gibt es schon eine Meldung; dort geht es weiter."),
    S.REJECTED: _("Die Meldung wurde nicht angenommen."),
}

_STYLES = (settings.BASE_DIR / "frontend" / "css" / "status.css").read_text()
_COLOURS = dict(re.findall(r"\.status--(\w+)\s*\{\s*--status:\s*(#[0-9a-f]{6})", _STYLES))
_ICONS = {
    S.SUBMITTED: "inbox",
    S.RECEIVED: "eye",
    S.IN_PROGRESS: "settings",
    S.WAITING: "clock",
    S.FORWARDED: "arrow-right",
    S.DONE: "check",
    S.NOT_POSSIBLE: "close",
    S.NOT_RESPONSIBLE: "sign",
    S.DUPLICATE: "layers",
    S.REJECTED: "close",
}

#: How a status looks wherever it is shown: icon of ``static/icons`` and colour. The colours stand in the browser's
#: style sheet alone, which no page could be given from here without a request or a nonce more.
LOOK: dict[Status, tuple[str, str]] = {status: (_ICONS[status], _COLOURS[status.value]) for status in Status}


def is_closed(status: str) -> bool:
    return status in CLOSED


def may_follow(old: str, new: str) -> bool:
    """Is the change from ``old`` to ``new`` allowed? Unknown words are not."""
    return old in S.values and new in S.values and S(new) in ALLOWED[S(old)]


def status_of_place(status: str, *, is_external: bool) -> Status | None:
    """Return the status that says where a report lies now that another department has it; None when it keeps its own.

    Outside it is ``forwarded`` where the table allows that; back at a desk of the town it is ``received``.
    """
    if is_external:
        return S.FORWARDED if may_follow(status, S.FORWARDED) else None
    return S.RECEIVED if status == S.FORWARDED else None


def next_statuses(status: str) -> tuple[Status, ...]:
    """Return what may follow ``status``, in the order in which the desk offers it."""
    return ALLOWED[S(status)]
