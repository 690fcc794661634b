"""Drawings that lie on the map."""

import pghistory
from django.contrib.gis.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.consultations.models.documents import Document
from apps.consultations.querysets import PlanSheetQuerySet
from apps.geo.crs import GEO_SRID
from apps.places.constraints import SameTown
from apps.places.models import TownOwned


@pghistory.track(
    exclude=["attempts", "lease_until"],
    model_name="PlanSheetHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history"),
)
class PlanSheet(TownOwned):
    """Where a document, or one page of it, lies on the map, and its tiles. The document itself is the drawing.

    ``affine`` (six numbers a … f) leads from column and row of the drawing (``width`` × ``height`` pixels, from the
    upper left corner) to the numbers of the CRS ``srid``: x = a·column + b·row + c, y = d·column + e·row + f.
    ``points`` are the control points as they were typed. ``tiles`` is a ZIP of WebP tiles (Web Mercator), made by a
    job; ``preview`` and ``legend`` are WebP.
    """

    class State(models.TextChoices):
        UNPLACED = "unplaced", _("noch ohne Lage")
        WAITING = "waiting", _("wird für die Karte vorbereitet")
        READY = "ready", _("auf der Karte")
        FAILED = "failed", _("lässt sich nicht darstellen")

    class Source(models.TextChoices):
        FILE = "file", _("aus der Datei")
        WORLD_FILE = "world", _("aus der Weltdatei")
        POINTS = "points", _("aus Passpunkten")

    document = models.OneToOneField(
        Document, on_delete=models.CASCADE, related_name="sheet", verbose_name=_("Unterlage")
    )
    page = models.PositiveSmallIntegerField(_("Seite"), default=1)
    width = models.PositiveIntegerField(_("Breite in Bildpunkten"))
    height = models.PositiveIntegerField(_("Höhe in Bildpunkten"))
    preview = models.FileField(_("Vorschaubild"), max_length=200, editable=False)
    state = models.CharField(_("Stand"), max_length=8, choices=State, default=State.UNPLACED, editable=False)
    reason = models.CharField(_("Grund"), max_length=400, blank=True, default="", editable=False)
    source = models.CharField(_("Lage"), max_length=6, choices=Source, blank=True, default="", editable=False)
    srid = models.PositiveIntegerField(_("Koordinatensystem (EPSG)"), null=True, editable=False)
    affine = models.JSONField(_("Lage der Zeichnung"), null=True, editable=False)
    points = models.JSONField(_("Passpunkte"), default=list, editable=False)
    residual_m = models.FloatField(_("mittlere Abweichung in m"), null=True, editable=False)
    outline = models.PolygonField(_("Umriss"), srid=GEO_SRID, null=True, editable=False)
    levels = models.JSONField(_("Kachelstufen"), default=list, editable=False)
    tiles = models.FileField(_("Kacheln"), max_length=200, blank=True, default="", editable=False)
    tiles_sha256 = models.CharField(_("Prüfsumme der Kacheln"), max_length=64, blank=True, default="", editable=False)
    legend = models.FileField(_("Bild der Legende"), max_length=200, blank=True, default="", editable=False)
    legend_sha256 = models.CharField(_("Prüfsumme der Legende"), max_length=64, blank=True, default="", editable=False)
    legend_alt = models.TextField(_("Legende in Worten"), max_length=2000, blank=True, default="")
    placed_at = models.DateTimeField(_("Lage angegeben am"), null=True, editable=False)
    created_at = models.DateTimeField(_("angelegt am"), db_default=Now(), editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    objects = PlanSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("Planzeichnung")
        verbose_name_plural = _("Planzeichnungen")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="unplaced") | Q(affine__isnull=False, srid__isnull=False, outline__isnull=False),
                name="consultations_sheet_placed",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | (~Q(tiles="") & ~Q(tiles_sha256="")), name="consultations_sheet_ready"
            ),
            models.CheckConstraint(
                condition=Q(legend="") | ~Q(legend_alt=""), name="consultations_sheet_legend_in_words"
            ),
            SameTown(field="document", name="consultations_sheet_town"),
        ]
        indexes = [
            models.Index(fields=["placed_at"], condition=Q(state="waiting"), name="consultations_sheets_waiting"),
        ]

    def __str__(self) -> str:
        return str(self.document)

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY
