"""The rule: category × place -> who fixes it and who carries it."""

import pghistory
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.departments.models.categories import Category, CategoryGroup
from apps.departments.models.desks import Department
from apps.departments.models.versioned import COUNT_VERSION, Versioned
from apps.departments.querysets import JurisdictionQuerySet
from apps.geo.constraints import GeometryConstraint
from apps.geo.crs import GEO_SRID
from apps.places.constraints import SameTown
from apps.places.models import AdministrativeArea, Road, TownOwned

#: Farthest distance in metres that a rule may reach; ``route()`` looks no farther for roads and assets.
REACH_M = 100


@pghistory.track()
class Jurisdiction(Versioned, TownOwned):
    """One rule of responsibility. Which of several matching rules wins is written down in ``routing_sql.py``.

    *What*: a category, or a group, or (neither) everything. *Where*: at an asset of a kind or at a road of certain
    classes, both within ``distance_m``; in an administrative area or one drawn for the rule; inside or outside the
    built-up area. *When*: ``answers`` maps keys of the category's questions to the values that it answers for (one of
    them must have been given, for every key), ``season_from`` and ``season_to`` are days of the year as month × 100 +
    day, both included, also over the new year; ``weekdays`` are ISO weekdays (1 = Monday). Conditions that are empty do
    not count, and all that are given must hold. A rule counts from ``valid_from`` until before ``valid_to`` (local
    dates; the same day twice: never). An ``area`` stands for the version of that boundary in force on the day asked
    about, not for the row's own version.

    ``executor`` fixes it; ``owner`` carries the cost (Baulastträger; empty: the executor); ``copy_to`` is told too.
    """

    class RoadPath(models.TextChoices):
        ANY = "", _("Straße oder Weg")
        STREET = "street", _("nur Straße")
        FIELD = "field", _("nur Feldweg")
        FOREST = "forest", _("nur Waldweg")

    code = models.SlugField(_("Kürzel"), max_length=80)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="rules", verbose_name=_("Kategorie")
    )
    group = models.ForeignKey(
        CategoryGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="rules", verbose_name=_("Gruppe")
    )

    asset_kind = models.CharField(_("Objektart"), max_length=40, blank=True, default="")
    road_classes = ArrayField(
        models.CharField(max_length=1, choices=Road.RoadClass),
        verbose_name=_("Straßenklassen"),
        default=list,
        blank=True,
    )
    road_path = models.CharField(_("Weg"), max_length=6, choices=RoadPath, blank=True, default="")
    distance_m = models.PositiveSmallIntegerField(_("Abstand in m"), null=True, blank=True)
    area = models.ForeignKey(
        AdministrativeArea, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Gebiet")
    )
    own_area = models.MultiPolygonField(
        _("gezeichnete Fläche"), srid=GEO_SRID, null=True, blank=True, spatial_index=False
    )
    inside_built_up = models.BooleanField(_("innerhalb geschlossener Ortslage"), null=True, blank=True)

    answers = models.JSONField(_("Antworten"), default=dict, blank=True)
    season_from = models.PositiveSmallIntegerField(_("Jahreszeit von"), null=True, blank=True)
    season_to = models.PositiveSmallIntegerField(_("Jahreszeit bis"), null=True, blank=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("Wochentage"), default=list, blank=True)

    executor = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="executes", verbose_name=_("ausführende Stelle")
    )
    owner = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="owns", verbose_name=_("Träger")
    )
    copy_to = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Kopie an")
    )
    priority = models.SmallIntegerField(_("Vorrang"), default=0)
    valid_from = models.DateField(_("gültig ab"))
    valid_to = models.DateField(_("gültig bis vor"), null=True, blank=True)
    reason = models.CharField(_("Begründung"), max_length=300)
    to_confirm = models.BooleanField(_("von der Stadt zu bestätigen"), default=False)
    created_at = models.DateTimeField(_("angelegt am"), db_default=Now(), editable=False)

    objects = JurisdictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Zuständigkeit")
        verbose_name_plural = _("Zuständigkeiten")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code"], name="departments_one_rule_per_code"),
            models.CheckConstraint(
                condition=Q(category=None) | Q(group=None), name="departments_rule_category_or_group"
            ),
            models.CheckConstraint(
                condition=Q(asset_kind="") | Q(road_classes=[]), name="departments_rule_asset_or_road"
            ),
            models.CheckConstraint(condition=Q(area=None) | Q(own_area=None), name="departments_rule_one_area"),
            models.CheckConstraint(
                condition=Q(asset_kind="", road_classes=[], distance_m=None)
                | (~Q(asset_kind="", road_classes=[]) & Q(distance_m__isnull=False, distance_m__lte=REACH_M)),
                name="departments_rule_distance",
            ),
            models.CheckConstraint(
                condition=Q(road_classes__contained_by=["A", "B", "S", "K", "G"]), name="departments_rule_road_classes"
            ),
            models.CheckConstraint(
                condition=Q(road_path="") | (Q(road_path__in=["street", "field", "forest"]) & ~Q(road_classes=[])),
                name="departments_rule_road_path",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="departments_rule_period"
            ),
            # An answer belongs to one category's question; a rule for a group or for everything cannot ask for it.
            models.CheckConstraint(
                condition=Q(answers={}) | Q(category__isnull=False), name="departments_rule_answers_of_category"
            ),
            models.CheckConstraint(
                condition=Q(season_from=None, season_to=None)
                | Q(
                    season_from__isnull=False,
                    season_to__isnull=False,
                    season_from__range=(101, 1231),
                    season_to__range=(101, 1231),
                ),
                name="departments_rule_season",
            ),
            models.CheckConstraint(
                condition=Q(weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7]), name="departments_rule_weekdays"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="departments_rule_has_a_reason"),
            GeometryConstraint(field="own_area", name="departments_rule_own_area_valid"),
            *(
                SameTown(field=field, name=f"departments_rule_{field}_town")
                for field in ("category", "group", "area", "executor", "owner", "copy_to")
            ),
        ]
        triggers = [COUNT_VERSION]
        indexes = [
            # One way in per kind of place: ten thousand areas cost about what a hundred do (docs/performance.md).
            GistIndex(
                fields=["category", "own_area"],
                condition=Q(category__isnull=False, own_area__isnull=False),
                name="departments_rule_cat_area",
            ),
            GistIndex(
                fields=["group", "own_area"],
                condition=Q(category__isnull=True, own_area__isnull=False),
                name="departments_rule_group_area",
            ),
            models.Index(
                fields=["municipality", "category", "group"],
                condition=Q(area__isnull=True, own_area__isnull=True),
                name="departments_rule_no_area",
            ),
        ]

    def __str__(self) -> str:
        return self.code
