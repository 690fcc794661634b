"""From local days to instants, and from days to words."""

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.consultations.codes import State


def local_midnight(day: dt.date) -> dt.datetime:
    """Return the instant at which a local day begins."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def instants(starts_on: dt.date, ends_on: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Return the half-open interval of two inclusive local dates; across a change of the clock it is an hour off."""
    return local_midnight(starts_on), local_midnight(ends_on + dt.timedelta(days=1))


def days_of(starts_on: dt.date, ends_on: dt.date) -> int:
    """Return how many days a period has, first and last one counted."""
    return (ends_on - starts_on).days + 1


def deadline_words(state: str, starts_on: dt.date | None, ends_on: dt.date | None, *, today: dt.date) -> str:
    """Return what a reader must know about the deadline: "noch 12 Tage, bis 22.12.2026, 24:00 Uhr"."""
    if not starts_on or not ends_on:
        return _("noch ohne Termin")
    until = _("bis %(day)s, 24:00 Uhr") % {"day": date_format(ends_on, "d.m.Y")}
    if state == State.CLOSED or today > ends_on:
        return _("beendet am %(day)s") % {"day": date_format(ends_on, "d.m.Y")}
    if state == State.ANNOUNCED or today < starts_on:
        days = (starts_on - today).days
        begin = date_format(starts_on, "d.m.Y")
        if days == 1:
            return _("beginnt morgen, %(until)s") % {"until": until}
        return ngettext(
            "beginnt in %(n)d Tag, am %(begin)s, %(until)s", "beginnt in %(n)d Tagen, am %(begin)s, %(until)s", days
        ) % {"n": days, "begin": begin, "until": until}
    left = (ends_on - today).days
    if left == 0:
        return _("heute ist der letzte Tag, %(until)s") % {"until": until}
    return ngettext("noch %(n)d Tag, %(until)s", "noch %(n)d Tage, %(until)s", left) % {"n": left, "until": until}
