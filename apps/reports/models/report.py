"""A citizen's report, how to reach the citizen, and what happened to the report."""

import datetime as dt

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.contributions.models import AbstractContact, AbstractPhoto, Picture, Submission
from apps.departments.models import Category, Department
from apps.geo.constraints import GeometryConstraint
from apps.geo.crs import GEO_SRID
from apps.geo.models import MapFeature
from apps.geo.versions import public_version_triggers
from apps.places.constraints import SameTown
from apps.places.models import TownOwned
from apps.reports.querysets import ReportPhotoQuerySet, ReportQuerySet, next_day
from apps.reports.transitions import CLOSED, LOOK, Channel, Publication, Status

DESCRIPTION_LIMIT = 4000  # as Open311 GeoReport v2, POST requests

#: History keeps neither what a person wrote (it may name people) nor secrets nor what is computed.
UNTRACKED = [
    "description",
    "answers",
    "idempotency_key",
    "payload_hash",
    "status_token_hash",
    "search_text",
    "changed_at",
    "public_changed_at",
]


@pghistory.track(
    exclude=UNTRACKED,
    model_name="ReportHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history"),
)
class Report(MapFeature, TownOwned, Submission):
    """Something at a place that somebody should look after.

    ``description`` is what the person wrote and stays inside; ``public_text`` is what a moderator released; ``answers``
    are those to the category's questions (``answered.py``).
    ``executor`` does the work, ``owner`` carries the cost (§ 44 SächsStrG), ``copy_to`` is told. ``about_ref`` is an
    opaque word by which another kind ties a report to one of its things. ``assignee`` works for the executor;
    ``due_on`` is the last day in time for the category's target. ``version`` counts changes by the desk, so that an
    old form can be refused.
    """

    category = models.ForeignKey(Category, on_delete=models.PROTECT, verbose_name=_("Kategorie"), related_name="+")
    point = models.PointField(_("Ort"), srid=GEO_SRID)
    address = models.CharField(_("Adresse"), max_length=200, blank=True, default="")
    district = models.CharField(_("Ortsteil"), max_length=120, blank=True, default="")
    description = models.TextField(_("Beschreibung"), max_length=DESCRIPTION_LIMIT)
    answers = models.JSONField(_("Antworten"), default=dict, blank=True)
    channel = models.CharField(_("Eingang über"), max_length=8, choices=Channel, default=Channel.WEB)
    status = models.CharField(_("Bearbeitungsstand"), max_length=16, choices=Status, default=Status.SUBMITTED)
    publication = models.CharField(
        _("Veröffentlichung"), max_length=8, choices=Publication, default=Publication.PENDING
    )
    executor = models.ForeignKey(Department, on_delete=models.PROTECT, verbose_name=_("zuständig"), related_name="+")
    owner = models.ForeignKey(Department, on_delete=models.PROTECT, verbose_name=_("Träger"), related_name="+")
    copy_to = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        verbose_name=_("nachrichtlich an"),
        related_name="+",
        null=True,
        blank=True,
    )
    routing_reason = models.CharField(_("Grund der Zuständigkeit"), max_length=500, blank=True, default="")
    public_text = models.TextField(_("veröffentlichter Text"), max_length=DESCRIPTION_LIMIT, blank=True, default="")
    public_answer = models.TextField(_("öffentliche Antwort"), max_length=DESCRIPTION_LIMIT, blank=True, default="")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        verbose_name=_("bearbeitet von"),
        related_name="+",
        null=True,
        blank=True,
    )
    due_on = models.DateField(_("Ziel"), null=True, blank=True)
    still_broken_count = models.PositiveIntegerField(_("„noch nicht behoben“"), default=0)
    about_ref = models.CharField(_("Bezug"), max_length=120, blank=True, default="")
    closed_at = models.DateTimeField(_("abgeschlossen am"), null=True, blank=True)
    status_token_hash = models.CharField(max_length=64, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    search_text = models.GeneratedField(
        expression=Func(
            F("public_id"),
            F("address"),
            F("district"),
            F("description"),
            template="lower(%(expressions)s)",
            arg_joiner=" || ' ' || ",
            output_field=models.TextField(),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("Meldung")
        verbose_name_plural = _("Meldungen")
        constraints = [
            *Submission.Meta.constraints,
            GeometryConstraint(field="point", name="reports_report_point_valid"),
            models.CheckConstraint(
                condition=Q(status__in=sorted(CLOSED), closed_at__isnull=False)
                | (~Q(status__in=sorted(CLOSED)) & Q(closed_at=None)),
                name="reports_closed_at_iff_closed",
            ),
            models.CheckConstraint(
                condition=~Q(publication=Publication.RELEASED) | ~Q(public_text=""), name="reports_released_has_text"
            ),
            *(
                SameTown(field=field, name=f"reports_report_{field}_town")
                for field in ("category", "executor", "owner", "copy_to")
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "-created_at", "-id"], name="reports_newest"),
            models.Index(fields=["municipality", "-changed_at", "-id"], name="reports_last_changed"),
            # Carries every column that the desk's counts look at, so that they never open a row.
            models.Index(
                fields=["municipality", "status"],
                include=["executor", "owner", "copy_to", "assignee", "due_on"],
                condition=Q(closed_at=None),
                name="reports_open_counts",
            ),
            models.Index(F("municipality"), next_day(), F("id"), name="reports_next_day"),
            models.Index(
                fields=["municipality", "-created_at", "-id"],
                condition=Q(publication=Publication.PENDING),
                name="reports_pending",
            ),
            models.Index(
                fields=["municipality", "-created_at", "-id"],
                condition=Q(still_broken_count__gt=0),
                name="reports_still_broken",
            ),
            models.Index(
                fields=["municipality", "assignee", "-created_at"],
                condition=Q(assignee__isnull=False),
                name="reports_assigned",
            ),
            models.Index(
                fields=["municipality", "due_on"],
                condition=Q(closed_at=None, due_on__isnull=False),
                name="reports_due",
            ),
            models.Index(fields=["municipality", "category", "-created_at"], name="reports_of_category"),
            models.Index(fields=["municipality", "executor", "status", "-created_at"], name="reports_desk"),
            models.Index(
                fields=["municipality", "public_id"],
                condition=Q(publication=Publication.RELEASED),
                name="reports_released",
            ),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="reports_search"),
        ]
        triggers = public_version_triggers(
            visible="{row}.publication = 'released'",
            columns=[
                "public_id",
                "point",
                "category_id",
                "status",
                "public_text",
                "public_answer",
                "address",
                "district",
                "executor_id",
                "created_at",
                "closed_at",
                "due_on",
            ],
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The number that people read out: ``k7m2-9xq4-tb3w``."""
        return "-".join(self.public_id[start : start + 4] for start in range(0, len(self.public_id), 4))

    @property
    def is_closed(self) -> bool:
        return self.status in CLOSED

    @property
    def status_icon(self) -> str:
        return LOOK[Status(self.status)][0]

    @property
    def is_released(self) -> bool:
        return self.publication == Publication.RELEASED

    @property
    def is_corrected(self) -> bool:
        """Does the public text differ from what the person wrote?"""
        return self.public_text not in ("", self.description)

    @property
    def is_overdue(self) -> bool:
        """Has the day passed by which it should have been done?"""
        return self.due_on is not None and not self.is_closed and self.due_on < timezone.localdate()

    @property
    def expected_by(self) -> dt.date | None:
        """The day that the public may read: None when closed, or where the town does not show it."""
        return self.due_on if self.category.shows_expected_by and not self.is_closed else None

    @property
    def age_days(self) -> int:
        """Full days since the report came in, until it was closed."""
        return ((self.closed_at or timezone.now()) - self.created_at).days


class Contact(AbstractContact):
    """How to reach the reporter; seen by the responsible desk only, gone 90 days after the report was closed."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="contact")

    class Meta(AbstractContact.Meta):
        abstract = False
        verbose_name = _("Kontakt")
        verbose_name_plural = _("Kontakte")


@pghistory.track(
    fields=["state", "report"],
    model_name="ReportPhotoHistory",
    obj_field=pghistory.ObjForeignKey(related_name="state_history"),
)
class ReportPhoto(AbstractPhoto):
    """A photo of a report; the public sees it when both the photo and its report are released."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="photos", verbose_name=_("Meldung"))

    objects = ReportPhotoQuerySet.as_manager()

    class Meta(AbstractPhoto.Meta):
        abstract = False
        verbose_name = _("Foto einer Meldung")
        verbose_name_plural = _("Fotos von Meldungen")

    @property
    def public_picture(self) -> Picture:
        """The two files that go to the public: the covered ones where something has to be hidden."""
        return getattr(self, "blurred", None) or self


class Event(models.Model):
    """One line of a report's history. The status of a report is the last ``data["to"]`` of its events.

    ``data`` of the first event is the routing trace; of ``status`` ``{"from", "to"}``; of ``reassigned``
    ``{"from", "to", "trace"}`` with department codes; of ``assigned`` ``{"from", "to"}`` with keys of accounts (or
    None); of ``handover`` ``{"step", "department", "name"}`` (``handovers.words``). Never personal data of the
    reporter.
    """

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", _("eingegangen")
        ROUTED = "routed", _("neu zugeordnet")
        STATUS = "status", _("Stand geändert")
        REASSIGNED = "reassigned", _("weitergegeben")
        NOTE = "note", _("interne Notiz")
        ANSWER = "answer", _("öffentliche Antwort")
        RELEASED = "released", _("veröffentlicht")
        HIDDEN = "hidden", _("von der Karte genommen")
        STILL_BROKEN = "still_broken", _("noch nicht behoben")
        ASSIGNED = "assigned", _("zugewiesen")
        CONTACT_ERASED = "contact_erased", _("Kontaktdaten gelöscht")
        PHOTO_RELEASED = "photo_released", _("Foto freigegeben")
        PHOTO_HIDDEN = "photo_hidden", _("Foto verborgen")
        PHOTO_BLURRED = "photo_blurred", _("Foto verdeckt")
        QUESTION = "question", _("Rückfrage")
        REPLY = "reply", _("Antwort auf die Rückfrage")
        MERGED = "merged", _("zusammengeführt")
        UNMERGED = "unmerged", _("wieder getrennt")
        HANDOVER = "handover", _("Weitergabe nach außen")

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="events", verbose_name=_("Meldung"))
    kind = models.CharField(_("Art"), max_length=16, choices=Kind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("durch"),
    )
    at = models.DateTimeField(_("am"), db_default=Now())
    is_public = models.BooleanField(_("öffentlich"), default=False)
    text = models.TextField(_("Text"), max_length=DESCRIPTION_LIMIT, blank=True, default="")
    data = models.JSONField(default=dict, blank=True)
    idempotency_key = models.UUIDField(null=True, editable=False)
    #: The report's version that this change made: what happened since a form was opened is found by it.
    version = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("Vorgang")
        verbose_name_plural = _("Vorgänge")
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["report", "idempotency_key"], name="reports_event_once_per_key"),
            models.CheckConstraint(
                condition=~Q(kind__in=["note", "assigned", "contact_erased", "question", "reply"]) | Q(is_public=False),
                name="reports_notes_stay_inside",
            ),
            models.CheckConstraint(
                condition=~Q(kind="handover") | Q(is_public=False), name="reports_handovers_stay_inside"
            ),
        ]
        indexes = [models.Index(fields=["report", "at", "id"], name="reports_event_timeline")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Delete),
            # Two things may happen to a line: a change of many is taken back, and a person's account goes.
            pgtrigger.Protect(
                name="as_written",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "to_jsonb(NEW) - '{is_public,data,actor_id}'::text[]"
                    " IS DISTINCT FROM to_jsonb(OLD) - '{is_public,data,actor_id}'::text[]"
                    " OR (NEW.is_public AND NOT OLD.is_public)"
                    " OR NEW.data - 'taken_back' IS DISTINCT FROM OLD.data - 'taken_back'"
                    " OR (NEW.actor_id IS NOT NULL AND NEW.actor_id IS DISTINCT FROM OLD.actor_id)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.kind}"
