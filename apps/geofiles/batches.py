"""A layer's rows as a stream of Arrow record batches: a million rows leave in constant memory."""

import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
from django.db import connection, transaction
from django.db.models import QuerySet

from apps.geo.audience import Actor
from apps.geo.layers import Field, MapLayer

BATCH_ROWS, BATCH_BYTES = 5_000, 8_000_000
GEOMETRY = "geometry"
# The dates in the form that Arrow reads, whatever the server is set to; room for the sort, where one is needed.
_SETTINGS = "SELECT set_config('DateStyle', 'ISO', true), set_config('work_mem', '64MB', true)"
_TYPES: dict[str, pa.DataType] = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("ms", tz="UTC"),
}
#: PostgreSQL writes microseconds, and geometry as digits.
_AS_WRITTEN = {_TYPES["datetime"]: pa.timestamp("us", tz="UTC"), pa.binary(): pa.string()}


@dataclass(frozen=True)
class Table:
    """A layer for one reader as columns: ``id``, the readable fields, ``changed`` and the geometry as WKB."""

    layer: MapLayer
    fields: tuple[Field, ...]
    schema: pa.Schema
    rows: QuerySet[Any]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield record batches; at most ``BATCH_ROWS`` rows and one row more than ``BATCH_BYTES`` are in memory.

        ``COPY`` as CSV (RFC 4180), read by Arrow: no value becomes a Python object on its way.
        """
        # In the order in which the rows came: the table lies nearly so, and an edit that nobody may see does not show.
        inner, params = self.rows.order_by("pk").query.get_compiler(using=self.rows.db, elide_empty=False).as_sql()
        columns = ", ".join(
            ["r.fid", *(f'r."f_{f.name}"' for f in self.fields), "r.changed", "encode(ST_AsBinary(r.shape), 'hex')"]
        )
        # The SQL is our own queryset's; its parameters are bound.
        copy_rows = f"COPY (SELECT {columns} FROM ({inner}) AS r) TO STDOUT (FORMAT csv)"  # noqa: S608
        connection.ensure_connection()
        raw: psycopg.Connection = connection.connection
        with transaction.atomic(), raw.cursor() as cursor:
            raw.execute(_SETTINGS)
            lines, count = bytearray(), 0
            with cursor.copy(copy_rows, params) as copy:
                for line in copy:  # PostgreSQL sends a row at a time
                    lines += line
                    count += 1
                    if count >= BATCH_ROWS or len(lines) >= BATCH_BYTES:
                        yield self._batch(lines)
                        lines, count = bytearray(), 0
            if lines:
                yield self._batch(lines)

    def _batch(self, lines: bytearray) -> pa.RecordBatch:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(lines),
            read_options=pyarrow.csv.ReadOptions(
                column_names=self.schema.names, block_size=len(lines), use_threads=False
            ),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={field.name: _AS_WRITTEN.get(field.type, field.type) for field in self.schema},
                # NULL is nothing at all, an empty text two quotes.
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=["t"],
                false_values=["f"],
            ),
        )
        (batch,) = table.combine_chunks().to_batches()
        columns = [
            _from_hex(column) if field.name == GEOMETRY else column.cast(field.type, safe=False)
            for column, field in zip(batch.columns, self.schema, strict=True)
        ]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)

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


def _from_hex(digits: pa.StringArray) -> pa.BinaryArray:
    """Return the bytes that a column of hexadecimal digits means, all of them in one step."""
    validity, offsets, data = digits.buffers()
    halved = pa.compute.divide(
        pa.Array.from_buffers(pa.int32(), len(digits) + 1, [None, offsets]), pa.scalar(2, pa.int32())
    )
    return pa.Array.from_buffers(
        pa.binary(), len(digits), [validity, halved.buffers()[1], pa.py_buffer(binascii.unhexlify(data))]
    )
