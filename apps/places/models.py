"""Where: municipalities, versioned areas, addresses, roads and other assets of a town."""

import pghistory
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex, OpClass
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.geo.constraints import GeometryConstraint
from apps.geo.crs import GEO_SRID
from apps.places.parcel_codes import PATTERN as PARCEL_CODE
from apps.places.parcel_codes import ParcelCode
from apps.places.querysets import AreaQuerySet, AssetQuerySet, ParcelQuerySet


@pghistory.track(pghistory.UpdateEvent(), fields=["citizen_accounts"], model_name="MunicipalityEvent")
class Municipality(models.Model):
    """A town of the installation. ``key`` is the AGS (8 digits); ``hostname`` the host that speaks for it alone.

    ``citizen_accounts`` stands here because every page asks for it, and this row is at hand on every page.
    """

    key = models.CharField(_("Gemeindeschlüssel (AGS)"), max_length=8, unique=True)
    name = models.CharField(_("Name"), max_length=120)
    hostname = models.CharField(_("Hostname"), max_length=120, blank=True, default="")
    centre = models.PointField(_("Mitte"), srid=GEO_SRID)
    is_demo = models.BooleanField(_("Demonstration"), default=False)
    citizen_accounts = models.BooleanField(
        _("Bürgerinnen und Bürger können ein Konto anlegen"), default=False, db_default=False
    )

    class Meta:
        verbose_name = _("Gemeinde")
        verbose_name_plural = _("Gemeinden")
        constraints = [
            GeometryConstraint(field="centre", name="places_municipality_centre_valid"),
            models.UniqueConstraint(fields=["hostname"], condition=~Q(hostname=""), name="places_one_town_per_host"),
        ]

    def __str__(self) -> str:
        return self.name


class TownOwned(models.Model):
    """Abstract base of every row that belongs to one town."""

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, verbose_name=_("Gemeinde"), related_name="+"
    )

    class Meta:
        abstract = True


