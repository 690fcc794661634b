"""When a colleague is away: somebody covers for a while, or takes over for good."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.departments.models import Membership
from apps.geo.editing import ChangeRefused
from apps.outbox.services import enqueue_all
from apps.places.models import Municipality
from apps.reports.bulk_mails import handed_over_letters
from apps.reports.models import Cover, Event, Report

#: Who may do this for others, and hand work over.
LEADS = ("supervisor", "administrator")


@transaction.atomic
def set_cover(
    *, municipality: Municipality, person: User, cover: User, first_day: dt.date, last_day: dt.date, actor: User
) -> Cover:
    """Let ``cover`` look after what is assigned to ``person`` on these local dates, both included.

    They see it as their own, may work on it, and get its mail. Raises ``ChangeRefused`` for somebody of another body,
    for a colleague's absence without the right to say so, and where a cover is named for one of the days already.
    """
    if person.pk != actor.pk and not actor.has_role(municipality.pk, *LEADS):
        raise ChangeRefused(_("Für andere kann nur die Leitung eine Vertretung eintragen."))
    if person.pk == cover.pk:
        raise ChangeRefused(_("Sich selbst kann niemand vertreten."))
    if not _bodies(person, municipality) & _bodies(cover, municipality):
        raise ChangeRefused(_("%(who)s arbeitet nicht in derselben Behörde.") % {"who": cover})
    # One absence after the other: two at the same moment would both find the days free.
    type(person).objects.select_for_update().get(pk=person.pk)
    taken = Cover.objects.filter(municipality=municipality, person=person)
    if taken.filter(first_day__lte=last_day, last_day__gte=first_day).exists():
        raise ChangeRefused(_("Für einen dieser Tage ist schon eine Vertretung eingetragen."))
    with history(actor, action="set_cover"):
        return Cover.objects.create(
            municipality=municipality, person=person, cover=cover, first_day=first_day, last_day=last_day
        )


def end_cover(*, cover: Cover, actor: User) -> None:
    """Take a cover away again."""
    if actor.pk not in (cover.person_id, cover.cover_id) and not actor.has_role(cover.municipality_id, *LEADS):
        raise ChangeRefused(_("Das kann nur, wer abwesend ist oder vertritt, oder die Leitung."))
    with history(actor, action="end_cover"):
        cover.delete()


@dataclass(frozen=True)
class HandedOver:
    """How many reports went to whom, and how many found nobody of their department."""

    given: list[tuple[User, int]]
    left: int


@transaction.atomic
def hand_over(
    *,
    municipality: Municipality,
    person: User,
    to: Sequence[User],
    actor: User,
    note: str = "",
    at: dt.datetime | None = None,
) -> HandedOver:
    """Give all open reports of ``person`` to ``to``, in turn among those who work at each report's department.

    Each report gets its line of history, each new owner one mail. What nobody of ``to`` may have stays with ``person``.
    """
    if not actor.has_role(municipality.pk, *LEADS):
        raise ChangeRefused(_("Arbeit übergeben kann nur die Leitung oder die Verwaltung der Plattform."))
    at = at or timezone.now()
    others = [other for other in to if other.pk != person.pk and other.is_active]
    seats: dict[int, list[User]] = defaultdict(list)
    desks = dict(_desks_by_person([other.pk for other in others]))
    for other in others:
        for desk in desks.get(other.pk, ()):
            seats[desk].append(other)
    open_ones = Report.objects.filter(municipality=municipality, assignee=person).open()
    rows = list(
        open_ones.order_by("pk")
        .select_for_update(of=("self",))
        .values("pk", "executor_id", "category__name", "address")
    )
    going: dict[int, list[dict[str, Any]]] = defaultdict(list)
    turn: dict[int, int] = defaultdict(int)
    for row in rows:
        if able := seats.get(row["executor_id"]):
            taker = able[turn[row["executor_id"]] % len(able)]
            turn[row["executor_id"]] += 1
            going[taker.pk].append(dict(row))
    by_key = {other.pk: other for other in others}
    letters, events = [], []
    batch = str(uuid.uuid4())
    for taker_key, given in going.items():
        taker = by_key[taker_key]
        Report.objects.filter(pk__in=[row["pk"] for row in given]).update(
            assignee=taker, version=F("version") + 1, changed_at=at
        )
        data = {"from": person.pk, "to": taker.pk}
        kind = Event.Kind.ASSIGNED
        events += [Event(report_id=row["pk"], kind=kind, actor=actor, at=at, text=note, data=data) for row in given]
        if taker.pk != actor.pk:
            letters += handed_over_letters(
                [taker.email], given, municipality=municipality, actor=actor, note=note, reference=batch
            )
    Event.objects.bulk_create(events)
    enqueue_all(municipality=municipality, letters=letters, batch=batch)
    given_to = [(by_key[key], len(given)) for key, given in going.items()]
    return HandedOver(given_to, len(rows) - sum(n for _who, n in given_to))


def _bodies(user: User, municipality: Municipality) -> set[int]:
    seats = Membership.objects.filter(user=user, department__municipality=municipality)
    return set(seats.values_list("department__organisation_id", flat=True))


def _desks_by_person(people: list[int]) -> dict[int, set[int]]:
    desks: dict[int, set[int]] = defaultdict(set)
    for user, desk in Membership.objects.filter(user__in=people).values_list("user_id", "department_id"):
        desks[user].add(desk)
    return desks
