"""Files of the weighing that a worker writes while the planner waits."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.consultations.models import Consultation
from apps.geo.ids import public_id
from apps.places.constraints import SameTown
from apps.places.models import TownOwned
from apps.statements.models.neighbours import Mailing


class Export(TownOwned):
    """One ordered file. ``done`` of ``total`` statements are written; ``lease_until`` tells a worker
    from a dead one.
    """

    class State(models.TextChoices):
        WANTED = "wanted", _("bestellt")
        READY = "ready", _("fertig")
        FAILED = "failed", _("fehlgeschlagen")

    class Order(models.TextChoices):
        STATEMENT = "statement", _("nach Stellungnahmen")
        TAG = "tag", _("nach Schlagwörtern")

    class Content(models.TextChoices):
        WEIGHING = "weighing", _("Abwägung")
        RESULTS = "results", _("Ergebnisbriefe")
        MAILING = "mailing", _("Briefe an die Nachbarschaft")

    public_id = models.CharField(max_length=12, unique=True, default=public_id, editable=False)
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="+")
    content = models.CharField(max_length=8, choices=Content, default=Content.WEIGHING)
    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, null=True, related_name="+")
    ending = models.CharField(_("Format"), max_length=8)
    order = models.CharField(_("Gliederung"), max_length=9, choices=Order, default=Order.STATEMENT)
    with_names = models.BooleanField(_("mit Namen und Originaltext (nur intern)"), default=False)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=6, choices=State, default=State.WANTED)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    ordered_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Ausgabe der Abwägung")
        verbose_name_plural = _("Ausgaben der Abwägung")
        ordering = ["-ordered_at", "-pk"]
        constraints = [SameTown(field="consultation", name="statements_export_town")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        """Below the folder of exports; the public id is random."""
        return f"{self.content}-{self.public_id}.{self.ending}"

    @property
    def percent(self) -> int:
        """How much is written, 0 to 100."""
        return 100 if self.state == self.State.READY else min(99, 100 * self.done // max(1, self.total))
