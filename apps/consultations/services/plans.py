"""A plan as it was read from a file: texts, area and rounds in one transaction."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from apps.accounts.history import history
from apps.accounts.models import User
from apps.consultations.models import Consultation
from apps.consultations.services.drafting import change_consultation, create_draft
from apps.consultations.services.periods import PeriodValues, set_periods
from apps.places.models import Municipality


@transaction.atomic
def store_plan(
    *,
    municipality: Municipality,
    consultation: Consultation | None,
    actor: User | None,
    version: int,
    values: dict[str, object],
    rounds: Sequence[tuple[str, dt.date, dt.date]],
    area_source: str,
    at: dt.datetime,
) -> Consultation:
    """Create a draft (``consultation`` None) or store an edit, and add rounds that are not there yet.

    ``rounds`` are (kind, first day, last day); ``area_source`` says in the history where the area came from. Raises
    ``StaleEdit`` and ``ChangeRefused`` as ``change_consultation`` and ``set_periods`` do; then nothing is stored.
    """
    with history(actor, **({"area_source": area_source} if area_source else {})):
        if consultation is None:
            stored = create_draft(municipality=municipality, actor=actor, values=values)
        else:
            stored = change_consultation(consultation=consultation, actor=actor, version=version, values=values)
        if not rounds:
            return stored
        there = list(stored.periods.all())
        names = [field.name for field in dataclasses.fields(PeriodValues)]
        periods = [PeriodValues(**{name: getattr(period, name) for name in names}) for period in there]
        known = {(period.kind, period.starts_on) for period in there}
        periods += [PeriodValues(*new) for new in rounds if (new[0], new[1]) not in known]
        return set_periods(consultation=stored, actor=actor, version=stored.version, periods=periods, at=at)
