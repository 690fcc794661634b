"""Letters to the neighbourhood of a plan: to whom, when, and that it was done. Addresses and parcels, never owners."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.consultations.models import Consultation
from apps.geo.ids import public_id
from apps.places.constraints import SameTown
from apps.places.models import TownOwned


class Mailing(TownOwned):
    """One round of letters. ``addresses`` are the labels as they were found within ``buffer_m`` of the plan's area, or
    in the ``parcels`` found there (``code``, ``district``, ``size_m2``, ``addresses`` of each); ``sha256`` is taken
    over all of it, so that what was sent to whom can be shown later. ``sent_on`` is recorded by hand.
    """

    class Basis(models.TextChoices):
        ADDRESSES = "addresses", _("Adressen")
        PARCELS = "parcels", _("Flurstücke")

    public_id = models.CharField(max_length=12, unique=True, default=public_id, editable=False)
    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="mailings")
    buffer_m = models.PositiveIntegerField(_("Umkreis in Metern"))
    basis = models.CharField(_("Gesucht nach"), max_length=9, choices=Basis, default=Basis.ADDRESSES)
    text = models.TextField(_("Text des Briefes"), max_length=5000)
    addresses = models.JSONField(default=list)
    parcels = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    sent_on = models.DateField(_("versandt am"), null=True, blank=True)
    sent_how = models.CharField(_("Versandart"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("Benachrichtigung der Nachbarschaft")
        verbose_name_plural = _("Benachrichtigungen der Nachbarschaft")
        ordering = ["-made_at", "-pk"]
        constraints = [SameTown(field="consultation", name="statements_mailing_town")]

    def __str__(self) -> str:
        return f"{self.consultation} {self.buffer_m} m"
