"""Every change of a plan sheet: laid on the map, placed, cut into tiles by a worker, given a legend."""

import datetime as dt
import hashlib
import logging
import secrets
import tempfile
from collections.abc import Sequence
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.consultations.models import Consultation, Document, PlanSheet
from apps.consultations.services.documents import announce_papers, store_document
from apps.contributions.photos import clean_photo
from apps.geo.crs import GEO_SRID
from apps.geo.editing import ChangeRefused, lock_for_edit
from apps.geo.untrusted import InputRefused
from apps.geofiles.placing import Place, fit, from_degrees, levels_of, place
from apps.geofiles.rasters import Affine, Cutting, Raster, RasterRefused, cut_tiles, look_at
from apps.geofiles.tile_archive import write_tiles
from apps.places.models import AdministrativeArea

logger = logging.getLogger("apps.consultations")

LEASE = dt.timedelta(minutes=15)
ATTEMPTS = 3

Points = Sequence[tuple[float, float, float, float]]


def add_sheet(
    *,
    consultation: Consultation,
    actor: User | None,
    upload: UploadedFile,
    page: int = 1,
    world_file: Affine | None = None,
    **values: Any,
) -> PlanSheet:
    """Store a drawing as a new document (``title``, ``kind``, ``is_published``) and lay it on the map.

    Where neither the file nor ``world_file`` says where it lies, it waits for control points. Raises ``InputRefused``.
    """
    raster = look_at(upload, page=page)
    placed = _own_place(consultation, raster, world_file)
    with transaction.atomic():
        document = store_document(consultation, actor, upload, ending=raster.ending, **values)
        return _lay(document, actor, raster, page, placed)


def lay_on_map(*, document: Document, actor: User | None, page: int = 1) -> PlanSheet:
    """Lay a page of a document that is stored already on the map. Raises ``InputRefused``."""
    raster = look_at(document.file, page=page)
    placed = _own_place(document.consultation, raster, None)
    with transaction.atomic():
        lock_for_edit(document.consultation, version=None)
        if found := PlanSheet.objects.filter(document=document).first():
            return found
        return _lay(document, actor, raster, page, placed)


def replace_sheet(*, sheet: PlanSheet, actor: User | None, upload: UploadedFile) -> PlanSheet:
    """Store a newer version of the drawing; the older one is kept with its tiles and no longer shown.

    The legend goes along; so do the control points, to be looked at once more where the file does not say itself where
    it lies. Raises ``InputRefused``.
    """
    old = sheet.document
    raster = look_at(upload, page=sheet.page)
    placed = _own_place(old.consultation, raster, None)
    with transaction.atomic():
        document = store_document(old.consultation, actor, upload, ending=raster.ending, replaces=old)
        newer = _lay(document, actor, raster, sheet.page, placed)
        newer.legend, newer.legend_sha256, newer.legend_alt = sheet.legend, sheet.legend_sha256, sheet.legend_alt
        if (raster.width, raster.height) == (sheet.width, sheet.height):
            newer.points = sheet.points
        newer.save(update_fields=["legend", "legend_sha256", "legend_alt", "points"])
        return newer


def place_sheet(*, sheet: PlanSheet, actor: User | None, points: Points) -> PlanSheet:
    """Say where a drawing lies by control points: column, row, east, north (storage CRS). Raises ``InputRefused``."""
    affine, residual = fit(points)
    size = (sheet.width, sheet.height)
    extent = AdministrativeArea.objects.box_of(sheet.municipality)
    found = place(affine, size, extent, srid=GEO_SRID, residual_m=residual)
    with transaction.atomic(), history(actor):
        fresh = _locked(sheet)
        was_shown = fresh.is_ready
        fresh.points = [list(point) for point in points]
        _set_place(fresh, found, PlanSheet.Source.POINTS)
        fresh.save()
        if was_shown:
            announce_papers(fresh.document.consultation)
        return fresh


def give_legend(*, sheet: PlanSheet, actor: User | None, upload: UploadedFile, alt: str) -> PlanSheet:
    """Store the picture of the legend (None: the one that is there) and what it says in words.

    Raises ``PhotoRefused``, and ``ChangeRefused`` for a picture without words.
    """
    if (upload or sheet.legend) and not alt.strip():
        raise ChangeRefused(_("Bitte sagen Sie auch in Worten, was die Legende zeigt."))
    picture = clean_photo(upload) if upload else None
    name = _keep(sheet.document.consultation, picture.data, "webp") if picture else ""
    try:
        with transaction.atomic(), history(actor):
            fresh = _locked(sheet)
            if picture:
                # The old picture stays, like every file that may have been shown.
                fresh.legend, fresh.legend_sha256 = name, picture.sha256
            fresh.legend_alt = alt.strip() if fresh.legend else ""
            fresh.save(update_fields=["legend", "legend_sha256", "legend_alt"])
            announce_papers(fresh.document.consultation)
            return fresh
    except BaseException:
        if name:
            default_storage.delete(name)
        raise


def cut_due_sheets() -> int:
    """Cut every sheet that waits and that nobody is cutting; return how many. Safe beside other workers."""
    done = 0
    while (sheet := _lease_next()) is not None:
        cut_sheet(sheet)
        done += 1
    return done


