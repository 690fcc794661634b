"""The log that proves what was reachable when: each entry carries the hash of the one before it."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.consultations.models.consultation import Consultation
from apps.places.constraints import SameTown
from apps.places.models import TownOwned


class ProofEntry(TownOwned):
    """One line of a consultation's chain; ``apps.consultations.publication.chain`` says what is hashed.

    The database refuses to change or delete a line. Whoever owns the database can get around that, and would have to
    write the whole chain anew; the heads that are mailed out each day give that away.
    """

    class Kind(models.TextChoices):
        SHOWN = "shown", _("öffentlich gezeigt")
        WITHDRAWN = "withdrawn", _("zurückgezogen")
        CHECKED = "checked", _("selbst geprüft")
        OVERRIDE = "override", _("trotz Befund freigegeben")
        PORTAL = "portal", _("im Landesportal eingestellt")

    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, related_name="proof", verbose_name=_("Verfahren")
    )
    number = models.PositiveIntegerField(_("Nummer"))
    kind = models.CharField(_("Art"), max_length=10, choices=Kind)
    recorded_at = models.DateTimeField(_("Zeitpunkt"))
    body = models.JSONField(_("Inhalt"))
    previous_hash = models.CharField(_("Prüfsumme davor"), max_length=64)
    hash = models.CharField(_("Prüfsumme"), max_length=64)

    class Meta:
        verbose_name = _("Eintrag des Nachweises")
        verbose_name_plural = _("Einträge des Nachweises")
        ordering = ["consultation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "number"], name="consultations_proof_number"),
            models.UniqueConstraint(fields=["consultation", "previous_hash"], name="consultations_proof_no_fork"),
            models.CheckConstraint(
                condition=Q(number__gte=1, hash__regex=r"^[0-9a-f]{64}$", previous_hash__regex=r"^[0-9a-f]{64}$"),
                name="consultations_proof_shape",
            ),
            SameTown(field="consultation", name="consultations_proof_town"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.consultation_id}/{self.number} {self.kind}"
