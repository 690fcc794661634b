"""Canaries: one unmistakable word in every private field and every invisible state, and how to look for them.

A canary is letters and digits only, so that no escaping changes it. Answers are decoded before the search: archives,
databases and compressed bytes are opened.
"""

import gzip
import io
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pgtrigger
from django.db import models

CANARY = re.compile(rb"cnry[a-z0-9]{4,}x", re.IGNORECASE)
# Where a hidden thing lies: metres with digits that no other row of the tests has.
HIDDEN_EAST, HIDDEN_NORTH = 331_357.913, 5_683_579.137
HIDDEN_LONLAT_DIGITS = 5


def canary(*parts: str) -> str:
    """Return the canary of a field and state, such as ``cnryreportdescriptionpendingx``."""
    return "cnry" + re.sub(r"[^a-z0-9]", "", "".join(parts).lower()) + "x"


def poison(row: models.Model, *, state: str, sparing: set[str]) -> None:
    """Write a canary into every free text of ``row`` except the fields named in ``sparing``.

    Coded values, ids, hashes and generated columns are left alone: they would break the row, not the privacy.
    """
    changes: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        skip = field.choices or field.unique or field.is_relation or isinstance(field, models.GeneratedField)
        if skip or field.name in sparing or field.name in {"payload_hash", "source", "source_key"}:
            continue
        word = canary(row._meta.model_name or "", field.name, state)
        if isinstance(field, models.EmailField):
            changes[field.name] = f"{word}@rasterstadt.example"
        elif isinstance(field, models.JSONField):
            changes[field.name] = {"trace": word}
        elif isinstance(field, models.CharField | models.TextField) and type(field) in (
            models.CharField,
            models.TextField,
        ):
            limit = field.max_length or 200
            changes[field.name] = word if len(word) <= limit else word[: limit - 1] + "x"
    with pgtrigger.ignore("reports.Event:as_written"):
        type(row)._base_manager.filter(pk=row.pk).update(**changes)
    row.refresh_from_db()


def found_in(body: bytes) -> set[str]:
    """Return every canary in an answer, whatever it is packed in."""
    return {hit.decode().lower() for part in unpacked(body) for hit in CANARY.findall(part)}


def unpacked(body: bytes) -> Iterator[bytes]:
    """Yield an answer and what is inside it: members of archives, cells of databases, inflated bytes."""
    yield body
    if body[:2] == b"\x1f\x8b":
        yield from unpacked(gzip.decompress(body))
    elif body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from unpacked(archive.read(name))
    elif body.startswith(b"SQLite format 3"):
        with tempfile.NamedTemporaryFile(suffix=".gpkg") as file:
            Path(file.name).write_bytes(body)
            with sqlite3.connect(file.name) as database:
                yield "\n".join(database.iterdump()).encode() if not _has_rtree(database) else _dump(database)
            database.close()


def _has_rtree(database: sqlite3.Connection) -> bool:
    return bool(database.execute("SELECT 1 FROM sqlite_master WHERE sql LIKE '%rtree%'").fetchone())


def _dump(database: sqlite3.Connection) -> bytes:
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return b"\n".join(repr(row).encode() for table in tables for row in database.execute(f'SELECT * FROM "{table}"'))
