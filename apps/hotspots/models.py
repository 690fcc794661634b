"""Places with public WLAN."""

import pghistory
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.geo.constraints import GeometryConstraint
from apps.geo.crs import GEO_SRID
from apps.geo.editing import Editable
from apps.geo.models import MapFeature
from apps.geo.versions import public_version_triggers
from apps.hotspots.querysets import HotspotQuerySet
from apps.places.models import TownOwned


@pghistory.track(
    # Seen a minute later is not a change worth a line of history.
    exclude=["last_seen_at", "changed_at", "public_changed_at"],
    model_name="HotspotHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history"),
)
class Hotspot(MapFeature, TownOwned, Editable):
    """A place with public WLAN. ``radius_m``: how far it reaches, in metres, as its operator says.

    ``source`` names the feed that keeps the row up to date (empty: entered at the desk), ``source_key`` the thing in
    that feed. ``note`` is public; ``internal_note`` is for the desk.
    """

    class Environment(models.TextChoices):
        INDOOR = "indoor", _("im Gebäude")
        OUTDOOR = "outdoor", _("im Freien")

    class Status(models.TextChoices):
        ONLINE = "online", _("in Betrieb")
        OFFLINE = "offline", _("gestört")
        UNKNOWN = "unknown", _("Zustand unbekannt")

    name = models.CharField(_("Name"), max_length=120)
    ssid = models.CharField(_("Name des WLAN (SSID)"), max_length=32, blank=True, default="")
    operator = models.CharField(_("Betreiber"), max_length=120, blank=True, default="")
    point = models.PointField(_("Standort"), srid=GEO_SRID)
    environment = models.CharField(_("Umgebung"), max_length=7, choices=Environment, default=Environment.OUTDOOR)
    radius_m = models.PositiveSmallIntegerField(_("Reichweite in m"), default=50)
    status = models.CharField(_("Zustand"), max_length=7, choices=Status, default=Status.UNKNOWN)
    last_seen_at = models.DateTimeField(_("zuletzt erreichbar"), null=True, blank=True)
    note = models.TextField(_("Hinweis für alle"), max_length=500, blank=True, default="")
    internal_note = models.TextField(_("interne Notiz"), max_length=1000, blank=True, default="")
    is_published = models.BooleanField(_("veröffentlicht"), default=True)
    source = models.CharField(_("Quelle"), max_length=60, blank=True, default="", editable=False)
    source_key = models.CharField(_("Schlüssel der Quelle"), max_length=120, blank=True, default="", editable=False)

    objects = HotspotQuerySet.as_manager()

    class Meta:
        verbose_name = _("WLAN-Standort")
        verbose_name_plural = _("WLAN-Standorte")
        constraints = [
            GeometryConstraint(field="point", name="hotspots_hotspot_point_valid"),
            models.UniqueConstraint(
                fields=["municipality", "source", "source_key"],
                condition=~Q(source=""),
                name="hotspots_one_row_per_source_key",
            ),
            models.CheckConstraint(
                condition=Q(source="", source_key="") | (~Q(source="") & ~Q(source_key="")),
                name="hotspots_source_has_key",
            ),
            models.CheckConstraint(
                condition=Q(radius_m__gte=1, radius_m__lte=1000), name="hotspots_radius_is_believable"
            ),
        ]
        indexes = [models.Index(fields=["municipality", "name"], name="hotspots_by_name")]
        triggers = public_version_triggers(
            visible="{row}.is_published",
            columns=[
                *("public_id", "name", "ssid", "operator", "point", "environment", "radius_m", "status"),
                *("last_seen_at", "note"),
            ],
        )

    def __str__(self) -> str:
        return self.name
