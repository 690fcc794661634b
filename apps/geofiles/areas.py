"""Areas out of an uploaded file, whatever kind: layers with shapes as the numbers stand, and what was not understood.

Each kind of file is opened by one driver only, in a child process without network (``area_worker.py``); GML and
XPlanGML by a parser of ours (``gml_worker.py``). Which CRS the numbers are in is asked later (``crs_guess.py``).
"""

import json
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pyogrio
import shapely
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from apps.geo.sandbox.running import ConfinedFailed, Limits, run_confined
from apps.geo.untrusted import InputRefused
from apps.geofiles import area_worker, gml_worker
from apps.geofiles.archive import unpack_plan
from apps.geofiles.reading import MAX_UPLOAD_BYTES, epsg_number

#: Ending → what it is called and the one driver that may open it; "" is our own parser.
KINDS = {
    ".gpkg": ("GeoPackage", "GPKG"),
    ".geojson": ("GeoJSON", "GeoJSON"),
    ".json": ("GeoJSON", "GeoJSON"),
    ".fgb": ("FlatGeobuf", "FlatGeobuf"),
    ".shp": ("Shapefile", "ESRI Shapefile"),
    ".kml": ("KML", "KML"),
    ".dxf": ("DXF", "DXF"),
    ".gml": ("GML", ""),
    ".xml": ("GML", ""),
}
ENDINGS = (".gpkg", ".zip", ".geojson", ".json", ".kml", ".dxf", ".gml", ".xml", ".fgb")
LIMITS = Limits(memory_bytes=1024 << 20, cpu_seconds=20, wall_seconds=60, output_bytes=64 << 20)
BOUNDS = {"max_layers": 40, "max_shapes": 20_000, "max_vertices": 200_000}
GML_BOUNDS = {"max_elements": 400_000, "max_depth": 60, "max_vertices": 200_000}


@dataclass(frozen=True)
class AreaLayer:
    """The shapes of one layer that may be areas (polygons; in drawings closed lines), and the EPSG number it names."""

    name: str
    shapes: tuple[shapely.Geometry, ...]
    declared_srid: int | None = None


@dataclass(frozen=True)
class Feature:
    """A feature of a GML document: ``values`` by path of local names, its areas per property."""

    name: str
    namespace: str
    values: dict[str, list[str]]
    areas: dict[str, AreaLayer] = field(default_factory=dict)


@dataclass(frozen=True)
class AreaFile:
    """What a file holds. ``notes`` are sentences about what was left out; ``root`` is a GML's (namespace, name)."""

    kind: str
    layers: tuple[AreaLayer, ...]
    notes: tuple[str, ...] = ()
    features: tuple[Feature, ...] = ()
    root: tuple[str, str] = ("", "")


