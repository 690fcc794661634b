"""The area that each round was published with."""

import pgtrigger
from django.contrib.gis.db import models
from django.db.models import F, Func
from django.utils.translation import gettext_lazy as _

from apps.consultations.codes import PeriodKind
from apps.consultations.models.consultation import Consultation
from apps.geo.constraints import GeometryConstraint
from apps.geo.crs import GEO_SRID
from apps.places.constraints import SameTown
from apps.places.models import TownOwned


class RoundArea(TownOwned):
    """A version of a consultation's area, as a round was published with it; the database refuses to change it.

    A round is named by what identifies it within the consultation, ``kind`` and ``starts_on``. ``number`` counts the
    versions: rounds with the same area share number and ``kept_at``, the moment from which it was shown. Where an area
    was corrected before its round began, the last row counts.
    """

    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, related_name="round_areas", verbose_name=_("Verfahren")
    )
    kind = models.CharField(_("Art"), max_length=12, choices=PeriodKind)
    starts_on = models.DateField(_("erster Tag"))
    number = models.PositiveSmallIntegerField(_("Fassung"))
    kept_at = models.DateTimeField(_("gezeigt seit"))
    area = models.MultiPolygonField(_("Geltungsbereich"), srid=GEO_SRID)
    area_m2 = models.GeneratedField(
        expression=Func(F("area"), function="ST_Area", output_field=models.FloatField()),
        output_field=models.FloatField(_("Fläche in m²")),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("Fassung des Geltungsbereichs")
        verbose_name_plural = _("Fassungen des Geltungsbereichs")
        ordering = ["consultation", "pk"]
        constraints = [
            GeometryConstraint(field="area", name="consultations_round_area_valid"),
            SameTown(field="consultation", name="consultations_round_area_town"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.consultation_id}/{self.number} {self.kind} {self.starts_on}"
