"""The demonstration town's reports: the same rows that the services would have written, with dates of the past.

No mail leaves for them, and a report that is there already is left as it is: its day moves into the past with time.
"""

import datetime as dt
import json
import uuid
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone

from apps.accounts.models import User
from apps.contributions.models import contact_dies_on
from apps.departments.models import Category, Department, Membership
from apps.departments.routing import Routing, route
from apps.geo.ids import public_id
from apps.geo.untrusted import parse_lonlat
from apps.places.models import Municipality
from apps.places.nearest import describe_point
from apps.reports.deciding import target_day
from apps.reports.demo_photos import add_photos
from apps.reports.handovers.demo import add_handovers
from apps.reports.links import give_status_token
from apps.reports.models import Contact, Event, ReplyTemplate, Report, SavedView
from apps.reports.transitions import Channel, Publication, Status, is_closed

#: Who of the demonstration's staff sits where (``accounts/demo.py``).
SEATS = {
    "bernd@brandis.invalid": ["bauhof"],
    "carla@brandis.invalid": ["fb-bau-ordnung", "ordnungsamt"],
    "dilek@brandis.invalid": ["hauptamt"],
    "greta@brandis.invalid": ["bauhof", "fb-bau-ordnung"],
}
#: Views of the inbox that Greta shares with everybody.
VIEWS = {"Überfällige Straßenschäden": "category=road_damage&due=vorbei", "Dunkle Laternen": "q=dunkel&status=offen"}
#: Every so manieth report that somebody has begun is left without a person, so that the lead has some to assign.
UNASSIGNED = 4
#: Words that the desk has ready.
TEMPLATES = {
    "Angenommen": "Vielen Dank für Ihre Meldung {nummer} ({kategorie}, {ort}). {stelle} sieht sich das an.",
    "Andere Behörde": "Für {ort} ist {stelle} zuständig. Wir haben Ihre Meldung {nummer} heute dorthin gegeben.",
    "Erledigt": "Ihre Meldung {nummer} vom {eingang} ist erledigt. Danke, dass Sie sich um {gemeinde} kümmern!",
}
#: Every so manieth report brings contact data, so that the desk has some to show.
WITH_CONTACT = 3


@transaction.atomic
def load(town: Municipality, folder: Path) -> str:
    """Store the reports of ``content/reports.json`` with history, seat the cast; return a line about it."""
    _seat_the_cast(town)
    rows = json.loads((folder / "content" / "reports.json").read_text(encoding="utf-8"))
    _share_views(town)
    workers = _workers(town)
    keys = {row["key"]: uuid.uuid5(uuid.NAMESPACE_URL, f"demo/{town.key}/reports/{row['key']}") for row in rows}
    known = set(Report.objects.filter(municipality=town).values_list("idempotency_key", flat=True))
    categories = {c.code: c for c in Category.objects.of_town(town.pk)}
    now = timezone.now()
    made = []
    for number, row in enumerate(rows):
        if keys[row["key"]] not in known:
            made.append(_Made(town, categories[row["category"]], row, keys[row["key"]], now, number, workers))
    Report.objects.bulk_create([one.report for one in made])
    Event.objects.bulk_create([event for one in made for event in one.events()])
    Contact.objects.bulk_create([one.contact for one in made if one.contact])
    latest = Event.objects.filter(report=OuterRef("pk")).order_by().values("report").annotate(at=Max("at")).values("at")
    Report.objects.filter(pk__in=[one.report.pk for one in made]).update(changed_at=Subquery(latest))
    stored = {
        report.idempotency_key: report for report in Report.objects.filter(municipality=town).defer("search_text")
    }
    drawn = {row["photo"]: stored[keys[row["key"]]] for row in rows if row["photo"]}
    photos = add_photos(drawn, folder)
    for title, text in TEMPLATES.items():
        ReplyTemplate.objects.get_or_create(municipality=town, title=title, defaults={"text": text})
    add_handovers(town)
    return f"Meldungen: {len(rows)}, davon neu {len(made)}; Fotos neu {photos}"


def _seat_the_cast(town: Municipality) -> None:
    desks = dict(Department.objects.filter(municipality=town).values_list("code", "pk"))
    Membership.objects.bulk_create(
        (
            Membership(user=user, department_id=desks[code])
            for user in User.objects.filter(email__in=SEATS)
            for code in SEATS[user.email]
            if code in desks
        ),
        ignore_conflicts=True,
    )


