"""Calls for ideas: where, in which phases, by which rules."""

import pghistory
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.geo.constraints import GeometryConstraint
from apps.geo.crs import GEO_SRID
from apps.geo.editing import Editable
from apps.geo.models import MapFeature
from apps.geo.versions import public_version_triggers
from apps.ideas.phases import SCHEDULED, Phase
from apps.ideas.querysets import CallQuerySet
from apps.places.constraints import SameTown
from apps.places.models import Municipality, TownOwned


@pghistory.track(
    exclude=["changed_at", "public_changed_at"],
    model_name="CallHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history"),
)
class Call(MapFeature, TownOwned, Editable):
    """A call for ideas. ``phase`` repeats what ``phases`` and the clock say; a job keeps it (ADR 17).

    ``ends_on`` is the last local day, included; without it the last phase goes on.
    """

    title = models.CharField(_("Titel"), max_length=120)
    summary = models.CharField(_("Worum es geht, in einem Satz"), max_length=300)
    text = models.TextField(_("Beschreibung"), max_length=8000, blank=True, default="")
    area = models.MultiPolygonField(_("Gebiet"), srid=GEO_SRID)
    phase = models.CharField(_("Phase"), max_length=8, choices=Phase, default=Phase.PLANNED, editable=False)
    ends_on = models.DateField(_("letzter Tag"), null=True, blank=True)
    is_published = models.BooleanField(_("veröffentlicht"), default=False, editable=False)
    internal_note = models.TextField(_("interne Notiz"), max_length=2000, blank=True, default="")

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("Aufruf")
        verbose_name_plural = _("Aufrufe")
        constraints = [GeometryConstraint(field="area", name="ideas_call_area_valid")]
        indexes = [models.Index(fields=["municipality", "is_published", "phase"], name="ideas_call_by_phase")]
        triggers = public_version_triggers(
            visible="{row}.is_published",
            columns=["public_id", "title", "summary", "text", "area", "phase", "ends_on"],
        )

    def __str__(self) -> str:
        return self.title


@pghistory.track(model_name="CallPhaseHistory", obj_field=pghistory.ObjForeignKey(related_name="history"))
class CallPhase(TownOwned):
    """The first local day of one phase; it lasts until the next one begins."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="phases", verbose_name=_("Aufruf"))
    phase = models.CharField(_("Phase"), max_length=8, choices=[(p.value, p.label) for p in SCHEDULED])
    starts_on = models.DateField(_("erster Tag"))

    class Meta:
        verbose_name = _("Phase")
        verbose_name_plural = _("Phasen")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["call", "phase"], name="ideas_phase_once_per_call"),
            models.UniqueConstraint(fields=["call", "starts_on"], name="ideas_one_phase_a_day"),
            models.CheckConstraint(
                condition=Q(phase__in=[p.value for p in SCHEDULED]), name="ideas_phase_is_scheduled"
            ),
            SameTown(field="call", name="ideas_phase_town"),
        ]

    def __str__(self) -> str:
        return f"{self.get_phase_display()} ab {self.starts_on:%d.%m.%Y}"


@pghistory.track()
class IdeaRules(TownOwned):
    """How a town wants it; a town without a row has the defaults."""

    accepts_outside_calls = models.BooleanField(
        _("Ideen auch ohne Aufruf annehmen"),
        default=True,
        help_text=_("Sonst können Ideen nur eingereicht werden, wenn ein Aufruf gerade sammelt."),
    )
    ideas_wait = models.BooleanField(
        _("Ideen vor der Veröffentlichung prüfen"),
        default=True,
        help_text=_("Sonst erscheinen Texte sofort und werden danach geprüft. Fotos warten immer."),
    )
    comments_wait = models.BooleanField(
        _("Kommentare vor der Veröffentlichung prüfen"),
        default=True,
        help_text=_("Sonst erscheinen sie sofort, und Sie prüfen, was gemeldet wird."),
    )

    class Meta:
        verbose_name = _("Regeln für Ideen")
        verbose_name_plural = _("Regeln für Ideen")
        constraints = [models.UniqueConstraint(fields=["municipality"], name="ideas_one_row_of_rules")]

    def __str__(self) -> str:
        return f"{self.municipality}"


def rules_of(municipality: Municipality | int) -> IdeaRules:
    """Return the rules of a town (or of its primary key), unsaved defaults where it has none."""
    key = municipality.pk if isinstance(municipality, Municipality) else municipality
    return IdeaRules.objects.filter(municipality=key).first() or IdeaRules(municipality_id=key)