def cut_sheet(sheet: PlanSheet) -> None:
    """Cut a drawing into tiles and put it on the map, or say why that cannot be."""
    given: Any = sheet  # a waiting sheet has all of this (consultations_sheet_placed)
    cutting = Cutting(
        given.page,
        (given.width, given.height),
        tuple(given.affine),
        given.srid,
        tuple(map(tuple, given.levels)),
    )
    try:
        with tempfile.TemporaryFile() as file:
            write_tiles(cut_tiles(sheet.document.file, cutting), file)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            name = _keep(sheet.document.consultation, File(file), "tiles.zip")
    except (RasterRefused, FileNotFoundError) as refusal:
        reason = str(refusal) if isinstance(refusal, RasterRefused) else _("Die Datei ist nicht mehr da.")
        _still_mine(sheet).update(state=PlanSheet.State.FAILED, reason=reason[:400], lease_until=None)
        return
    try:
        with transaction.atomic():
            # Somebody may have placed it anew meanwhile: then these tiles are of no use.
            changes = {"state": PlanSheet.State.READY, "tiles": name, "tiles_sha256": digest, "lease_until": None}
            if not _still_mine(sheet).update(**changes):
                default_storage.delete(name)
                return
            announce_papers(lock_for_edit(sheet.document.consultation, version=None))
    except BaseException:
        default_storage.delete(name)
        raise


def _still_mine(sheet: PlanSheet) -> QuerySet[PlanSheet]:
    return PlanSheet.objects.filter(pk=sheet.pk, state=PlanSheet.State.WAITING, placed_at=sheet.placed_at)


def _lease_next() -> PlanSheet | None:
    now = timezone.now()
    with transaction.atomic():
        due = PlanSheet.objects.filter(state=PlanSheet.State.WAITING).filter(
            Q(lease_until=None) | Q(lease_until__lt=now)
        )
        sheet = due.select_for_update(skip_locked=True).order_by("placed_at", "pk").first()
        if sheet is None:
            return None
        if sheet.attempts >= ATTEMPTS:
            reason = _("Die Aufbereitung wurde mehrmals abgebrochen. Bitte geben Sie die Lage noch einmal an.")
            PlanSheet.objects.filter(pk=sheet.pk).update(state=PlanSheet.State.FAILED, reason=reason)
            return _lease_next()
        PlanSheet.objects.filter(pk=sheet.pk).update(lease_until=now + LEASE, attempts=F("attempts") + 1)
    return sheet


def _own_place(consultation: Consultation, raster: Raster, world_file: Affine | None) -> tuple[Place, str] | str:
    """Return where the drawing itself says that it lies, tested against the town, and which source said so.

    A drawing that waits for control points gets a sentence instead: empty when it says nothing.
    """
    size, extent = (raster.width, raster.height), AdministrativeArea.objects.box_of(consultation.municipality)
    if raster.affine is not None:
        return place(raster.affine, size, extent, srid=raster.srid), PlanSheet.Source.FILE
    if raster.ending == "pdf" and raster.points:
        try:
            affine, residual = fit(from_degrees(raster.points, raster.srid or 0))
            return place(affine, size, extent, srid=GEO_SRID, residual_m=residual), PlanSheet.Source.FILE
        except InputRefused as refusal:
            return str(refusal)  # no planner can take a wrong place out of a PDF
    if raster.points:
        affine, residual = fit(raster.points)
        return place(affine, size, extent, srid=raster.srid, residual_m=residual), PlanSheet.Source.FILE
    if world_file is not None:
        if raster.ending == "pdf":
            raise InputRefused(_("Zu einer PDF-Seite gibt es keine Weltdatei. Bitte geben Sie danach Passpunkte an."))
        return place(world_file, size, extent), PlanSheet.Source.WORLD_FILE
    return ""


def _lay(
    document: Document, actor: User | None, raster: Raster, page: int, placed: tuple[Place, str] | str
) -> PlanSheet:
    name = _keep(document.consultation, raster.preview, "webp")
    try:
        with transaction.atomic(), history(actor):
            sheet = PlanSheet(
                municipality_id=document.municipality_id,
                document=document,
                page=page,
                width=raster.width,
                height=raster.height,
                preview=name,
            )
            if isinstance(placed, str):
                sheet.reason = placed[:400]
            else:
                _set_place(sheet, *placed)
            sheet.save()
            announce_papers(document.consultation)
            return sheet
    except BaseException:
        default_storage.delete(name)
        raise


def _set_place(sheet: PlanSheet, found: Place, source: str) -> None:
    sheet.affine, sheet.srid, sheet.source, sheet.residual_m = list(found.affine), found.srid, source, found.residual_m
    outline: Any = GEOSGeometry(memoryview(shapely.to_wkb(found.outline)), srid=GEO_SRID)
    sheet.outline = outline
    sheet.levels = [list(level) for level in levels_of(found, (sheet.width, sheet.height))]
    sheet.state, sheet.reason, sheet.placed_at = PlanSheet.State.WAITING, "", timezone.now()
    sheet.attempts, sheet.lease_until = 0, None


def _locked(sheet: PlanSheet) -> PlanSheet:
    """Return the sheet, locked behind its consultation; raises ``ChangeRefused`` when a newer version replaced it."""
    lock_for_edit(sheet.document.consultation, version=None)
    fresh = PlanSheet.objects.select_for_update(of=("self",)).select_related("document__consultation").get(pk=sheet.pk)
    if fresh.document.replaced_at is not None:
        raise ChangeRefused(_("Diese Fassung ist schon ersetzt. Bitte laden Sie die Seite neu."))
    return fresh


def _keep(consultation: Consultation, content: File | bytes, ending: str) -> str:
    content = ContentFile(content) if isinstance(content, bytes) else content
    return default_storage.save(f"consultations/{consultation.public_id}/{secrets.token_hex(16)}.{ending}", content)
