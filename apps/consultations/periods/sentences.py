"""The calculation of a period as sentences with their paragraphs, for the planner who answers for it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.consultations.codes import PeriodKind
from apps.consultations.periods.calculator import LEAST_DAYS, Calculation, rolled
from apps.places.working_days import holiday_name


@dataclass(frozen=True)
class Sentence:
    """One step in words and where it is written; ``is_warning`` when the planner must change something."""

    text: str
    source: str = ""
    is_warning: bool = False


def day_words(day: dt.date) -> str:
    """Return "Dienstag, 22.12.2026"."""
    return f"{date_format(day, 'l')}, {date_format(day, 'd.m.Y')}"


def sentences(calculation: Calculation) -> list[Sentence]:
    """Return the steps from the notice to the last minute."""
    return [*_start(calculation), *_length(calculation), _last_minute(calculation)]


def _start(found: Calculation) -> Iterator[Sentence]:
    if found.notice_on and found.earliest_start:
        yield Sentence(
            _("Die Bekanntmachung erscheint am %(day)s und ist mit Ablauf dieses Tages bewirkt.")
            % {"day": day_words(found.notice_on)},
            _("§ 3 Abs. 2 Satz 4 BauGB; Bekanntmachungssatzung"),
        )
        yield Sentence(_("Frühester Beginn: %(first)s.") % {"first": day_words(found.earliest_start)})
    elif found.is_statutory:
        yield Sentence(
            _("Der Erscheinungstag der Bekanntmachung fehlt noch; die Frist darf erst am Tag danach beginnen."),
            _("§ 3 Abs. 2 Satz 4 BauGB"),
            is_warning=True,
        )
    if found.starts_too_early:
        yield Sentence(
            _("Der erste Tag liegt zu früh: An diesem Tag ist die Bekanntmachung noch nicht bewirkt."),
            _("§ 3 Abs. 2 Satz 4 BauGB"),
            is_warning=True,
        )
    yield Sentence(
        _("Erster Tag ist %(day)s. Er zählt mit.") % {"day": day_words(found.starts_on)},
        _("§ 187 Abs. 2 BGB; GmS-OGB 2/71 vom 6.7.1972"),
    )


def _length(found: Calculation) -> Iterator[Sentence]:
    if not found.is_statutory:
        if found.kind == PeriodKind.INFORMAL:
            yield Sentence(
                _("Für eine informelle Beteiligung schreibt das Baugesetzbuch nichts vor; die Tage sind frei.")
            )
            return
        yield Sentence(
            _("Für die frühzeitige Beteiligung schreibt das Gesetz keine Dauer vor; die Stadt legt sie fest."),
            _("§ 3 Abs. 1 BauGB"),
        )
        if found.wanted_end and found.ends_on != found.wanted_end and found.wanted_end >= found.starts_on:
            yield _rolled(found.wanted_end, found.ends_on, found.town_key)
        return
    missing = found.month_end.day < found.starts_on.day and (found.month_end + dt.timedelta(days=1)).day == 1
    yield Sentence(
        _("Ein Monat endet am %(day)s.") % {"day": day_words(found.month_end)},
        _("§ 188 Abs. 2 und 3 BGB") if missing else _("§ 188 Abs. 2 Alternative 2 BGB"),
    )
    yield Sentence(
        _("Der %(n)s. Tag ist %(day)s.") % {"n": LEAST_DAYS, "day": day_words(found.thirtieth_day)},
        _("§ 3 Abs. 2 Satz 1 BauGB: mindestens 30 Tage"),
    )
    if found.month_end != found.thirtieth_day:
        yield Sentence(_("Der spätere Tag gilt: %(day)s.") % {"day": day_words(found.later_rule)})
    if found.minimum_end != found.later_rule:
        yield _rolled(found.later_rule, found.minimum_end, found.town_key)
    yield Sentence(_("Frühester letzter Tag ist damit %(day)s.") % {"day": day_words(found.minimum_end)})
    yield from _chosen(found)


def _chosen(found: Calculation) -> Iterator[Sentence]:
    if found.is_shortened:
        yield Sentence(
            _("Die erneute Veröffentlichung ist verkürzt: letzter Tag %(day)s, %(n)s Tage statt %(least)s.")
            % {
                "day": day_words(found.ends_on),
                "n": found.days,
                "least": (found.minimum_end - found.starts_on).days + 1,
            },
            _("§ 4a Abs. 3 Satz 3 BauGB"),
        )
    elif found.is_longer:
        yield Sentence(
            _("Sie haben eine längere Frist gewählt; sie endet %(n)s Tage später.")
            % {"n": (found.ends_on - found.minimum_end).days},
            _("§ 3 Abs. 2 Satz 1 BauGB"),
        )
    elif found.wanted_end and found.wanted_end < found.minimum_end:
        yield Sentence(
            _("Der eingetragene letzte Tag %(day)s wäre zu früh.") % {"day": day_words(found.wanted_end)},
            _("§ 3 Abs. 2 Satz 1 BauGB"),
            is_warning=True,
        )
    if found.wanted_end and (found.is_shortened or found.is_longer) and rolled_differs(found):
        yield _rolled(found.wanted_end, found.ends_on, found.town_key)


def rolled_differs(found: Calculation) -> bool:
    """Was the planner's own last day a free day?"""
    return found.wanted_end is not None and rolled(found.wanted_end, found.town_key) != found.wanted_end


def _rolled(free: dt.date, working: dt.date, town_key: str) -> Sentence:
    holiday = holiday_name(free, town_key)
    why = _("%(day)s ist ein Feiertag (%(name)s)") if holiday else _("%(day)s ist ein arbeitsfreier Tag")
    return Sentence(
        _("%(why)s; die Frist endet am nächsten Werktag, %(working)s.")
        % {"why": why % {"day": day_words(free), "name": holiday}, "working": day_words(working)},
        _("§ 193 BGB"),
    )


def _last_minute(found: Calculation) -> Sentence:
    return Sentence(
        _("Rechtzeitig ist, was bis %(day)s, 24:00 Uhr eingeht. Das sind %(n)s Tage.")
        % {"day": day_words(found.ends_on), "n": found.days},
        _("§ 188 BGB"),
    )
