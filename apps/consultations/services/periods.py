"""The periods of a consultation."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.consultations.codes import LEGAL_BASIS
from apps.consultations.models import Consultation, ParticipationPeriod
from apps.consultations.periods.calculator import is_free_day, rolled
from apps.consultations.periods.moments import instants
from apps.consultations.phases import Action, Kind, kind_of, may, phase_in, require
from apps.consultations.services.proof import record_shown
from apps.consultations.services.states import settle
from apps.geo.editing import ChangeRefused, apply_edit, lock_for_edit


@dataclass(frozen=True)
class PeriodValues:
    """One period as a planner enters it; both days are included. An empty ``legal_basis`` takes the usual words."""

    kind: str
    starts_on: dt.date
    ends_on: dt.date
    legal_basis: str = ""
    notice_on: dt.date | None = None
    reason: str = ""
    changes_only: bool = False
    authorities_starts_on: dt.date | None = None
    authorities_ends_on: dt.date | None = None


@transaction.atomic
def set_periods(
    *, consultation: Consultation, actor: User | None, version: int, periods: Sequence[PeriodValues], at: dt.datetime
) -> Consultation:
    """Replace the periods by these. Raises ``StaleEdit`` and ``ChangeRefused``.

    A published period is a promise (a longer one binds the town): once it is public it keeps its kind and first day,
    ends no earlier, and does not go away. A new one stays at the desk until ``publish_consultation`` has checked it.
    """
    with history(actor):
        fresh = lock_for_edit(consultation, version=version)
        stored = {(period.kind, period.starts_on): period for period in fresh.periods.all()}
        wanted = {(values.kind, values.starts_on): values for values in periods}
        if len(wanted) < len(periods):
            raise ChangeRefused(_("Zwei Fristen derselben Art beginnen am selben Tag."))
        if any(values.ends_on < values.starts_on for values in periods):
            raise ChangeRefused(_("Eine Frist endet, bevor sie beginnt."))
        if not may(Action.CHANGE_ROUNDS, fresh, at=at):
            _keep_promises(fresh, [p for p in stored.values() if p.is_published], wanted, at)
        changed = _write_periods(fresh, stored, wanted)
        if changed:
            apply_edit(fresh, {"papers_version": fresh.papers_version + 1})
            if fresh.is_public:
                settle(at, only=fresh.pk)
                fresh.refresh_from_db()
                record_shown(fresh, at=at)
        fresh.refresh_from_db()
        return fresh


def _keep_promises(
    consultation: Consultation,
    published: Sequence[ParticipationPeriod],
    wanted: dict[tuple[str, dt.date], PeriodValues],
    at: dt.datetime,
) -> None:
    town_key = consultation.municipality.key
    for period in published:
        values = wanted.get((period.kind, period.starts_on))
        if values is None or values.ends_on < period.ends_on:
            raise ChangeRefused(
                _("„%(period)s“ ist veröffentlicht und darf nur noch verlängert werden.") % {"period": period}
            )
        if values.ends_on == period.ends_on:
            continue
        require(Action.EXTEND, consultation, at=at, phase=phase_in(period, at))
        if kind_of(consultation) == Kind.FORMAL and is_free_day(values.ends_on, town_key):
            better = date_format(rolled(values.ends_on, town_key), "d.m.Y")
            raise ChangeRefused(
                _("„%(period)s“: Der letzte Tag muss ein Werktag sein (§ 193 BGB), der nächste ist der %(better)s.")
                % {"period": period, "better": better}
            )


def _write_periods(
    consultation: Consultation,
    stored: dict[tuple[str, dt.date], ParticipationPeriod],
    wanted: dict[tuple[str, dt.date], PeriodValues],
) -> bool:
    changed = False
    for key, period in stored.items():
        if key not in wanted:
            period.delete()
            changed = True
    for key, values in wanted.items():
        period = stored.get(key) or ParticipationPeriod(
            municipality_id=consultation.municipality_id, consultation=consultation
        )
        starts_at, ends_at = instants(values.starts_on, values.ends_on)
        new = {
            "kind": values.kind,
            "starts_on": values.starts_on,
            "ends_on": values.ends_on,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "notice_on": values.notice_on,
            "reason": values.reason,
            "changes_only": values.changes_only,
            "authorities_starts_on": values.authorities_starts_on,
            "authorities_ends_on": values.authorities_ends_on,
            "legal_basis": values.legal_basis or str(LEGAL_BASIS.get(values.kind, "")),
        }
        if period.pk is None or any(getattr(period, name) != value for name, value in new.items()):
            for name, value in new.items():
                setattr(period, name, value)
            period.save()
            changed = True
    return changed
