"""The file of a procedure: counts its statements, and says when it was handed over."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.consultations.models import Consultation
from apps.places.constraints import SameTown
from apps.places.models import TownOwned


class ProcedureFile(TownOwned):
    """One for each consultation. Until ``handed_over_on`` is recorded nothing of its statements may die.

    ``last_number`` is the number of the newest statement; its row is locked while a number is given.
    """

    consultation = models.OneToOneField(Consultation, on_delete=models.PROTECT, related_name="procedure_file")
    last_number = models.PositiveIntegerField(default=0, editable=False)
    handed_over_on = models.DateField(_("Akte übergeben am"), null=True, blank=True)
    handed_over_to = models.CharField(_("übergeben an"), max_length=200, blank=True, default="")

    results_published_at = models.DateTimeField(_("Ergebnis veröffentlicht am"), null=True, editable=False)

    class Meta:
        verbose_name = _("Verfahrensakte")
        verbose_name_plural = _("Verfahrensakten")
        constraints = [
            SameTown(field="consultation", name="statements_file_town"),
            models.CheckConstraint(
                condition=models.Q(handed_over_on=None) | ~models.Q(handed_over_to=""),
                name="statements_file_handed_to_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.consultation)
