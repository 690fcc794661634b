"""Official data into ``places``: one transaction, and a second run of the same file changes nothing."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass

import shapely
from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.geo.crs import GEO_SRID
from apps.geo.untrusted import InputRefused
from apps.geofiles.crs_guess import Reading, decide, to_storage
from apps.geofiles.reading import Source
from apps.places.importing import AREAS, MARGIN_M, Prepared, columns_of, prepare
from apps.places.models import AdministrativeArea, Municipality

CHUNK = 2000
# Two libraries that transform the same file may differ in the last digit; less than this is the same shape.
SAME_SHAPE_M = 0.001
Progress = Callable[[int, int], None]
# Table, geometry column, its type, the columns of the unique key, the other columns.
_TABLES = {
    "road": ("places_road", "line", ("key",), ("road_class", "number", "name", "path", "width_m")),
    "builtup": ("places_builtuparea", "area", ("key",), ("name",)),
    "address": ("places_address", "point", ("postcode", "street", "house_number"), ("district", "search")),
    "parcel": ("places_parcel", "area", ("code",), ("cadastral_district", "official_area_m2")),
    "asset": ("places_asset", "shape", ("kind", "key"), ("name",)),
}


_NUMBERS = {"width_m", "official_area_m2"}


class DryRun(Exception):  # carries the way out of the transaction, not a fault
    """Leaves the transaction so that nothing of a dry run stays."""


@dataclass
class Summary:
    """What an import did, or would do: numbers of rows, the reading of the CRS, reasons for what was left out."""

    reading: Reading
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    missing: int = 0
    left_out: dict[str, int] | None = None
    notes: dict[str, int] | None = None


def import_places(
    *,
    town: Municipality,
    kind: str,
    source: Source,
    valid_from: dt.date,
    srid: int | None = None,
    columns: dict[str, str] | None = None,
    asset_kind: str = "",
    remove_missing: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda done, total: None,
) -> Summary:
    """Write the features of ``source`` that belong to ``town``; raises ``InputRefused`` and then writes nothing.

    ``kind`` is a key of ``importing.COLUMNS``; ``srid`` answers the question when the CRS is ambiguous; areas count
    from ``valid_from`` (a changed boundary closes the former version on that day, history stays).
    """
    shapes = source.frame.geometry.array
    reading = decide(shapes, AdministrativeArea.objects.box_of(town), declared=source.declared_srid, chosen=srid)
    prepared = prepare(
        kind, source.frame, columns_of(kind, source.frame, columns or {}), to_storage(shapes, reading), asset_kind
    )
    summary = Summary(reading)
    try:
        with transaction.atomic():
            _stage(prepared, progress)
            _leave_out_elsewhere(town, kind, prepared)
            if kind in AREAS:
                _merge_areas(town, kind, valid_from, summary)
            else:
                _merge(town, kind, summary, remove_missing, asset_kind)
            if dry_run:
                raise DryRun
    except DryRun:
        pass
    summary.left_out, summary.notes = dict(prepared.left_out), dict(prepared.notes)
    return summary


def _stage(prepared: Prepared, progress: Progress) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS import_row;"
            f"CREATE TEMPORARY TABLE import_row (data jsonb, shape geometry(Geometry, {GEO_SRID})) ON COMMIT DROP"
        )
        rows = prepared.rows
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            shapes = [shapely.to_wkb(row["shape"]) for row in chunk]
            data = [json.dumps({name: value for name, value in row.items() if name != "shape"}) for row in chunk]
            cursor.execute(
                "INSERT INTO import_row SELECT d::jsonb, ST_GeomFromWKB(g, %s)"
                " FROM unnest(%s::text[], %s::bytea[]) AS t(d, g)",
                [GEO_SRID, data, shapes],
            )
            progress(min(start + CHUNK, len(rows)), len(rows))


# What belongs to the town, by kind: its own key, what lies in it, what touches it, or what is near enough to matter.
_BELONGS = {
    "municipality": "i.data->>'key' = %(key)s OR (SELECT count(*) FROM import_row) = 1",
    "county": "i.data->>'key' = left(%(key)s, 5)",
    "district": (
        "i.data->>'key' <> %(key)s AND EXISTS (SELECT 1 FROM town WHERE ST_Covers(ST_Buffer(town.area, 500), i.shape))"
    ),
    "neighbour": (
        "i.data->>'key' <> %(key)s AND EXISTS (SELECT 1 FROM town WHERE ST_DWithin(town.area, i.shape, 100)"
        " AND ST_Area(ST_Intersection(town.area, i.shape)) < 0.5 * ST_Area(i.shape))"
    ),
}
_NEAR = (
    "NOT EXISTS (SELECT 1 FROM town) OR EXISTS (SELECT 1 FROM town WHERE ST_DWithin(town.area, i.shape, %(margin)s))"
)


def _leave_out_elsewhere(town: Municipality, kind: str, prepared: Prepared) -> None:
    margin = 200.0 if kind in ("address", "builtup") else MARGIN_M
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH town AS (SELECT area FROM places_administrativearea"  # noqa: S608  (conditions of this module)
            " WHERE municipality_id = %(town)s AND kind = 'municipality' AND valid_to IS NULL)"
            f" DELETE FROM import_row AS i WHERE NOT ({_BELONGS.get(kind, _NEAR)})",
            {"town": town.pk, "key": town.key, "margin": margin},
        )
        if cursor.rowcount:
            prepared.left_out[_("gehört nicht zur Gemeinde")] += cursor.rowcount


def _merge(town: Municipality, kind: str, summary: Summary, remove_missing: bool, asset_kind: str) -> None:
    table, geometry, key, others = _TABLES[kind]
    columns = ", ".join((*key, *others))
    values = ", ".join(f"(i.data->>'{c}'){'::float' if c in _NUMBERS else ''}" for c in (*key, *others))
    updates = ", ".join(f"{c} = excluded.{c}" for c in (*others, geometry))
    old = ", ".join(f"t.{c}" for c in others)
    new = ", ".join(f"excluded.{c}" for c in others)
    moved = f"ST_HausdorffDistance(t.{geometry}, excluded.{geometry}) > {SAME_SHAPE_M}"
    same = " AND ".join(f"t.{c} = i.data->>'{c}'" for c in key)
    scope = "AND t.kind = %(kind)s" if kind == "asset" and asset_kind else ""
    parameters = {"town": town.pk, "kind": asset_kind}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM import_row")
        total = cursor.fetchone()[0]
        # xmax is 0 in a row version that an INSERT made, and not in one that ON CONFLICT changed.
        cursor.execute(
            f"""WITH written AS (
                INSERT INTO {table} AS t (municipality_id, {columns}, {geometry})
                SELECT %(town)s, {values}, i.shape FROM import_row AS i
                ON CONFLICT (municipality_id, {", ".join(key)}) DO UPDATE SET {updates}
                WHERE ({old}) IS DISTINCT FROM ({new}) OR {moved}
                RETURNING (t.xmax = 0) AS is_new)
            SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written""",  # noqa: S608
            parameters,  # type: ignore[arg-type]
        )
        summary.added, summary.changed = cursor.fetchone()
        summary.unchanged = total - summary.added - summary.changed
        gone = (
            f"FROM {table} AS t WHERE t.municipality_id = %(town)s {scope}"  # noqa: S608  (constants of this module)
            f" AND NOT EXISTS (SELECT 1 FROM import_row AS i WHERE {same})"
        )
        if remove_missing:
            cursor.execute(f"DELETE {gone}", parameters)  # type: ignore[arg-type]
            summary.removed = cursor.rowcount
        else:
            cursor.execute(f"SELECT count(*) {gone}", parameters)  # type: ignore[arg-type]
            summary.missing = cursor.fetchone()[0]


def _merge_areas(town: Municipality, kind: str, valid_from: dt.date, summary: Summary) -> None:
    """Close versions whose area or name has changed, and add the new ones; less than 1 m² is no change."""
    parameters: dict[str, int | str | dt.date] = {"town": town.pk, "kind": kind, "day": valid_from}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM import_row")
        if not (total := cursor.fetchone()[0]):
            raise InputRefused(
                _("In der Datei ist kein Gebiet, das zu dieser Gemeinde gehört. Prüfen Sie Schlüssel und Ebene.")
            )
        cursor.execute(
            """
            DROP TABLE IF EXISTS import_changed;
            CREATE TEMPORARY TABLE import_changed ON COMMIT DROP AS
            SELECT i.data, ST_Multi(ST_UnaryUnion(ST_Collect(i.shape))) AS area, c.id AS former, c.valid_from AS since
            FROM import_row AS i
            LEFT JOIN places_administrativearea AS c ON c.municipality_id = %(town)s AND c.kind = %(kind)s
                 AND c.key = i.data->>'key' AND c.valid_to IS NULL
            GROUP BY i.data, c.id, c.valid_from, c.area, c.name
            HAVING c.id IS NULL OR c.name <> i.data->>'name'
                OR ST_Area(ST_SymDifference(c.area, ST_UnaryUnion(ST_Collect(i.shape)))) >= 1
            """,
            parameters,
        )
        cursor.execute("SELECT count(*) FROM import_changed WHERE since > %(day)s", parameters)
        if cursor.fetchone()[0]:
            raise InputRefused(_("Es gibt schon einen neueren Stand als %(day)s.") % {"day": valid_from.isoformat()})
        # A correction on the same day changes the version, which rules may name; a later day closes it.
        cursor.execute(
            """
            UPDATE places_administrativearea AS a
            SET area = c.area, name = c.data->>'name', contact = coalesce(c.data->>'contact', a.contact)
            FROM import_changed AS c WHERE a.id = c.former AND c.since = %(day)s
            """,
            parameters,
        )
        corrected = cursor.rowcount
        cursor.execute(
            "UPDATE places_administrativearea SET valid_to = %(day)s"
            " WHERE id IN (SELECT former FROM import_changed WHERE since < %(day)s)",
            parameters,
        )
        cursor.execute(
            """
            INSERT INTO places_administrativearea (municipality_id, kind, key, name, contact, area, valid_from)
            SELECT %(town)s, %(kind)s, data->>'key', data->>'name', coalesce(data->>'contact', ''), area, %(day)s
            FROM import_changed WHERE since IS DISTINCT FROM %(day)s RETURNING 1
            """,
            parameters,
        )
        written = cursor.rowcount + corrected
        cursor.execute("SELECT count(*) FROM import_changed WHERE former IS NOT NULL")
        summary.changed = cursor.fetchone()[0]
        summary.added = written - summary.changed
        summary.unchanged = total - written
