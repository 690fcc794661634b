"""Questions about reports. ``visible_to`` is the one place that decides who may read which."""

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Self

from django.contrib.gis.db.models.functions import Transform
from django.db.models import Case, DateField, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from apps.departments.models import Department, Membership
from apps.geo.audience import Actor
from apps.geo.crs import WGS84
from apps.geo.ids import ALPHABET, LENGTH
from apps.geo.staff import StaffMember
from apps.reports.transitions import Publication

if TYPE_CHECKING:
    from apps.reports.models import Report

#: Roles that read every report of their town.
READS_THE_TOWN = ("supervisor", "moderator", "administrator", "planner", "gis")


#: The database knows that a report is closed if and only if it has a closing time; one column serves the indexes.
OPEN = Q(closed_at=None)


def next_day() -> Coalesce:
    """Return the day to order by when the next one to be kept comes first; what is closed or has none comes last.

    The index ``reports_next_day`` is built over the same expression.
    """
    last = Value(dt.date(9999, 12, 31), output_field=DateField())
    return Coalesce(Case(When(OPEN, then=F("due_on"))), last)


#: What a row of the inbox shows.
IN_A_LIST = (
    *("public_id", "created_at", "status", "publication", "description", "address"),
    *("due_on", "closed_at", "still_broken_count"),
    *("category__name", "category__is_urgent", "executor__name", "assignee__name", "assignee__email"),
)


def _desks_read_by(actor: StaffMember) -> list[int]:
    """Return the keys of the departments whose reports a member of staff reads, over all towns.

    Asked for once a user object, as its roles are: such an object lives as long as a request.
    """
    kept: dict[str, list[int]] = vars(getattr(actor, "_wrapped", actor))
    if "_reads_desks" in kept:
        return kept["_reads_desks"]
    seats = Membership.objects.filter(user=actor.pk)
    organisations = seats.values("department__organisation")
    minded = seats.filter(department__is_triage=True).values("department__municipality")
    theirs = Q(organisation__in=organisations) | Q(organisation__is_external=True, municipality__in=minded)
    kept["_reads_desks"] = list(Department.objects.filter(theirs).order_by().values_list("pk", flat=True))
    return kept["_reads_desks"]


class ReportQuerySet(QuerySet[Any]):
    def released(self) -> Self:
        """Keep what everybody may read."""
        return self.filter(publication=Publication.RELEASED)

    def visible_to(self, actor: Actor) -> Self:
        """Keep what the actor may read in full: the public what is released, staff what is theirs.

        Clerks read what involves a department of their organisations, those of the triage desk besides what bodies
        outside have in hand, because somebody of the town must mind it; moderation, planning, GIS desk and
        administration read their town; members of a body outside see only what was given to it. Released reports of
        others are left out for staff on purpose: this view carries internal fields.
        """
        if not actor.is_authenticated:
            return self.released()
        whole_towns = actor.towns_with_role(*READS_THE_TOWN)
        some_towns = actor.towns_with_role()
        seen = Q(municipality__in=whole_towns)
        if set(some_towns) - set(whole_towns):
            # A handful of keys, asked for once: the planner then knows how many rows they have, and a statement of
            # many counts does not ask for them in each.
            desks = _desks_read_by(actor)
            seen |= Q(municipality__in=some_towns) & (Q(executor__in=desks) | Q(owner__in=desks) | Q(copy_to__in=desks))
        return self.filter(seen)

    def for_list(self) -> Self:
        """Bring along what a row of the inbox shows, and nothing else."""
        found = self.select_related("category", "executor", "assignee").only(*IN_A_LIST)
        return found.with_degrees()

    def with_degrees(self) -> Self:
        """Bring along ``degrees``, the place in WGS 84 (x is the longitude): a list beside a map points there."""
        return self.annotate(degrees=Transform("point", WGS84))

    def for_page(self) -> Self:
        """Bring along what a page about one report shows."""
        return self.select_related(
            "municipality", "category__group", "executor__organisation", "owner", "copy_to", "assignee"
        ).defer("search_text")

    def open(self) -> Self:
        """Keep what is not closed."""
        return self.filter(OPEN)

    def overdue(self, today: dt.date) -> Self:
        """Keep what is open past its day; the day itself is in time."""
        return self.filter(OPEN, due_on__lt=today)

    def due_between(self, first: dt.date, last: dt.date) -> Self:
        """Keep what is open and has its day between two days, both included."""
        return self.filter(OPEN, due_on__range=(first, last))

    def matching(self, words: str) -> Self:
        """Keep reports whose number, address, district or original text holds every word (trigram index)."""
        found = self
        for word in words.lower().split()[:6]:
            found = found.filter(search_text__contains=as_public_id(word) or word)
        return found

    def publicly_matching(self, words: str) -> Self:
        """Keep reports whose public words hold every word; the original text is no oracle (threat V3)."""
        found = self
        for word in words.lower().split()[:6]:
            found = found.filter(
                Q(public_id=as_public_id(word) or word[:LENGTH])
                | Q(public_text__icontains=word)
                | Q(address__icontains=word)
                | Q(district__icontains=word)
            )
        return found


class ReportPhotoQuerySet(QuerySet[Any]):
    """Photos follow their report; for the public each must be released itself besides."""

    def visible_to(self, actor: Actor) -> Self:
        """Keep the photos of reports that the actor may read; of those the public sees the released ones."""
        reports = self.model._meta.get_field("report").related_model._default_manager.visible_to(actor)
        found = self.filter(report__in=reports)
        return found if actor.is_authenticated else found.filter(state="released")

    def of_case(self, report: "Report") -> Self:
        """Keep the photos of a report and of those merged into it, its own first."""
        merged = report.merged.filter(undone_at=None).values("duplicate")
        return (
            self.filter(Q(report=report) | Q(report__in=merged))
            .select_related("report", "blurred")
            .order_by(Case(When(report=report, then=0), default=1), "report", "position", "pk")
        )


def as_public_id(text: str) -> str:
    """Return the public id behind a typed reference (``K7M2 9xq4-TB3W``), or an empty string when it is none.

    Crockford's base 32 reads i and l as 1 and o as 0.
    """
    packed = re.sub(r"[\s-]", "", text.strip().lower())
    folded = packed.translate(str.maketrans("ilo", "110"))
    return folded if len(folded) == LENGTH and set(folded) <= set(ALPHABET) else ""
