"""Writing a layer into a file: at once when it is small, by a worker when it is large."""

import datetime as dt
import tempfile
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.geo.audience import ANONYMOUS, Actor
from apps.geo.layers import MapLayer, get_layer
from apps.geofiles.writing import FORMATS, Format
from apps.geoservices.models import Export

#: Above this many rows a worker writes the file.
DIRECT_ROWS = 50_000
KEEP = dt.timedelta(days=1)
LEASE = dt.timedelta(minutes=15)
ATTEMPTS = 3


def folder() -> Path:
    """Return the directory of finished exports, made when missing."""
    path = Path(settings.VAR_DIR) / "exports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def is_large(layer: MapLayer, actor: Actor, municipality: int | None, among: QuerySet[Any] | None = None) -> bool:
    """Has the layer (or its list at the desk, ``among``) more rows for this reader than are written while they wait?"""
    rows = layer.rows(actor, municipality=municipality, among=among).order_by()
    return rows[DIRECT_ROWS : DIRECT_ROWS + 1].exists()


def write_now(
    layer: MapLayer, actor: Actor, municipality: int | None, ending: str, among: QuerySet[Any] | None = None
) -> IO[bytes]:
    """Return an open file with the layer, already removed from its directory: closing it frees the space."""
    file_format = FORMATS[ending]
    with tempfile.TemporaryDirectory(dir=folder()) as parts:
        path = Path(parts) / f"{layer.name}.{ending}"
        rows = layer.rows(actor, municipality=municipality, srid=file_format.srid, among=among)
        _write_rows(file_format, layer, actor, rows, path)
        return path.open("rb")


def _write_rows(file_format: Format, layer: MapLayer, actor: Actor, rows: QuerySet[Any], path: Path) -> None:
    from apps.geofiles.batches import table_of

    file_format.write(table_of(layer, actor, rows), path)


def want_export(*, layer: MapLayer, ending: str, municipality: int, version: str, actor: Actor = ANONYMOUS) -> Export:
    """Return the export of this state, ordering it when nobody has; asking twice orders once."""
    export, _ = Export.objects.get_or_create(  # type: ignore[misc]
        municipality_id=municipality,
        layer=layer.name,
        ending=ending,
        version=version,
        actor=actor if actor.is_authenticated else None,
    )
    return export


def write_due_exports() -> int:
    """Write every ordered export that nobody is writing; return how many. Safe beside other workers."""
    written = 0
    while (export := _lease_next()) is not None:
        _write(export)
        written += 1
    return written


def _lease_next() -> Export | None:
    now = timezone.now()
    with transaction.atomic():
        due = Export.objects.filter(state=Export.State.WANTED).filter(Q(lease_until=None) | Q(lease_until__lt=now))
        export = due.select_for_update(skip_locked=True).order_by("pk").first()
        if export is None:
            return None
        if export.attempts >= ATTEMPTS:
            Export.objects.filter(pk=export.pk).update(state=Export.State.FAILED)
            return _lease_next()
        Export.objects.filter(pk=export.pk).update(lease_until=now + LEASE, attempts=F("attempts") + 1)
    return export


def _write(export: Export) -> None:
    layer, file_format = get_layer(export.layer), FORMATS[export.ending]
    actor = export.actor or ANONYMOUS
    target = folder() / export.file_name
    with tempfile.TemporaryDirectory(dir=folder()) as parts:
        path = Path(parts) / f"{layer.name}.{export.ending}"
        rows = layer.rows(actor, municipality=export.municipality_id, srid=file_format.srid)
        _write_rows(file_format, layer, actor, rows, path)
        path.replace(target)  # whole or not at all
    Export.objects.filter(pk=export.pk).update(state=Export.State.READY)


def remove_old_exports(*, at: dt.datetime) -> int:
    """Delete the exports made before ``at`` minus a day, rows and files; return how many."""
    old = Export.objects.filter(created_at__lt=at - KEEP)
    for export in old:
        (folder() / export.file_name).unlink(missing_ok=True)
    return old.delete()[0]