def read_areas(upload: UploadedFile) -> AreaFile:
    """Return the areas of an uploaded file; its name is used for its ending alone. Raises ``InputRefused``."""
    ending = Path(upload.name or "").suffix.lower()
    if ending not in ENDINGS:
        raise InputRefused(
            _("Diese Dateiart wird nicht gelesen. Möglich sind: %(kinds)s.")
            % {"kinds": "GeoPackage, Shapefile (.zip), GeoJSON, KML, DXF, GML, XPlanGML, FlatGeobuf"}
        )
    if not upload.size:
        raise InputRefused(_("Die Datei ist leer."))
    if upload.size > MAX_UPLOAD_BYTES:
        raise InputRefused(_("Die Datei ist zu groß (höchstens %(mb)d MB).") % {"mb": MAX_UPLOAD_BYTES // 1_000_000})
    with tempfile.TemporaryDirectory(prefix="area-") as name:
        folder, notes = Path(name), list[str]()
        path = folder / f"upload{ending}"
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        if ending == ".zip":
            inner = folder / "inner"
            inner.mkdir()
            path, others = unpack_plan(path, inner)
            if others:
                names = ", ".join(others[:10])
                notes.append(_("Aus dem Archiv nicht gelesen: %(names)s.") % {"names": names})
        kind, driver = KINDS[path.suffix]
        return _with_gdal(path, kind, driver, notes) if driver else _gml(path, notes)


def _with_gdal(path: Path, kind: str, driver: str, notes: list[str]) -> AreaFile:
    skipped = ",".join(sorted(set(pyogrio.list_drivers()) - {driver}))
    environment = {
        "GDAL_SKIP": skipped,  # every driver but one is never registered (threat G4)
        "OGR_SKIP": skipped,
        "OGR_GEOJSON_MAX_OBJ_SIZE": "20",
        "SHAPE_RESTORE_SHX": "NO",
        "DXF_CLOSED_LINE_AS_POLYGON": "TRUE",
        "DXF_INLINE_BLOCKS": "FALSE",  # blocks in blocks in blocks
        "PROJ_NETWORK": "OFF",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
    }
    order = {"source": str(path), "drivers": [driver], **BOUNDS}
    told = _ask(area_worker, order, reads=path.parent, environment=environment)
    try:
        layers, kinds = list[AreaLayer](), Counter[str]()
        for layer in told["layers"]:
            if kind == "DXF" and layer["name"] == "blocks":
                continue  # what blocks are made of; where they stand is counted among the entities
            kinds.update({str(name): int(number) for name, number in layer["kinds"].items()})
            layers += _layers(kind, layer)
        links = int(told.get("network_links", 0))
    except (KeyError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError) as error:
        raise InputRefused(_UNREADABLE()) from error
    if links:
        notes.append(_("%(n)d Verweise auf andere Orte (NetworkLink) wurden nicht verfolgt.") % {"n": links})
    notes += _left_out(kinds)
    return AreaFile(kind, tuple(layers), tuple(notes))


def _layers(kind: str, layer: dict[str, Any]) -> list[AreaLayer]:
    """Return a layer, or in a drawing one for each of its drawing layers, those without an area left out."""
    srid = epsg_number(layer["crs"])
    found: dict[str, list[shapely.Geometry]] = {}
    for group, text in zip(layer["groups"], layer["shapes"], strict=True):
        areas = _areas(shapely.from_wkb(text), closed_lines=kind == "DXF")
        found.setdefault(str(group) or str(layer["name"]), []).extend(areas)
    return [AreaLayer(name, tuple(shapes), srid) for name, shapes in found.items() if shapes]


def _areas(shape: shapely.Geometry, *, closed_lines: bool) -> list[shapely.Geometry]:
    """Return the polygons in a shape; closed lines count in a drawing, where an outline is often no more than that."""
    parts = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon" and not part.is_empty:
            parts.append(part)
        elif part.geom_type in ("MultiPolygon", "GeometryCollection", "MultiLineString"):
            parts += _areas(part, closed_lines=closed_lines)
        elif closed_lines and part.geom_type in ("LineString", "LinearRing"):
            coordinates = shapely.get_coordinates(part)
            if len(coordinates) >= 4 and (coordinates[0] == coordinates[-1]).all():
                parts.append(shapely.Polygon(coordinates))
    return parts


def _left_out(kinds: Counter[str]) -> list[str]:
    names = {
        "Point": _("Punkte, Texte oder eingefügte Blöcke"),
        "MultiPoint": _("Punkte, Texte oder eingefügte Blöcke"),
        "unreadable": _("Objekte ohne lesbare Geometrie"),
        "empty": _("leere Objekte"),
    }
    numbers = Counter[str]()
    for kind, number in kinds.items():
        if kind in ("LineString", "LinearRing", "MultiLineString"):
            numbers[_("Linien (nur geschlossene Linien einer Zeichnung werden zur Fläche)")] += number
        elif not kind.endswith(("Polygon", "Collection")):
            numbers[names.get(kind, kind[:40])] += number
    return [_("Nicht als Fläche gelesen: %(n)d × %(what)s.") % {"n": n, "what": what} for what, n in numbers.items()]


def _gml(path: Path, notes: list[str]) -> AreaFile:
    told = _ask(gml_worker, dict(GML_BOUNDS), source=path)
    try:
        features = tuple(
            Feature(
                str(feature["name"]),
                str(feature["namespace"]),
                {str(key): [str(text) for text in texts] for key, texts in feature["values"].items()},
                _by_property(feature["areas"]),
            )
            for feature in told["features"]
        )
        root = (str(told["root"][0]), str(told["root"][1]))
        odd = [str(name) for name in told["odd"]]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, shapely.errors.ShapelyError) as error:
        raise InputRefused(_UNREADABLE()) from error
    if odd:
        notes.append(_("Nicht verstandene Geometrie: %(names)s.") % {"names": ", ".join(odd[:20])})
    merged: dict[tuple[str, int | None], list[shapely.Geometry]] = {}
    for feature in features:
        for layer in feature.areas.values():
            merged.setdefault((feature.name, layer.declared_srid), []).extend(layer.shapes)
    layers = tuple(AreaLayer(name, tuple(shapes), srid) for (name, srid), shapes in merged.items())
    return AreaFile("GML", layers, tuple(notes), features, root)


def _by_property(areas: list[dict[str, Any]]) -> dict[str, AreaLayer]:
    found: dict[str, AreaLayer] = {}
    for area in areas:
        name = str(area["property"])
        shapes = [shapely.Polygon(rings[0], rings[1:]) for rings in area["polygons"]]
        before = found[name].shapes if name in found else ()
        found[name] = AreaLayer(name, (*before, *shapes), srid_of(str(area["crs"])))
    return found


def srid_of(name: str) -> int | None:
    """Return the EPSG number of ``EPSG:25833``, a urn or an OGC address; compared by pattern, opened by nobody."""
    head, _colon, number = name.rpartition(":") if "://" not in name else name.rpartition("/")
    known = head.upper() in {"EPSG", "URN:OGC:DEF:CRS:EPSG:", "URN:OGC:DEF:CRS:EPSG"}
    known = known or head.startswith(("http://www.opengis.net/def/crs/EPSG/", "https://www.opengis.net/def/crs/EPSG/"))
    name = name if known else ""
    return epsg_number(f"EPSG:{number}") if name else None


def _UNREADABLE() -> str:  # noqa: N802  (a sentence, said in several places)
    return _("Die Datei ist beschädigt, zu aufwendig oder keine der lesbaren Dateiarten.")


def _ask(worker: ModuleType, order: Mapping[str, object], *, source: Path | None = None, **more: Any) -> dict[str, Any]:
    """Let a worker answer with one JSON object; raises ``InputRefused`` when it cannot or will not."""
    with tempfile.TemporaryFile() as answer:
        try:
            if source is None:
                run_confined(Path(str(worker.__file__)), limits=LIMITS, answer=answer, order=order, **more)
            else:
                with source.open("rb") as document:
                    run_confined(Path(str(worker.__file__)), limits=LIMITS, answer=answer, order=order, source=document)
            told = json.loads(answer.read(LIMITS.output_bytes))
        except (ConfinedFailed, ValueError, OSError, RecursionError):
            told = {"error": "unreadable"}
    if not isinstance(told, dict):
        raise InputRefused(_UNREADABLE())
    match told.get("error"):
        case None:
            return told
        case "entities":
            raise InputRefused(_("Das Dokument bringt eigene Definitionen (DOCTYPE) mit; solche werden nicht gelesen."))
        case "depth" | "elements":
            raise InputRefused(_("Das Dokument ist zu tief verschachtelt oder zu lang."))
        case "curves":
            raise InputRefused(
                _("Der Umriss enthält Kurven, die nicht gelesen werden. Bitte speichern Sie ihn mit geraden Strecken.")
            )
        case "layers":
            raise InputRefused(_("Die Datei hat zu viele Ebenen (höchstens %(n)d).") % {"n": BOUNDS["max_layers"]})
        case "shapes":
            raise InputRefused(
                _("Die Datei hat zu viele Objekte (höchstens %(n)d). Bitte speichern Sie nur den Geltungsbereich.")
                % {"n": BOUNDS["max_shapes"]}
            )
        case "vertices":
            raise InputRefused(
                _("Die Flächen haben zu viele Eckpunkte (höchstens %(n)d).") % {"n": BOUNDS["max_vertices"]}
            )
        case "numbers":
            raise InputRefused(_("Eine Koordinate ist keine Zahl."))
    raise InputRefused(_UNREADABLE())
