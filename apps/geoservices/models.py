"""Large files that a worker writes while the reader waits."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.places.models import TownOwned


class Export(TownOwned):
    """One file of one layer, format and state of the data (``version``: the validator of the public view).

    ``actor`` is empty for the public view; a member of staff gets a file of their own, never a shared one.
    ``lease_until`` tells a worker that writes from one that died.
    """

    class State(models.TextChoices):
        WANTED = "wanted", _("bestellt")
        READY = "ready", _("fertig")
        FAILED = "failed", _("fehlgeschlagen")

    layer = models.CharField(max_length=41)
    ending = models.CharField(max_length=10)
    version = models.CharField(max_length=64)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    state = models.CharField(max_length=6, choices=State, default=State.WANTED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("Ausgabe")
        verbose_name_plural = _("Ausgaben")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "layer", "ending", "version", "actor"],
                nulls_distinct=False,
                name="geoservices_one_export_per_state",
            )
        ]

    def __str__(self) -> str:
        return f"{self.layer}.{self.ending} {self.version[:8]}"

    @property
    def file_name(self) -> str:
        return f"{self.pk}.{self.ending}"
