"""The rules of a consultation in words, as its public page says them: what is possible now, and what comes after."""

import datetime as dt
from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.consultations.models import Consultation
from apps.consultations.phases import RUNNING, Action, Kind, Phase, Role, allows, kind_of, phase_of, round_on


def possible_now(consultation: Consultation, at: dt.datetime) -> list[str]:
    """Return sentences for everybody, read from the table of ``phases``; none while nobody else sees it."""
    return list(_sentences(consultation, kind_of(consultation), phase_of(consultation, at), at))


def _sentences(consultation: Consultation, kind: Kind, phase: Phase, at: dt.datetime) -> Iterator[str]:
    def can(action: Action, then: Phase = phase) -> bool:
        return allows(action, kind, then, Role.PUBLIC)

    if phase == Phase.ANNOUNCED:
        if consultation.starts_on:
            begin = date_format(consultation.starts_on, "d.m.Y")
            yield _("Ab dem %(day)s können alle Stellung nehmen.") % {"day": begin}
        if can(Action.PREPARE):
            yield _("Ihre Stellungnahme vorbereiten und zwischenspeichern können Sie schon jetzt.")
    if phase in RUNNING and (running := round_on(consultation, at)):
        until = date_format(running.ends_on, "d.m.Y")
        yield _("Alle können Stellung nehmen, bis %(day)s, 24:00 Uhr. Ein Konto brauchen Sie nicht.") % {"day": until}
        if can(Action.TAKE_BACK):
            yield _("Bis dahin können Sie Ihre Stellungnahme auch wieder zurücknehmen.")
        if can(Action.SUBMIT, Phase.ENDED):
            yield _("Was später kommt, nehmen wir an und vermerken es als verspätet; es kann unberücksichtigt bleiben.")
        else:
            yield _("Was später kommt, können wir nicht mehr annehmen.")
    if phase == Phase.ENDED:
        if can(Action.SUBMIT):
            yield _(
                "Die Frist ist abgelaufen. Stellungnahmen nehmen wir noch an und vermerken sie als verspätet; "
                "sie können unberücksichtigt bleiben."
            )
        else:
            yield _("Die Beteiligung ist beendet. Stellungnahmen nehmen wir nicht mehr an.")
        yield _("Wer Stellung genommen hat, erfährt, was daraus wurde.")
    if phase == Phase.DECIDED:
        yield _("Der Plan ist beschlossen. Stellungnahmen nehmen wir nicht mehr an.")
    if kind == Kind.FORMAL and phase in RUNNING | {Phase.ANNOUNCED}:
        yield _("Behörden fragen wir eigens; für sie gelten eigene Fristen (§ 4 BauGB).")
