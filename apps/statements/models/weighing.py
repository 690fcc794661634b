"""The weighing (§ 1 Abs. 7 BauGB): concerns cut out of statements, what is proposed and decided about each."""

import pghistory
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _

from apps.consultations.models import Consultation
from apps.geo.constraints import GeometryConstraint
from apps.geo.crs import GEO_SRID
from apps.geo.editing import Editable
from apps.places.constraints import SameTown
from apps.places.models import TownOwned
from apps.statements.codes import MASS_PERSONS, Decision
from apps.statements.models.statement import Statement


class Group(TownOwned):
    """Statements with essentially the same content (§ 3 Abs. 2 Satz 7 BauGB)."""

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="statement_groups")
    title = models.CharField(_("Bezeichnung"), max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("Gruppe gleicher Stellungnahmen")
        verbose_name_plural = _("Gruppen gleicher Stellungnahmen")
        ordering = ["pk"]
        constraints = [SameTown(field="consultation", name="statements_group_town")]

    def __str__(self) -> str:
        return self.title

    @staticmethod
    def is_mass(persons: int) -> bool:
        """May telling each of so many persons be replaced by letting them read the result? Fifty are not enough."""
        return persons > MASS_PERSONS


@pghistory.track(
    exclude=["place", "changed_at"],
    model_name="SegmentHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history"),
)
class Segment(TownOwned, Editable):
    """One concern of one statement, in its own words (without personal data), with what is to become of it."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="segments")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.TextField(_("Belang"), max_length=20_000)
    tags = ArrayField(models.CharField(max_length=60), verbose_name=_("Schlagwörter"), default=list, blank=True)
    place = models.GeometryField(_("Ort"), srid=GEO_SRID, null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("bearbeitet von"),
    )
    proposal = models.TextField(_("Abwägungsvorschlag"), max_length=20_000, blank=True, default="")
    decision = models.CharField(_("Beschluss"), max_length=12, choices=Decision, default=Decision.OPEN)
    decision_text = models.TextField(_("Begründung des Beschlusses"), max_length=20_000, blank=True, default="")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("Belang")
        verbose_name_plural = _("Belange")
        ordering = ["position", "pk"]
        constraints = [
            GeometryConstraint(field="place", name="statements_segment_place_valid"),
            SameTown(field="statement", name="statements_segment_town"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}.{self.position}"


class Result(models.Model):
    """That and how the sender of a statement was told the result (§ 3 Abs. 2 Satz 6 BauGB)."""

    class Way(models.TextChoices):
        MAIL = "mail", _("E-Mail")
        LETTER = "letter", _("Brief")
        PUBLIC = "public", _("zur Einsicht (mehr als 50 gleiche)")
        NONE = "none", _("keine Anschrift bekannt")

    statement = models.OneToOneField(Statement, on_delete=models.CASCADE, related_name="result")
    way = models.CharField(max_length=6, choices=Way)
    told_at = models.DateTimeField()
    text = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("Mitteilung des Ergebnisses")
        verbose_name_plural = _("Mitteilungen der Ergebnisse")

    def __str__(self) -> str:
        return f"{self.statement} {self.way}"
