"""Ideas for the town."""

from typing import cast

import pghistory
from django.contrib.gis.db import models
from django.contrib.gis.geos import GEOSGeometry
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.contributions.models import AbstractContact, Submission
from apps.geo.constraints import GeometryConstraint
from apps.geo.crs import GEO_SRID
from apps.geo.editing import Editable
from apps.geo.models import MapFeature
from apps.geo.versions import public_version_triggers
from apps.ideas.codes import ANSWERED, Channel, Status, Topic
from apps.ideas.models.call import Call
from apps.ideas.querysets import IdeaQuerySet
from apps.places.constraints import SameTown
from apps.places.models import TownOwned

#: The three columns that may say where; a row has exactly one of them.
SHAPES = ("point", "line", "area")


def ground_of(prefix: str = "") -> Coalesce:
    """Return the expression for an idea's one geometry in the storage CRS; the index ``ideas_ground`` serves it."""
    return Coalesce(*(prefix + shape for shape in SHAPES), output_field=models.GeometryField(srid=GEO_SRID))


@pghistory.track(
    exclude=[
        *("changed_at", "public_changed_at", "support_count"),
        *("idempotency_key", "payload_hash", "status_token_hash"),
    ],
    model_name="IdeaHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history"),
)
class Idea(MapFeature, TownOwned, Submission, Editable):
    """What somebody would like in the town, with a point, a line or an area.

    ``received_on`` is the local day on which it reached the town. Hidden ideas keep their status. ``merged_into`` is
    the idea in which this one goes on. ``support_count`` counts people, those of merged ideas included, each once;
    ``progress`` is the percentage of the latest milestone.
    """

    call = models.ForeignKey(
        Call, on_delete=models.PROTECT, null=True, blank=True, related_name="ideas", verbose_name=_("Aufruf")
    )

    title = models.CharField(_("Titel"), max_length=120)
    text = models.TextField(_("Beschreibung"), max_length=4000)
    topic = models.CharField(_("Thema"), max_length=12, choices=Topic, default=Topic.OTHER)
    channel = models.CharField(_("Eingang über"), max_length=8, choices=Channel, default=Channel.COUNTER)
    status = models.CharField(_("Stand"), max_length=12, choices=Status, default=Status.SUBMITTED, editable=False)
    official_answer = models.TextField(_("Antwort der Stadt"), max_length=4000, blank=True, default="", editable=False)
    received_on = models.DateField(_("eingegangen am"), default=timezone.localdate)
    is_hidden = models.BooleanField(_("verborgen"), default=False, editable=False)
    internal_note = models.TextField(_("interne Notiz"), max_length=2000, blank=True, default="")
    support_count = models.PositiveIntegerField(_("Unterstützungen"), default=0, editable=False)
    progress = models.PositiveSmallIntegerField(_("umgesetzt zu (Prozent)"), null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("zusammengeführt mit"),
        editable=False,
    )
    status_token_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    point = models.PointField(_("Punkt"), srid=GEO_SRID, null=True, blank=True)
    line = models.LineStringField(_("Linie"), srid=GEO_SRID, null=True, blank=True)
    area = models.MultiPolygonField(_("Fläche"), srid=GEO_SRID, null=True, blank=True)

    objects = IdeaQuerySet.as_manager()

    class Meta:
        verbose_name = _("Idee")
        verbose_name_plural = _("Ideen")
        constraints = [
            *Submission.Meta.constraints,
            *(GeometryConstraint(field=shape, name=f"ideas_idea_{shape}_valid") for shape in SHAPES),
            models.CheckConstraint(
                condition=Q(point__isnull=False, line=None, area=None)
                | Q(point=None, line__isnull=False, area=None)
                | Q(point=None, line=None, area__isnull=False),
                name="ideas_exactly_one_shape",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=ANSWERED) | ~Q(official_answer=""), name="ideas_decision_has_reasons"
            ),
            models.CheckConstraint(condition=Q(progress=None) | Q(progress__lte=100), name="ideas_progress_percent"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="ideas_merged_into_another"),
            models.UniqueConstraint(
                fields=["status_token_hash"], condition=~Q(status_token_hash=""), name="ideas_one_per_status_token"
            ),
            SameTown(field="call", name="ideas_call_town"),
            SameTown(field="merged_into", name="ideas_merged_town"),
        ]
        indexes = [
            models.Index(fields=["municipality", "-received_on", "-id"], name="ideas_newest"),
            models.Index(fields=["municipality", "-support_count", "-id"], name="ideas_most_supported"),
            GistIndex(ground_of(), name="ideas_ground"),
        ]
        triggers = public_version_triggers(
            visible="({row}.status <> 'submitted' AND NOT {row}.is_hidden AND {row}.merged_into_id IS NULL)",
            columns=[
                *("call_id", "support_count", "progress"),
                *("public_id", "title", "text", "topic", "channel", "status", "official_answer", "received_on"),
                *SHAPES,
            ],
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        return self.status != Status.SUBMITTED and not self.is_hidden and self.merged_into_id is None

    @property
    def shape(self) -> GEOSGeometry:
        """The one geometry, in the storage CRS."""
        # The database holds that exactly one is there (ideas_exactly_one_shape).
        return cast(GEOSGeometry, self.point or self.line or self.area)

    @property
    def layer_name(self) -> str:
        """The map layer in which this idea is drawn."""
        return "ideas" if self.point else "ideas_lines" if self.line else "ideas_areas"


def shape_columns(geometry: GEOSGeometry) -> dict[str, object]:
    """Return values for the three columns from one storage-CRS Point, LineString or MultiPolygon."""
    column = {"Point": "point", "LineString": "line", "MultiPolygon": "area"}[geometry.geom_type]
    return {name: geometry if name == column else None for name in SHAPES}


class Contact(AbstractContact):
    """How to reach whoever had the idea; seen by its keepers only, gone 90 days after the town has decided."""

    idea = models.OneToOneField(Idea, on_delete=models.CASCADE, related_name="contact")

    class Meta(AbstractContact.Meta):
        abstract = False
        verbose_name = _("Kontakt")
        verbose_name_plural = _("Kontakte")
        indexes = [models.Index(Upper("email"), name="ideas_contact_email")]  # as __iexact asks
