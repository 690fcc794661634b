"""What is allowed when, for whom: one table. A call for ideas passes through its phases, day by day.

``OUTSIDE`` stands for ideas that belong to no call. Services ask ``require`` inside their transaction; pages ask
``allows`` to offer only what will be done.
"""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.geo.editing import ChangeRefused
from apps.ideas.querysets import KEEPERS

if TYPE_CHECKING:
    from apps.ideas.models import Call


class Phase(models.TextChoices):
    OUTSIDE = "outside", _("ohne Aufruf")
    PLANNED = "planned", _("angekündigt")
    COLLECT = "collect", _("Ideen sammeln")
    SUPPORT = "support", _("Unterstützen")
    DISCUSS = "discuss", _("Beraten")
    DECIDE = "decide", _("Entscheiden")
    REALISE = "realise", _("Umsetzen")
    CLOSED = "closed", _("abgeschlossen")


#: Those that the town gives a first day, in the order in which they follow each other.
SCHEDULED = (Phase.COLLECT, Phase.SUPPORT, Phase.DISCUSS, Phase.DECIDE, Phase.REALISE)


class Role(models.TextChoices):
    """``CITIZEN`` is everybody, staff included; ``KEEPER`` who keeps the town's ideas besides."""

    CITIZEN = "citizen", _("alle")
    KEEPER = "keeper", _("Ideenstelle")


class Action(models.TextChoices):
    SUBMIT = "submit", _("Idee einreichen")
    SUPPORT = "support", _("Idee unterstützen")
    WITHDRAW = "withdraw", _("Unterstützung zurückziehen")
    COMMENT = "comment", _("kommentieren")
    REPORT = "report", _("Missbrauch melden")
    VOTE = "vote", _("abstimmen")
    ENTER = "enter", _("Idee für jemanden eintragen")
    EDIT = "edit", _("Texte und Ort bearbeiten")
    PUBLISH = "publish", _("veröffentlichen")
    HIDE = "hide", _("verbergen")
    ANSWER = "answer", _("antworten")
    MERGE = "merge", _("zusammenführen und trennen")
    ASSESS = "assess", _("Kosten und Zulässigkeit prüfen")
    PROGRESS = "progress", _("Umsetzung zeigen")


_ALWAYS = frozenset(Phase)
_BEFORE_THE_VOTE = frozenset({Phase.OUTSIDE, Phase.COLLECT, Phase.SUPPORT, Phase.DISCUSS})
#: While people vote nobody changes what they vote about; what is unlawful can always be hidden.
_NOT_DURING_THE_VOTE = _ALWAYS - {Phase.DECIDE}

ALLOWED: dict[Role, dict[Action, frozenset[Phase]]] = {
    Role.CITIZEN: {
        Action.SUBMIT: frozenset({Phase.OUTSIDE, Phase.COLLECT}),
        Action.SUPPORT: frozenset({Phase.OUTSIDE, Phase.COLLECT, Phase.SUPPORT}),
        Action.WITHDRAW: _BEFORE_THE_VOTE,
        Action.COMMENT: _BEFORE_THE_VOTE,
        Action.REPORT: _ALWAYS,
        Action.VOTE: frozenset({Phase.DECIDE}),
    },
    Role.KEEPER: {
        Action.ENTER: frozenset({Phase.OUTSIDE, Phase.COLLECT, Phase.SUPPORT}),
        Action.EDIT: _NOT_DURING_THE_VOTE,
        Action.PUBLISH: _NOT_DURING_THE_VOTE,
        Action.HIDE: _ALWAYS,
        Action.ANSWER: _NOT_DURING_THE_VOTE,
        Action.MERGE: _BEFORE_THE_VOTE,
        Action.ASSESS: _BEFORE_THE_VOTE | {Phase.PLANNED},
        Action.PROGRESS: frozenset({Phase.OUTSIDE, Phase.REALISE, Phase.CLOSED}),
    },
}


class NotNow(ChangeRefused):
    """The phase does not allow it, or not for this person. Its text may be shown."""


def allows(action: Action, phase: str, role: Role = Role.CITIZEN) -> bool:
    """Does the table allow it? Keepers may do what everybody may."""
    return any(Phase(phase) in ALLOWED[one].get(action, ()) for one in {Role.CITIZEN, role})


def role_of(actor: User | None, municipality_id: int) -> Role:
    """Return the role of a signed-in person in a town; no actor at all is the house itself (demonstration, jobs)."""
    is_keeper = actor is None or actor.has_role(municipality_id, *KEEPERS)
    return Role.KEEPER if is_keeper else Role.CITIZEN


def phase_on(day: dt.date, starts: Iterable[tuple[str, dt.date]], ends_on: dt.date | None) -> Phase:
    """Return the phase on a local day. ``starts`` are (phase, first day); ``ends_on`` is the last day, included."""
    if ends_on is not None and day > ends_on:
        return Phase.CLOSED
    begun = [(first, SCHEDULED.index(Phase(phase))) for phase, first in starts if first <= day]
    return SCHEDULED[max(begun)[1]] if begun else Phase.PLANNED


def phase_of(call: "Call | None", *, at: dt.datetime | None = None) -> Phase:
    """Return the phase of a call (None: no call) by the clock, not by what a job has stored: it may lag a minute."""
    if call is None:
        return Phase.OUTSIDE
    starts = [(row.phase, row.starts_on) for row in call.phases.all()]
    return phase_on(timezone.localdate(at), starts, call.ends_on)


def require(action: Action, call: "Call | None", role: Role = Role.CITIZEN, *, at: dt.datetime | None = None) -> None:
    """Raise ``NotNow`` with a sentence unless the table allows ``action`` in the present phase of ``call``."""
    phase = phase_of(call, at=at)
    if not allows(action, phase, role):
        raise NotNow(
            _now("Das ist zurzeit nicht möglich: „%(action)s“ gehört nicht zur Phase „%(phase)s“.")
            % {"action": action.label, "phase": phase.label}
        )
