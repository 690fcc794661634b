"""A report handed to a body outside the town: what became of it there, and the links by which it answers."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.departments.models import Department
from apps.geo.ids import public_id
from apps.outbox.models import Message
from apps.places.constraints import SameTown
from apps.places.models import TownOwned
from apps.reports.models.report import Report

REMIND_AFTER_DAYS = 5
ESCALATE_AFTER_DAYS = 10


class Agreement(TownOwned):
    """How long a body outside may stay silent, in working days of the town. Without a row the defaults count."""

    department = models.OneToOneField(
        Department, on_delete=models.CASCADE, related_name="agreement", verbose_name=_("Stelle")
    )
    remind_after_days = models.PositiveSmallIntegerField(
        _("Erinnern nach Arbeitstagen"), default=REMIND_AFTER_DAYS, help_text=_("ohne Antwort auf die Weitergabe")
    )
    escalate_after_days = models.PositiveSmallIntegerField(
        _("Eingangsstelle benachrichtigen nach Arbeitstagen"), default=ESCALATE_AFTER_DAYS
    )

    class Meta:
        verbose_name = _("Absprache")
        verbose_name_plural = _("Absprachen")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    remind_after_days__gte=1,
                    escalate_after_days__gt=F("remind_after_days"),
                    escalate_after_days__lte=120,
                ),
                name="reports_agreement_remind_before_escalation",
            ),
            SameTown(field="department", name="reports_agreement_department_town"),
        ]

    def __str__(self) -> str:
        return f"{self.department_id}: {self.remind_after_days}/{self.escalate_after_days}"


class Handover(TownOwned):
    """One report at one body outside; a report that wanders has one row for each body that had it.

    There is no state "seen": opening the link changes nothing, because mail scanners open links too. ``way`` is how
    the body was told (``handovers.ways``; empty when there was no way), ``message`` the outbox's message that did it.
    ``remind_on`` and ``escalate_on`` are working days of the town; ``number`` is the body's own one. What the body
    wrote stands in the report's history, inside.
    """

    class State(models.TextChoices):
        TOLD = "told", _("benachrichtigt")
        ASKED = "asked", _("Rückfrage")
        TAKEN_OVER = "taken_over", _("übernommen")
        DONE = "done", _("erledigt")
        REFUSED = "refused", _("nicht zuständig")
        WITHDRAWN = "withdrawn", _("zurückgezogen")

    #: From these the body may still answer.
    OPEN = (State.TOLD, State.ASKED, State.TAKEN_OVER)

    public_id = models.CharField(max_length=12, unique=True, default=public_id, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="handovers", verbose_name=_("Meldung"))
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", verbose_name=_("Stelle"))
    state = models.CharField(_("Stand"), max_length=10, choices=State, default=State.TOLD)
    way = models.CharField(_("Weg"), max_length=20, blank=True, default="")
    message = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("Nachricht")
    )
    number = models.CharField(_("Nummer der Stelle"), max_length=120, blank=True, default="")
    told_at = models.DateTimeField(_("benachrichtigt am"), db_default=Now())
    reacted_at = models.DateTimeField(_("erste Reaktion am"), null=True)
    ended_at = models.DateTimeField(_("beendet am"), null=True)
    remind_on = models.DateField(_("erinnern am"), null=True)
    escalate_on = models.DateField(_("Eingangsstelle benachrichtigen am"), null=True)
    reminded_at = models.DateTimeField(_("erinnert am"), null=True)
    escalated_at = models.DateTimeField(_("Eingangsstelle benachrichtigt am"), null=True)

    class Meta:
        verbose_name = _("Weitergabe")
        verbose_name_plural = _("Weitergaben")
        ordering = ["-told_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report"],
                condition=Q(state__in=["told", "asked", "taken_over"]),
                name="reports_one_open_handover",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["told", "asked", "taken_over"], ended_at=None)
                | (~Q(state__in=["told", "asked", "taken_over"]) & Q(ended_at__isnull=False)),
                name="reports_handover_ended_iff_over",
            ),
            SameTown(field="department", name="reports_handover_department_town"),
        ]
        indexes = [
            models.Index(fields=["remind_on"], condition=Q(state="told", reminded_at=None), name="reports_to_remind"),
            models.Index(
                fields=["escalate_on"], condition=Q(state="told", escalated_at=None), name="reports_to_escalate"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} → {self.department_id}: {self.state}"

    @property
    def is_open(self) -> bool:
        """May the body still answer? Needs ``report``: what the town closed or took back needs no answer."""
        return self.state in self.OPEN and not self.report.is_closed and self.report.executor_id == self.department_id


class HandoverLink(models.Model):
    """A secret link to the answer page of one handover (threat W8): 128 bit, stored hashed, until ``expires_at``.

    An old link stays as a row, so that its page can say kindly that it is old and send a new one.
    """

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="links")
    number = models.PositiveSmallIntegerField(default=1)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("gültig bis"))

    class Meta:
        verbose_name = _("Antwortlink")
        verbose_name_plural = _("Antwortlinks")
        constraints = [models.UniqueConstraint(fields=["handover", "number"], name="reports_one_link_per_number")]

    def __str__(self) -> str:
        return f"{self.handover_id}/{self.number}"