class AdministrativeArea(TownOwned):
    """A boundary as it stood from ``valid_from`` until before ``valid_to`` (half-open, local dates).

    The boundary of Brandis has changed before, so it is a versioned row, never a constant. ``contact`` names where
    to turn to in a neighbouring municipality. A ``zone`` is an area that the town has drawn and named for its own use.
    """

    class Kind(models.TextChoices):
        MUNICIPALITY = "municipality", _("Gemeinde")
        DISTRICT = "district", _("Ortsteil")
        NEIGHBOUR = "neighbour", _("Nachbargemeinde")
        COUNTY = "county", _("Landkreis")
        ZONE = "zone", _("Eigenes Gebiet")

    kind = models.CharField(_("Art"), max_length=12, choices=Kind)
    key = models.CharField(_("Schlüssel"), max_length=40)
    name = models.CharField(_("Name"), max_length=120)
    contact = models.CharField(_("Kontakt"), max_length=200, blank=True, default="")
    area = models.MultiPolygonField(_("Fläche"), srid=GEO_SRID)
    valid_from = models.DateField(_("gültig ab"))
    valid_to = models.DateField(_("gültig bis vor"), null=True, blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("Verwaltungsgebiet")
        verbose_name_plural = _("Verwaltungsgebiete")
        constraints = [
            GeometryConstraint(field="area", name="places_area_valid"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="places_area_period"
            ),
            models.UniqueConstraint(
                fields=["municipality", "kind", "key", "valid_from"], name="places_one_area_version_per_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"


class Address(TownOwned):
    """An address of the gazetteer. ``search`` is the folded text that the trigram search compares."""

    street = models.CharField(_("Straße"), max_length=120)
    house_number = models.CharField(_("Hausnummer"), max_length=12)
    postcode = models.CharField(_("PLZ"), max_length=5)
    district = models.CharField(_("Ortsteil"), max_length=80, blank=True, default="")
    point = models.PointField(_("Lage"), srid=GEO_SRID)
    search = models.CharField(max_length=300, editable=False)

    class Meta:
        verbose_name = _("Adresse")
        verbose_name_plural = _("Adressen")
        constraints = [
            GeometryConstraint(field="point", name="places_address_point_valid"),
            models.UniqueConstraint(
                fields=["municipality", "postcode", "street", "house_number"],
                name="places_one_row_per_address",
            ),
        ]
        indexes = [
            GistIndex(OpClass("search", name="gist_trgm_ops"), name="places_address_search"),
        ]

    def __str__(self) -> str:
        return f"{self.street} {self.house_number}, {self.postcode} {self.district}".strip()


class Road(TownOwned):
    """A piece of road. The class decides who carries the cost (§ 44 SächsStrG): A, B, S, K or G."""

    class RoadClass(models.TextChoices):
        A = "A", _("Bundesautobahn")
        B = "B", _("Bundesstraße")
        S = "S", _("Staatsstraße")
        K = "K", _("Kreisstraße")
        G = "G", _("Gemeindestraße")

    class Path(models.TextChoices):
        NONE = "", _("Straße")
        FIELD = "field", _("Feldweg")
        FOREST = "forest", _("Waldweg")

    key = models.CharField(_("Schlüssel"), max_length=60)
    road_class = models.CharField(_("Klasse"), max_length=1, choices=RoadClass)
    number = models.CharField(_("Nummer"), max_length=20, blank=True, default="")
    name = models.CharField(_("Name"), max_length=120, blank=True, default="")
    path = models.CharField(_("Weg"), max_length=6, choices=Path, blank=True, default="")
    width_m = models.FloatField(_("Fahrbahnbreite in m"), default=6)
    line = models.LineStringField(_("Verlauf"), srid=GEO_SRID)

    class Meta:
        verbose_name = _("Straße")
        verbose_name_plural = _("Straßen")
        constraints = [
            GeometryConstraint(field="line", name="places_road_line_valid"),
            models.UniqueConstraint(fields=["municipality", "key"], name="places_one_road_per_key"),
        ]

    def __str__(self) -> str:
        return self.number or self.name or self.key


class BuiltUpArea(TownOwned):
    """The closed built-up area: inside it the town carries footways, lighting and cleaning even on S and K roads."""

    key = models.CharField(_("Schlüssel"), max_length=60)
    name = models.CharField(_("Name"), max_length=120)
    area = models.MultiPolygonField(_("Fläche"), srid=GEO_SRID)

    class Meta:
        verbose_name = _("geschlossene Ortslage")
        verbose_name_plural = _("geschlossene Ortslagen")
        constraints = [
            GeometryConstraint(field="area", name="places_builtup_area_valid"),
            models.UniqueConstraint(fields=["municipality", "key"], name="places_one_builtup_per_key"),
        ]

    def __str__(self) -> str:
        return self.name


class Asset(TownOwned):
    """Any other thing or ground that decides who is responsible, or that the base map draws.

    ``kind`` is a plain code (``railway_property``, ``forest_state``, ``container_site``, ``playground``, ``water``,
    ``building`` …); ``shape`` a point, line or area.
    """

    kind = models.CharField(_("Art"), max_length=40)
    key = models.CharField(_("Schlüssel"), max_length=60)
    name = models.CharField(_("Name"), max_length=120, blank=True, default="")
    shape = models.GeometryField(_("Geometrie"), srid=GEO_SRID)

    objects = AssetQuerySet.as_manager()

    class Meta:
        verbose_name = _("Objekt")
        verbose_name_plural = _("Objekte")
        constraints = [
            GeometryConstraint(field="shape", name="places_asset_shape_valid"),
            models.UniqueConstraint(fields=["municipality", "kind", "key"], name="places_one_asset_per_key"),
        ]
        indexes = [models.Index(fields=["municipality", "kind"], name="places_asset_kind")]

    def __str__(self) -> str:
        return self.name or f"{self.kind} {self.key}"


class Parcel(TownOwned):
    """A Flurstück of the cadastre (ALKIS, AX_Flurstueck): its ground and its name, never whose it is.

    ``code`` is the Flurstückskennzeichen of GeoInfoDok, of which Gemarkung, Flur, Zähler and Nenner are parts;
    ``official_area_m2`` the "amtliche Fläche", which may differ from that of the drawing. No layer shows parcels.
    """

    code = models.CharField(_("Flurstückskennzeichen"), max_length=20)
    cadastral_district = models.CharField(_("Gemarkung"), max_length=120, blank=True, default="")
    official_area_m2 = models.FloatField(_("amtliche Fläche in m²"), null=True, blank=True)
    area = models.MultiPolygonField(_("Fläche"), srid=GEO_SRID)

    objects = ParcelQuerySet.as_manager()

    class Meta:
        verbose_name = _("Flurstück")
        verbose_name_plural = _("Flurstücke")
        constraints = [
            GeometryConstraint(field="area", name="places_parcel_area_valid"),
            models.CheckConstraint(condition=Q(code__regex=PARCEL_CODE), name="places_parcel_code"),
            models.CheckConstraint(
                condition=Q(official_area_m2=None) | Q(official_area_m2__gt=0), name="places_parcel_official_area"
            ),
            models.UniqueConstraint(fields=["municipality", "code"], name="places_one_row_per_parcel"),
        ]

    def __str__(self) -> str:
        return f"{self.cadastral_district} {ParcelCode.parse(self.code).words}".strip()
