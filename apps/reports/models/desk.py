"""What staff keep beside the reports: views of the inbox, who stands in for whom, and bulk changes to take back."""

import datetime as dt
import uuid
from typing import Any, Self

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.departments.models import Department
from apps.geo.staff import StaffMember
from apps.places.constraints import SameTown
from apps.places.models import TownOwned
from apps.reports.models.report import Event, Report

User = settings.AUTH_USER_MODEL


class SavedViewQuerySet(models.QuerySet[Any]):
    def for_person(self, user: StaffMember, municipality_id: int) -> Self:
        """Keep the person's own views of the town, and those shared with one of their desks or with everybody."""
        desks = Department.objects.of(user, municipality_id).values("pk")
        shared = Q(sharing="town") | Q(sharing="department", department__in=desks)
        return self.filter(Q(owner=user) | shared, municipality=municipality_id)


class SavedView(TownOwned):
    """A named filter of the inbox. ``query`` is the filter's query string, so that "mine" means each reader's own."""

    class Sharing(models.TextChoices):
        OWN = "own", _("nur für mich")
        DEPARTMENT = "department", _("für meine Stelle")
        TOWN = "town", _("für alle")

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("von"))
    name = models.CharField(_("Name"), max_length=60)
    query = models.CharField(max_length=6000)
    sharing = models.CharField(_("sichtbar"), max_length=10, choices=Sharing, default=Sharing.OWN)
    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, related_name="+", verbose_name=_("Stelle"), null=True, blank=True
    )
    order = models.PositiveSmallIntegerField(_("Reihenfolge"), default=100)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("Ansicht")
        verbose_name_plural = _("Ansichten")
        ordering = ["order", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "owner", "name"], name="reports_one_view_per_name"),
            models.CheckConstraint(
                condition=Q(sharing="department", department__isnull=False)
                | (~Q(sharing="department") & Q(department=None)),
                name="reports_view_shared_with_a_desk",
            ),
            SameTown(field="department", name="reports_view_department_town"),
        ]

    def __str__(self) -> str:
        return self.name


class DefaultView(TownOwned):
    """The view with which a person's inbox opens in a town."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("Startansicht")
        verbose_name_plural = _("Startansichten")
        constraints = [models.UniqueConstraint(fields=["municipality", "user"], name="reports_one_default_view")]

    def __str__(self) -> str:
        return str(self.view)


class CoverQuerySet(models.QuerySet[Any]):
    def on(self, day: dt.date) -> Self:
        """Keep the covers that count on a local date, first and last day included."""
        return self.filter(first_day__lte=day, last_day__gte=day)


@pghistory.track()
class Cover(TownOwned):
    """While a person is away, somebody else looks after what is assigned to them."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("abwesend"))
    cover = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("Vertretung"))
    first_day = models.DateField(_("von"))
    last_day = models.DateField(_("bis einschließlich"))

    objects = CoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("Vertretung")
        verbose_name_plural = _("Vertretungen")
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="reports_cover_period"),
            models.CheckConstraint(condition=~Q(person=F("cover")), name="reports_cover_is_another"),
        ]
        indexes = [models.Index(fields=["municipality", "cover", "last_day"], name="reports_cover_of")]

    def __str__(self) -> str:
        return f"{self.person} → {self.cover}"


class BulkChange(TownOwned):
    """One change of many reports at once; until ``undo_until`` whoever made it may take it back."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    actor = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("durch"))
    action = models.CharField(_("Art"), max_length=12)
    made_at = models.DateTimeField(_("am"), db_default=Now())
    undo_until = models.DateTimeField(_("rückgängig bis"))
    undone_at = models.DateTimeField(_("zurückgenommen am"), null=True)

    class Meta:
        verbose_name = _("Sammeländerung")
        verbose_name_plural = _("Sammeländerungen")

    def __str__(self) -> str:
        return f"{self.action} {self.key}"


class BulkChangeItem(models.Model):
    """What one report was before, its version since, and the line of history that says so."""

    change = models.ForeignKey(BulkChange, on_delete=models.CASCADE, related_name="items")
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="+")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=16)
    closed_at = models.DateTimeField(null=True)
    executor = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    routing_reason = models.CharField(max_length=500, blank=True, default="")
    public_answer = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("Teil einer Sammeländerung")
        verbose_name_plural = _("Teile einer Sammeländerung")
        constraints = [models.UniqueConstraint(fields=["change", "report"], name="reports_once_per_bulk")]

    def __str__(self) -> str:
        return f"{self.change_id}: {self.report_id}"
