"""Calls for ideas: prepared, published, and moved through their phases by the clock."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.geo.editing import ChangeRefused, apply_edit, lock_for_edit
from apps.ideas.models import Call, CallPhase, IdeaRules
from apps.ideas.phases import SCHEDULED, Phase, phase_on
from apps.places.models import Municipality


@transaction.atomic
def save_call(
    *,
    municipality: Municipality,
    actor: User | None,
    values: Mapping[str, Any],
    starts: Mapping[str, dt.date],
    call: Call | None = None,
    version: int | None = None,
    today: dt.date | None = None,
) -> Call:
    """Store a call with the first days of its phases; a new one is not published. ``StaleEdit``, ``ChangeRefused``."""
    today = today or timezone.localdate()
    _check_order(starts, values.get("ends_on"))
    phase = phase_on(today, starts.items(), values.get("ends_on"))
    with history(actor):
        if call is None:
            fresh = Call.objects.create(municipality=municipality, phase=phase, **values)
        else:
            fresh = lock_for_edit(call, version=version)
            _check_vote_stays(fresh, starts, values.get("ends_on"), today)
            apply_edit(fresh, {**values, "phase": phase})
        CallPhase.objects.filter(call=fresh).exclude(phase__in=starts).delete()
        kept = {row.phase: row for row in fresh.phases.all()}
        # Two phases may swap their days: those that move go first, so that no day is taken twice on the way.
        moved = [name for name, row in kept.items() if row.starts_on != starts[name]]
        CallPhase.objects.filter(call=fresh, phase__in=moved).delete()
        CallPhase.objects.bulk_create(
            CallPhase(municipality=municipality, call=fresh, phase=name, starts_on=day)
            for name, day in starts.items()
            if name in moved or name not in kept
        )
        return fresh


@transaction.atomic
def publish_call(*, call: Call, actor: User | None, version: int | None = None, published: bool = True) -> Call:
    """Let everybody see a call, or take it back as long as nobody has sent an idea to it."""
    with history(actor):
        fresh = lock_for_edit(call, version=version)
        if not published and fresh.ideas.exists():
            raise ChangeRefused(_("Zu diesem Aufruf gibt es schon Ideen. Er bleibt deshalb öffentlich."))
        if published and not fresh.phases.exists():
            raise ChangeRefused(_("Bitte geben Sie zuerst mindestens einer Phase ihren ersten Tag."))
        apply_edit(fresh, {"is_published": published})
        return fresh


def switch_phases(*, at: dt.datetime | None = None) -> int:
    """Store the phase that the clock says, for every call that lags; return how many. Run twice it changes nothing."""
    today, switched = timezone.localdate(at), 0
    for call in Call.objects.exclude(phase=Phase.CLOSED).prefetch_related("phases").order_by("pk"):
        if phase_on(today, ((p.phase, p.starts_on) for p in call.phases.all()), call.ends_on) != call.phase:
            with transaction.atomic():
                fresh = lock_for_edit(call, version=None)
                starts = [(p.phase, p.starts_on) for p in fresh.phases.all()]
                switched += apply_edit(fresh, {"phase": phase_on(today, starts, fresh.ends_on)})
    return switched


@transaction.atomic
def save_rules(*, municipality: Municipality, actor: User | None, values: Mapping[str, bool]) -> IdeaRules:
    """Store how the town wants it."""
    with history(actor):
        rules, _created = IdeaRules.objects.update_or_create(municipality=municipality, defaults=dict(values))
        return rules


def _check_order(starts: Mapping[str, dt.date], ends_on: dt.date | None) -> None:
    days = [starts[phase] for phase in SCHEDULED if phase in starts]
    if days != sorted(set(days)):
        raise ChangeRefused(_("Die Phasen folgen aufeinander: Jede braucht einen späteren ersten Tag als die davor."))
    if ends_on is not None and days and ends_on < days[-1]:
        raise ChangeRefused(_("Der letzte Tag liegt vor dem Beginn der letzten Phase."))


def _check_vote_stays(call: Call, starts: Mapping[str, dt.date], ends_on: dt.date | None, today: dt.date) -> None:
    """While people vote, and after that, the vote keeps its days: nobody counts earlier than was promised."""
    before = [(row.phase, row.starts_on) for row in call.phases.all()]
    now = phase_on(today, before, call.ends_on)
    if Phase.DECIDE not in dict(before) or now not in (Phase.DECIDE, Phase.REALISE, Phase.CLOSED):
        return
    later = {Phase.DECIDE, Phase.REALISE}
    same = all(dict(before).get(phase) == starts.get(phase) for phase in later)
    if not same or (now == Phase.DECIDE and ends_on != call.ends_on):
        raise ChangeRefused(_("Die Abstimmung hat begonnen: Ihr erster und ihr letzter Tag bleiben, wie sie sind."))
