"""A layer's rows as a stream of Arrow record batches: a million rows leave in constant memory."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pyarrow as pa
from django.db import connection, transaction
from django.db.models import QuerySet

from apps.geo.audience import Actor
from apps.geo.layers import Field, MapLayer

BATCH_ROWS = 5_000
GEOMETRY = "geometry"
# The whole layer in the order of its ids: reading it in one sweep and sorting takes half the time of hopping through
# the table in the order of an index, which the planner prefers because a cursor might stop early.
_WHOLE_TABLE = "SELECT set_config('enable_indexscan', 'off', true), set_config('work_mem', '64MB', true)"
_TYPES: dict[str, pa.DataType] = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("ms", tz="UTC"),
}


@dataclass(frozen=True)
class Table:
    """A layer for one reader as columns: ``id``, the readable fields, ``changed`` and the geometry as WKB."""

    layer: MapLayer
    fields: tuple[Field, ...]
    schema: pa.Schema
    rows: QuerySet[Any]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield record batches from a server-side cursor; at most ``BATCH_ROWS`` rows are in memory."""
        inner, params = self.rows.query.get_compiler(using=self.rows.db, elide_empty=False).as_sql()
        columns = ", ".join(["r.fid", *(f'r."f_{f.name}"' for f in self.fields), "r.changed", "ST_AsBinary(r.shape)"])
        sql = f"SELECT {columns} FROM ({inner}) AS r"  # noqa: S608  (our own queryset's SQL)
        connection.ensure_connection()
        raw: psycopg.Connection = connection.connection
        # Binary: coordinates and times cross the wire as they are stored. The name makes the cursor a server-side one.
        with (
            transaction.atomic(),
            raw.cursor(name=f"export_{uuid.uuid4().hex}", binary=True) as cursor,
        ):
            raw.execute(_WHOLE_TABLE)
            cursor.itersize = BATCH_ROWS
            cursor.execute(sql, params)
            while chunk := cursor.fetchmany(BATCH_ROWS):
                arrays = [
                    pa.array(column, type=field.type)
                    for column, field in zip(zip(*chunk, strict=True), self.schema, strict=True)
                ]
                yield pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def reader(self) -> pa.RecordBatchReader:
        """Return the batches as an Arrow stream."""
        return pa.RecordBatchReader.from_batches(self.schema, self.batches())


def table_of(layer: MapLayer, actor: Actor, rows: QuerySet[Any]) -> Table:
    """Return the table of ``rows`` (from ``layer.rows(actor, …)``, whose CRS the geometry keeps)."""
    fields = tuple(layer.fields_for(actor))
    schema = pa.schema(
        [
            pa.field("id", pa.string()),
            *(pa.field(f.name, _TYPES.get(layer.kind_of(f), pa.string())) for f in fields),
            pa.field("changed", _TYPES["datetime"]),
            pa.field(GEOMETRY, pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"}),
        ]
    )
    return Table(layer, fields, schema, rows)
