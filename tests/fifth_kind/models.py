"""Trees of a town: a kind as small as a kind can be."""

from typing import Any, Self

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from apps.geo.audience import Actor
from apps.geo.constraints import GeometryConstraint
from apps.geo.crs import GEO_SRID
from apps.geo.models import MapFeature
from apps.geo.versions import public_version_triggers
from apps.places.models import TownOwned


class TreeQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Released trees for everybody; all of the town for its staff."""
        if actor.is_authenticated:
            return self.filter(municipality__in=actor.towns_with_role())
        return self.filter(is_released=True)


class Tree(MapFeature, TownOwned):
    class Condition(models.TextChoices):
        SOUND = "sound", _("gesund")
        SICK = "sick", _("krank")
        FELLED = "felled", _("gefällt")

    species = models.CharField(_("Art"), max_length=80)
    condition = models.CharField(_("Zustand"), max_length=6, choices=Condition, default=Condition.SOUND)
    planted_on = models.DateField(_("gepflanzt am"), null=True, blank=True)
    height_m = models.FloatField(_("Höhe in m"), null=True, blank=True)
    note = models.TextField(_("interne Notiz"), blank=True, default="")
    is_released = models.BooleanField(_("veröffentlicht"), default=True)
    point = models.PointField(_("Standort"), srid=GEO_SRID)

    objects = TreeQuerySet.as_manager()

    class Meta:
        constraints = [GeometryConstraint(field="point", name="fifth_kind_tree_point_valid")]
        triggers = public_version_triggers(
            visible="{row}.is_released",
            columns=["species", "condition", "planted_on", "height_m", "point"],
        )

    def __str__(self) -> str:
        return self.species