def _share_views(town: Municipality) -> None:
    greta = User.objects.filter(email="greta@brandis.invalid").first()
    for order, (name, query) in enumerate(VIEWS.items(), start=1) if greta else ():
        fields = {"query": query, "sharing": SavedView.Sharing.TOWN, "order": order}
        SavedView.objects.update_or_create(municipality=town, owner=greta, name=name, defaults=fields)


def _workers(town: Municipality) -> dict[int, User]:
    """Return who works off what comes to each desk: the first of its seats."""
    seats = Membership.objects.filter(department__municipality=town, user__email__in=list(SEATS))
    return {seat.department_id: seat.user for seat in seats.select_related("user").order_by("-user__name")}


class _Made:
    """One report of the fixture with the history that leads to its state."""

    def __init__(
        self,
        town: Municipality,
        category: Category,
        row: dict[str, Any],
        key: uuid.UUID,
        now: dt.datetime,
        number: int,
        workers: dict[int, User],
    ) -> None:
        self.row = row
        self.at = now - dt.timedelta(days=row["received_days_ago"])
        self.steps = [
            (self.at + dt.timedelta(days=step["days_after"]), Status(step["to_status"]), step["note_public"] or "")
            for step in row["history"]
        ]
        point = parse_lonlat(row["lon"], row["lat"])
        given = row.get("answers", {})
        self.routing: Routing = route(category, point, answers=given, at=self.at)
        executor = self.routing.executor
        if executor is not None and not executor.organisation.is_external:
            # The rules give it to a desk of the town after all: nothing was passed on.
            self.steps = [
                (at, Status.IN_PROGRESS if status == Status.FORWARDED else status, note)
                for at, status, note in self.steps
            ]
        status = self.steps[-1][1] if self.steps else Status(row["status"])
        place = describe_point(town, point)
        released = row["publication"] == Publication.RELEASED
        self.report = Report(
            public_id=public_id(),
            municipality=town,
            category=category,
            point=point,
            address=str(place)[:200],
            district=place.district,
            description=row["description"],
            answers={"category": category.code, "version": category.version, "given": given} if given else {},
            channel=Channel(row["channel"]),
            status=status,
            publication=Publication(row["publication"]),
            executor=self.routing.executor,
            owner=self.routing.owner,
            copy_to=self.routing.copy_to,
            routing_reason=self.routing.reason[:500],
            public_text=row["description"] if released else "",
            public_answer=row["public_answer"] or "",
            due_on=target_day(category, town, self.at),
            created_at=self.at,
            closed_at=self.steps[-1][0] if is_closed(status) else None,
            idempotency_key=key,
            payload_hash="",
            version=1 + len(row["history"]),
        )
        worker = workers.get(self.report.executor_id) if self.steps and number % UNASSIGNED else None
        self.report.assignee = worker
        give_status_token(self.report)
        self.contact = self._contact(number, now)

    def _contact(self, number: int, now: dt.datetime) -> Contact | None:
        """Invented people with addresses that lead nowhere; none where it would have been erased by now."""
        closed_at = self.report.closed_at
        dies_on = contact_dies_on(timezone.localdate(closed_at)) if closed_at else None
        if number % WITH_CONTACT or (dies_on and dies_on <= timezone.localdate(now)):
            return None
        return Contact(
            report=self.report, name=f"Erika Muster {number}", email=f"muster{number}@brandis.invalid", dies_on=dies_on
        )

    def events(self) -> list[Event]:
        """Return the lines of history in the order of time."""
        kind = Event.Kind
        status: str = Status.SUBMITTED
        lines = [
            Event(
                report=self.report,
                kind=kind.SUBMITTED,
                at=self.at,
                is_public=True,
                data={"to": status, "channel": self.row["channel"], "trace": self.routing.as_json()},
            )
        ]
        for at, new, note in self.steps:
            data = {"from": status, "to": str(new)}
            lines.append(Event(report=self.report, kind=kind.STATUS, at=at, is_public=True, text=note, data=data))
            status = new
        if self.report.assignee_id:
            given = {"from": None, "to": self.report.assignee_id}
            lines.append(Event(report=self.report, kind=kind.ASSIGNED, at=self.steps[0][0], data=given))
        read_at = self.steps[0][0] if self.steps else self.at
        if self.report.public_answer:
            lines.append(
                Event(
                    report=self.report,
                    kind=kind.ANSWER,
                    at=self.steps[-1][0],
                    is_public=True,
                    text=self.report.public_answer,
                )
            )
        if self.report.publication == Publication.RELEASED:
            lines.append(Event(report=self.report, kind=kind.RELEASED, at=read_at, data={"corrected": False}))
        elif self.report.publication == Publication.HIDDEN:
            lines.append(Event(report=self.report, kind=kind.HIDDEN, at=read_at))
        return lines
