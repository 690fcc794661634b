"""The narrow waist: a layer is declared once, and every output of it comes from that declaration.

``rows()`` is the only door to a layer's data. It answers with exactly the declared fields of exactly the features
that the actor may see; a field that no declaration names can neither be read, nor filtered, nor sorted by.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict, Unpack

from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.db.models.functions import Transform
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateTimeField, F, Model, Q, QuerySet
from django.db.models import Field as ModelField
from django.db.models.functions import Cast, Coalesce
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from apps.geo.audience import ANONYMOUS, Actor
from apps.geo.crs import GEO_SRID, WGS84
from apps.geo.functions import BoxOverlaps, bbox_in_storage_crs

Text = str | Promise
Bbox = tuple[float, float, float, float]


class Asked(TypedDict, total=False):
    """What ``matching()`` and ``rows()`` may be asked, as there."""

    municipality: int | None
    bbox: Bbox | None
    bbox_srid: int
    since: dt.datetime | None
    until: dt.datetime | None
    ids: Iterable[str] | None
    filters: Mapping[str, Sequence[object]] | None
    after: str | None
    among: QuerySet[Any] | None


@dataclass(frozen=True)
class Field:
    """One declared attribute of a layer.

    ``name`` is safe in XML and SQL; ``source`` an ORM path on the model (default: the name); ``choices`` the words
    for coded values; ``internal`` fields appear under ``/intern/`` only; ``filterable`` ones may be asked for by value.
    """

    name: str
    title: Text
    source: str = ""
    choices: Mapping[str, Text] = field(default_factory=dict)
    internal: bool = False
    filterable: bool = True

    @property
    def path(self) -> str:
        return self.source or self.name


@dataclass(frozen=True)
class StyleClass:
    """How features with one value of the style's field look. ``icon`` names an SVG of ``static/icons``."""

    value: str
    title: Text
    colour: str
    icon: str = ""


@dataclass(frozen=True)
class Style:
    """The look of a layer: source of the web legend, the map and the style that QGIS loads from a GeoPackage.

    ``colour`` is ``#rrggbb`` with a contrast of at least 3:1 on the base map; with ``by`` a field decides the class.
    """

    icon: str
    colour: str
    by: str = ""
    classes: tuple[StyleClass, ...] = ()
    min_zoom: int = 0

    def colour_of(self, value: object) -> str:
        """Return the colour of a feature with that value of the style's field."""
        return next((one.colour for one in self.classes if one.value == str(value)), self.colour)


