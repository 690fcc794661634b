"""What somebody has typed and not sent yet: kept by the server, so that nothing is lost."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.consultations.models import Consultation
from apps.places.constraints import SameTown
from apps.places.models import TownOwned


class Draft(TownOwned):
    """An unfinished form. ``number`` (random, 122 bits) stands in its address and becomes the statement's key.

    ``values`` are the typed fields; ``places`` a list of EWKB in hex, storage CRS, made by us; ``references`` a list
    of ``[document public id, page]``. It dies after a week (``services.drafts.forget_drafts``), a statement does not.
    """

    number = models.UUIDField(unique=True, editable=False)
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="+")
    values = models.JSONField(default=dict)
    places = models.JSONField(default=list)
    references = models.JSONField(default=list)
    saved_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("Entwurf einer Stellungnahme")
        verbose_name_plural = _("Entwürfe von Stellungnahmen")
        constraints = [SameTown(field="consultation", name="statements_draft_town")]

    def __str__(self) -> str:
        return f"Draft {self.pk}"
