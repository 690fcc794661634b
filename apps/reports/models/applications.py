"""A change of the rules on its way through the open reports."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.departments.models import Department
from apps.places.constraints import SameTown
from apps.places.models import TownOwned
from apps.reports.models.report import Report


class RuleApplication(TownOwned):
    """The order to give the open reports that a change of the rules names to whom the rules name now.

    ``reason`` stands in the history of each report. A worker holds the order by a lease while it works; one that dies
    leaves whole batches done and the rest waiting.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("in Arbeit")
        DONE = "done", _("fertig")

    reason = models.CharField(_("Grund"), max_length=300)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("durch")
    )
    state = models.CharField(_("Zustand"), max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(_("angelegt am"), db_default=Now())
    finished_at = models.DateTimeField(_("fertig am"), null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Anwendung auf offene Meldungen")
        verbose_name_plural = _("Anwendungen auf offene Meldungen")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", finished_at__isnull=False) | Q(state="waiting", finished_at=None),
                name="reports_application_finished",
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state="waiting"), name="reports_application_due")]

    def __str__(self) -> str:
        return self.reason


class AppliedReport(TownOwned):
    """One report of an order: where it lay when the rules changed, and what became of it.

    ``skipped``: it was closed, handed on by a person, or the rules name the same department after all. ``executor``,
    ``copy_before`` and ``copy_to`` are known when it has moved; they make the one mail that each department gets.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("wartet")
        MOVED = "moved", _("neu zugeordnet")
        SKIPPED = "skipped", _("geblieben")

    application = models.ForeignKey(RuleApplication, on_delete=models.CASCADE, related_name="reports")
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="+", verbose_name=_("Meldung"))
    executor_before = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="+", verbose_name=_("zuvor bei")
    )
    executor = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("jetzt bei")
    )
    copy_before = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, related_name="+")
    copy_to = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(_("Zustand"), max_length=8, choices=State, default=State.WAITING)

    class Meta:
        verbose_name = _("Meldung einer Anwendung")
        verbose_name_plural = _("Meldungen einer Anwendung")
        constraints = [
            models.UniqueConstraint(fields=["application", "report"], name="reports_applied_once"),
            models.CheckConstraint(
                condition=Q(state="moved", executor__isnull=False) | (~Q(state="moved") & Q(executor=None)),
                name="reports_applied_moved_somewhere",
            ),
            SameTown(field="report", name="reports_applied_report_town"),
            SameTown(field="executor_before", name="reports_applied_before_town"),
            SameTown(field="executor", name="reports_applied_executor_town"),
        ]
        indexes = [
            models.Index(fields=["application", "id"], condition=Q(state="waiting"), name="reports_applied_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.state}"