@dataclass(frozen=True)
class MapLayer:
    """A layer and all that its outputs need to know.

    ``features(actor)`` is the kind's ``visible_to``: a queryset of a ``MapFeature`` with a ``municipality``.
    ``label`` and ``status`` name fields that lists and popups show; ``period`` the one or two fields that
    ``datetime=`` filters (default: ``changed``); ``detail`` a route that takes ``public_id``; ``listing`` the route
    of the kind's own page; ``facets`` the fields offered as filters beside the map. ``flag`` is the condition under
    which staff should look at a feature first, said by ``flag_title``; the public never sees it.
    """

    name: str
    title: Text
    abstract: Text
    features: Callable[[Actor], QuerySet[Any]]
    fields: Sequence[Field]
    style: Style
    label: str
    status: str = ""
    geometry: str = "point"
    changed: str = "public_changed_at"
    period: tuple[str, ...] = ()
    detail: str = ""
    listing: str = ""
    facets: tuple[str, ...] = ()
    flag: Callable[[], Q] | None = None
    flag_title: Text = ""
    order: int = 100
    licence: Text = "Datenlizenz Deutschland – Namensnennung – Version 2.0"
    licence_url: str = "https://www.govdata.de/dl-de/by-2-0"

    @property
    def model(self) -> type[Model]:
        return self.features(ANONYMOUS).model

    @property
    def geometry_field(self) -> GeometryField:
        column = self.model._meta.get_field(self.geometry)
        if not isinstance(column, GeometryField):
            raise FieldDoesNotExist(self.geometry)
        return column

    @property
    def geometry_type(self) -> str:
        """OGC name of the geometry type: ``Point``, ``LineString``, ``MultiPolygon`` …"""
        return {
            "POINT": "Point",
            "MULTIPOINT": "MultiPoint",
            "LINESTRING": "LineString",
            "MULTILINESTRING": "MultiLineString",
            "POLYGON": "Polygon",
            "MULTIPOLYGON": "MultiPolygon",
        }[self.geometry_field.geom_type]

    def fields_for(self, actor: Actor) -> list[Field]:
        """Return the fields that the actor may read, in declared order."""
        return [f for f in self.fields if actor.is_authenticated or not f.internal]

    def field(self, name: str, actor: Actor = ANONYMOUS) -> Field:
        """Return the declared field of that name that the actor may read; ``KeyError`` for every other name."""
        for candidate in self.fields_for(actor):
            if candidate.name == name:
                return candidate
        raise KeyError(name)

    def model_field(self, declared: Field) -> ModelField:
        """Return the model field at the end of the declared path; ``FieldDoesNotExist`` when there is none."""
        model: Any = self.model
        *steps, last = declared.path.split("__")
        for step in steps:
            model = model._meta.get_field(step).related_model
        return model._meta.get_field(last)

    def kind_of(self, declared: Field) -> str:
        """Return ``string``, ``integer``, ``number``, ``boolean``, ``date`` or ``datetime``."""
        return _KINDS.get(self.model_field(declared).get_internal_type(), "string")

    def rows(self, actor: Actor, *, srid: int | None = None, **asked: Unpack[Asked]) -> QuerySet[Any]:
        """Return a ``.values()`` queryset: ``fid``, ``shape``, ``changed``, ``moment`` and an ``f_<name>`` per field.

        ``asked`` are the arguments of ``matching()``. ``shape`` is in ``srid`` (default: storage CRS). Ordered by
        ``fid``.
        """
        return self.read(self.matching(actor, **asked), actor, srid=srid)

    def read(self, features: QuerySet[Any], actor: Actor, *, srid: int | None = None) -> QuerySet[Any]:
        """Return what ``rows()`` does for features from ``matching()`` of the same actor, which a caller counts too."""
        shape = F(self.geometry) if srid in (None, GEO_SRID) else Transform(self.geometry, srid)
        columns = {f"f_{f.name}": F(f.path) for f in self.fields_for(actor)}
        return features.order_by("public_id").values(
            fid=F("public_id"), shape=shape, changed=F(self.changed), moment=self._moment(), **columns
        )

    def matching(
        self,
        actor: Actor,
        *,
        municipality: int | None = None,
        bbox: Bbox | None = None,
        bbox_srid: int = WGS84,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        ids: Iterable[str] | None = None,
        filters: Mapping[str, Sequence[object]] | None = None,
        after: str | None = None,
        among: QuerySet[Any] | None = None,
    ) -> QuerySet[Any]:
        """Return the features behind ``rows()`` of the same arguments, for counting: no columns, no joins for words.

        ``municipality`` is a primary key; ``bbox`` xmin, ymin, xmax, ymax in ``bbox_srid`` units (the exact geometry
        must meet the box); ``since``/``until`` bound the period fields, both ends included; ``filters`` maps field
        names to accepted values (``KeyError`` for a name the actor may not read or filter by); ``after`` is the last
        ``fid`` of the previous page; ``among`` are features visible to the actor, narrowed by
        their own list (``desk_lists.py``).
        """
        features = self.features(actor) if among is None else among
        features = features.exclude(**{f"{self.geometry}__isnull": True})
        if municipality is not None:
            features = features.filter(municipality=municipality)
        if bbox is not None:
            box = bbox_in_storage_crs(bbox, bbox_srid)
            if box is None:
                features = features.none()
            else:
                features = features.filter(BoxOverlaps(F(self.geometry), box))
                if self.geometry_type != "Point" or bbox_srid != GEO_SRID:
                    features = features.filter(**{f"{self.geometry}__intersects": box})
        features = features.filter(self._within(since, until))
        if ids is not None:
            features = features.filter(public_id__in=list(ids))
        for name, accepted in (filters or {}).items():
            declared = self.field(name, actor)
            if not declared.filterable:
                raise KeyError(name)
            features = features.filter(**{f"{declared.path}__in": list(accepted)})
        if after is not None:
            features = features.filter(public_id__gt=after)
        return features

    def _moment(self) -> F | Coalesce:
        """What a list is ordered by: when the thing came or begins, not when somebody last touched it."""
        name = (self.period or (self.changed,))[0]
        column = self.model._meta.get_field(name)
        if isinstance(column, DateTimeField) and not column.null:
            return F(name)  # as it stands, so that an index can order it
        return Coalesce(Cast(F(name), DateTimeField()), F(self.changed))

    def _within(self, since: dt.datetime | None, until: dt.datetime | None) -> Q:
        start, end = (self.period or (self.changed,))[0], (self.period or (self.changed,))[-1]
        condition = Q()
        if since is not None:
            # A period without an end is still running.
            condition &= Q(**{f"{end}__gte": since}) | (Q(**{f"{end}__isnull": True}) if start != end else Q())
        if until is not None:
            condition &= Q(**{f"{start}__lte": until})
        return condition

    def url_of(self, public_id: str) -> str:
        """Return the path of a feature's page, or an empty string where the kind has none."""
        try:
            return reverse(self.detail, kwargs={"public_id": public_id}) if self.detail else ""
        except NoReverseMatch:
            return ""


_KINDS = {
    "AutoField": "integer",
    "BigAutoField": "integer",
    "IntegerField": "integer",
    "SmallIntegerField": "integer",
    "BigIntegerField": "integer",
    "PositiveIntegerField": "integer",
    "PositiveSmallIntegerField": "integer",
    "FloatField": "number",
    "DecimalField": "number",
    "BooleanField": "boolean",
    "DateField": "date",
    "DateTimeField": "datetime",
}

_registry: dict[str, MapLayer] = {}


def register(layer: MapLayer) -> MapLayer:
    """Add a layer to the site; its name must be free. Called from an app's ``layers`` module."""
    if layer.name in _registry:
        raise ValueError(f"Layer {layer.name!r} is declared twice.")
    _registry[layer.name] = layer
    return layer


def all_layers() -> list[MapLayer]:
    """Return every declared layer in display order."""
    return sorted(_registry.values(), key=lambda layer: (layer.order, layer.name))


def get_layer(name: str) -> MapLayer:
    """Return the layer of that name; ``KeyError`` when none is declared."""
    return _registry[name]
