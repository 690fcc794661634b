"""What is allowed when, for whom: one table for formal and informal consultations.

Formal ones follow the Building Code (§§ 3, 4, 4a BauGB): noticed beforehand, late statements taken and marked, the
result told after the end. For informal ones (noise action plan, ISEK, street design) it says nothing: the town sets
the days, ends them, and may answer while people still speak. Services ask ``require`` inside their transaction;
pages ask ``may`` to offer only what will be done.
"""

import datetime as dt

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.consultations.codes import LegalStatus, PeriodKind, PlanType, State
from apps.consultations.models import Consultation, ParticipationPeriod
from apps.geo.editing import ChangeRefused

#: Participation in these follows other rules than the Building Code's.
INFORMAL_TYPES = (PlanType.NOISE_ACTION_PLAN, PlanType.URBAN_CONCEPT, PlanType.STREET_DESIGN, PlanType.INFORMAL)

#: The council has adopted the plan, or it has gone further (XPlanung BP_Rechtsstand).
DECIDED = tuple(status for status in LegalStatus if status and status[0] in "345")


class Kind(models.TextChoices):
    FORMAL = "formal", _("förmlich nach dem Baugesetzbuch")
    INFORMAL = "informal", _("informell")


class Phase(models.TextChoices):
    """Where a consultation stands at a moment; the running ones bear the words of ``PeriodKind``."""

    DRAFT = "draft", _("noch nicht veröffentlicht")
    ANNOUNCED = "announced", _("angekündigt")
    EARLY = "early_public", _("Frühzeitige Beteiligung")
    PUBLICATION = "publication", _("Veröffentlichung des Entwurfs")
    REPEAT = "repeat", _("Erneute Veröffentlichung")
    INFORMAL = "informal", _("Beteiligung läuft")
    ENDED = "ended", _("Frist abgelaufen")
    DECIDED = "decided", _("Plan beschlossen")
    WITHDRAWN = "withdrawn", _("zurückgezogen")


class Role(models.TextChoices):
    """``BODY`` is an authority behind the link of its invitation; its phase is that of its own period."""

    PUBLIC = "public", _("alle")
    BODY = "body", _("eingeladene Behörde")
    PLANNER = "planner", _("Stadtplanung")


class Action(models.TextChoices):
    PREPARE = "prepare", _("Stellungnahme vorbereiten")
    SUBMIT = "submit", _("Stellung nehmen")
    TAKE_BACK = "take_back", _("Stellungnahme zurücknehmen")
    EDIT = "edit", _("Texte und Fläche ändern")
    DROP_AREA = "drop_area", _("Geltungsbereich entfernen")
    CHANGE_PAPERS = "change_papers", _("Unterlagen hinzufügen und ersetzen")
    CHANGE_ROUNDS = "change_rounds", _("Fristen verkürzen und streichen")
    EXTEND = "extend", _("Frist verlängern")
    NOTICE = "notice", _("Bekanntmachung schreiben")
    PORTAL = "portal", _("Eintrag im Landesportal vermerken")
    PUBLISH = "publish", _("veröffentlichen")
    WITHDRAW = "withdraw", _("zurückziehen")
    INVITE = "invite", _("Behörden einladen")
    ENTER = "enter", _("Brief eintragen")
    WEIGH = "weigh", _("Belange abwägen")
    TELL_RESULT = "tell_result", _("Ergebnis mitteilen")
    SHOW_RESULT = "show_result", _("Ergebnis veröffentlichen")
    HAND_OVER = "hand_over", _("Akte übergeben")


ALWAYS = frozenset(Phase)
RUNNING = frozenset({Phase.EARLY, Phase.PUBLICATION, Phase.REPEAT, Phase.INFORMAL})
_ENDED, _HIDDEN = frozenset({Phase.ENDED}), frozenset({Phase.DRAFT, Phase.WITHDRAWN})
_OVER = _ENDED | {Phase.DECIDED}
#: The moments at which everybody sees it.
_SHOWN = ALWAYS - _HIDDEN
#: Whatever came in goes on being worked on, also when the plan is given up.
_BEGUN = RUNNING | _OVER | {Phase.WITHDRAWN}
_NEVER: frozenset[Phase] = frozenset()

