"""The papers to read."""

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.consultations.codes import DocumentKind
from apps.consultations.models.consultation import Consultation
from apps.consultations.querysets import DocumentQuerySet
from apps.geo.ids import public_id
from apps.places.constraints import SameTown
from apps.places.models import TownOwned


@pghistory.track(model_name="DocumentHistory", obj_field=pghistory.ObjForeignKey(related_name="history"))
class Document(TownOwned):
    """A paper of a consultation. A new version is a new row; the old file stays, for proof of what was shown when.

    ``sha256`` (64 hex digits) and ``size_bytes`` were taken while the file was stored.
    """

    public_id = models.CharField(_("Kennung"), max_length=12, unique=True, default=public_id, editable=False)
    consultation = models.ForeignKey(
        Consultation, on_delete=models.CASCADE, related_name="documents", verbose_name=_("Verfahren")
    )
    title = models.CharField(_("Titel"), max_length=200)
    kind = models.CharField(_("Art"), max_length=24, choices=DocumentKind)
    file = models.FileField(_("Datei"), max_length=200, editable=False)
    sha256 = models.CharField(_("Prüfsumme (SHA-256)"), max_length=64, editable=False)
    size_bytes = models.PositiveBigIntegerField(_("Größe in Byte"), editable=False)
    version = models.PositiveSmallIntegerField(_("Fassung"), default=1, editable=False)
    position = models.PositiveSmallIntegerField(_("Reihenfolge"), default=0)
    is_published = models.BooleanField(_("wird veröffentlicht"), default=True)
    includes_environmental_report = models.BooleanField(_("enthält den Umweltbericht"), default=False)
    uploaded_at = models.DateTimeField(_("hochgeladen am"), db_default=Now(), editable=False)
    replaced_at = models.DateTimeField(_("ersetzt am"), null=True, blank=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("Unterlage")
        verbose_name_plural = _("Unterlagen")
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="consultations_document_hash"),
            SameTown(field="consultation", name="consultations_document_town"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ending(self) -> str:
        """What kind of file it is: pdf, and for plan sheets tif, png or jpg."""
        return str(self.file.name).rpartition(".")[2]