_ANY_BODY: dict[Action, frozenset[Phase]] = {
    Action.PREPARE: _SHOWN,
    # Who was asked may also answer late; its link says how long.
    Action.SUBMIT: RUNNING | _ENDED,
    Action.TAKE_BACK: RUNNING,
}
_ANY_PLANNER: dict[Action, frozenset[Phase]] = {
    Action.PREPARE: ALWAYS,
    Action.EDIT: ALWAYS,
    Action.DROP_AREA: _HIDDEN,
    Action.CHANGE_PAPERS: ALWAYS,
    # A published period is a promise; a longer one binds the town.
    Action.CHANGE_ROUNDS: _HIDDEN,
    Action.PUBLISH: ALWAYS,
    Action.WITHDRAW: _SHOWN,
    # The link of an invitation leads to the public page.
    Action.INVITE: _SHOWN,
    Action.ENTER: _BEGUN,
    Action.WEIGH: _BEGUN,
    Action.HAND_OVER: _OVER | {Phase.WITHDRAWN},
}
ALLOWED: dict[Kind, dict[Role, dict[Action, frozenset[Phase]]]] = {
    Kind.FORMAL: {
        # Late ones are not turned away before the council has decided: whether they may be ignored is judged later
        # (§ 4a Abs. 5 BauGB). Afterwards nothing is left to weigh.
        Role.PUBLIC: {Action.PREPARE: _SHOWN, Action.SUBMIT: RUNNING | _ENDED, Action.TAKE_BACK: RUNNING},
        Role.BODY: _ANY_BODY,
        Role.PLANNER: {
            **_ANY_PLANNER,
            # What is over is over: longer means a new round with a notice of its own (§ 4a Abs. 3 BauGB).
            Action.EXTEND: ALWAYS - _OVER,
            Action.NOTICE: ALWAYS,
            Action.PORTAL: ALWAYS,
            # Nothing is weighed before everything can be there (§ 3 Abs. 2 Satz 6 BauGB).
            Action.TELL_RESULT: _OVER,
            Action.SHOW_RESULT: _OVER,
        },
    },
    Kind.INFORMAL: {
        Role.PUBLIC: {Action.PREPARE: _SHOWN, Action.SUBMIT: RUNNING, Action.TAKE_BACK: RUNNING},
        Role.BODY: _ANY_BODY,
        Role.PLANNER: {
            **_ANY_PLANNER,
            Action.EXTEND: ALWAYS,
            Action.NOTICE: _NEVER,
            Action.PORTAL: _NEVER,
            Action.TELL_RESULT: RUNNING | _OVER,
            Action.SHOW_RESULT: RUNNING | _OVER,
        },
    },
}
#: Which rounds there are.
ROUNDS: dict[Kind, tuple[PeriodKind, ...]] = {
    Kind.FORMAL: (PeriodKind.EARLY_PUBLIC, PeriodKind.PUBLICATION, PeriodKind.REPEAT),
    Kind.INFORMAL: (PeriodKind.INFORMAL, PeriodKind.EARLY_PUBLIC),
}

_TOO_EARLY = _("Die Frist läuft noch. Mitgeteilt und veröffentlicht wird das Ergebnis, wenn sie abgelaufen ist.")
_NO_NOTICE = _("Eine informelle Beteiligung braucht weder Bekanntmachung noch Eintrag im Landesportal.")
#: What is said instead of the general sentence, for one phase or (None) for every other.
_REFUSALS: dict[tuple[Action, Phase | None], Promise | str] = {
    (Action.SUBMIT, Phase.ANNOUNCED): _(
        "Die Beteiligung hat noch nicht begonnen. Ihre Eingaben bleiben eine Woche gespeichert."
    ),
    (Action.SUBMIT, Phase.ENDED): _(
        "Die Beteiligung ist beendet. Absenden ist nicht mehr möglich; Ihre Eingaben bleiben eine Woche gespeichert."
    ),
    (Action.SUBMIT, Phase.DECIDED): _(
        "Der Plan ist beschlossen. Absenden ist nicht mehr möglich; Ihre Eingaben bleiben eine Woche gespeichert."
    ),
    (Action.TAKE_BACK, None): _("Die Frist ist abgelaufen. Ihre Stellungnahme kann nicht mehr geändert werden."),
    (Action.DROP_AREA, None): _("Ein veröffentlichtes Verfahren braucht seinen Geltungsbereich."),
    (Action.EXTEND, None): _(
        "Eine abgelaufene Frist lässt sich nicht mehr verlängern. Bitte tragen Sie eine erneute Veröffentlichung ein."
    ),
    (Action.NOTICE, None): _NO_NOTICE,
    (Action.PORTAL, None): _NO_NOTICE,
    (Action.INVITE, None): _(
        "Bitte veröffentlichen Sie das Verfahren zuerst: Der Link der Einladung führt zu seiner öffentlichen Seite."
    ),
    (Action.ENTER, Phase.ANNOUNCED): _("An diesem Tag hatte die Beteiligung noch nicht begonnen."),
    **{(action, phase): _TOO_EARLY for action in (Action.TELL_RESULT, Action.SHOW_RESULT) for phase in RUNNING},
}


class NotNow(ChangeRefused):
    """The table does not allow it. Its text may be shown."""


def kind_of(consultation: Consultation) -> Kind:
    return Kind.INFORMAL if consultation.plan_type in INFORMAL_TYPES else Kind.FORMAL


def round_on(consultation: Consultation, at: dt.datetime) -> ParticipationPeriod | None:
    """Return the published period that runs, else the one that ended last; None before the first.

    Of several running ones the one that ends last counts. A period runs until 24:00 of its last day: ``ends_at`` is the
    first instant that is too late (§ 188 BGB).
    """
    begun = [period for period in consultation.periods.all() if period.is_published and period.starts_at <= at]
    return max(begun, key=lambda period: (period.ends_at, period.pk), default=None)


def phase_of(consultation: Consultation, at: dt.datetime) -> Phase:
    """Return the phase by the clock, not by what a job has stored: it may lag a minute."""
    if not consultation.is_public:
        return Phase.WITHDRAWN if consultation.state == State.WITHDRAWN else Phase.DRAFT
    last = round_on(consultation, at)
    phase = phase_in(last, at) if last else Phase.ANNOUNCED
    return Phase.DECIDED if phase == Phase.ENDED and consultation.legal_status in DECIDED else phase


def phase_in(period: ParticipationPeriod, at: dt.datetime) -> Phase:
    """Return the phase of one published round, whatever else runs."""
    if at < period.starts_at:
        return Phase.ANNOUNCED
    return Phase(period.kind) if at < period.ends_at else Phase.ENDED


def allows(action: Action, kind: Kind, phase: Phase, role: Role) -> bool:
    """Does the table allow it? Planners may do what everybody may."""
    return any(phase in ALLOWED[kind][one].get(action, _NEVER) for one in {Role.PUBLIC, role})


def may(
    action: Action,
    consultation: Consultation,
    *,
    at: dt.datetime,
    role: Role = Role.PLANNER,
    phase: Phase | None = None,
) -> bool:
    """Does the table allow it for this consultation? ``phase`` is given for a body and for one round."""
    return allows(action, kind_of(consultation), phase or phase_of(consultation, at), role)


def require(
    action: Action,
    consultation: Consultation,
    *,
    at: dt.datetime,
    role: Role = Role.PLANNER,
    phase: Phase | None = None,
) -> None:
    """Raise ``NotNow`` with a sentence unless the table allows it."""
    phase = phase or phase_of(consultation, at)
    if allows(action, kind_of(consultation), phase, role):
        return
    said = _REFUSALS.get((action, phase)) or _REFUSALS.get((action, None))
    raise NotNow(
        str(said)
        if said
        else _now("Das ist zurzeit nicht möglich: „%(action)s“ gehört nicht zum Stand „%(phase)s“.")
        % {"action": action.label, "phase": phase.label}
    )
