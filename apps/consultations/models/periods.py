"""When everybody may say something."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.consultations.codes import PeriodKind
from apps.consultations.models.consultation import Consultation
from apps.places.constraints import SameTown
from apps.places.models import TownOwned


@pghistory.track(model_name="PeriodHistory", obj_field=pghistory.ObjForeignKey(related_name="history"))
class ParticipationPeriod(TownOwned):
    """When everybody may say something: ``starts_on`` to ``ends_on``, both local dates and both included.

    ``starts_at`` and ``ends_at`` are the same as half-open instants: from local midnight of the first day until the
    local midnight that follows the last one (statements count until 24:00, § 188 BGB; the clock may change between).
    ``notice_on`` is the day on which the notice appears; it takes effect at the end of that day. ``reason`` says why a
    repeated round is shorter (§ 4a(3) BauGB) or a regular one longer; ``changes_only`` limits it to what was changed.
    The authorities have dates of their own (§ 4 BauGB). A round is for the desk only until it ``is_published``.
    """

    consultation = models.ForeignKey(
        Consultation, on_delete=models.CASCADE, related_name="periods", verbose_name=_("Verfahren")
    )
    kind = models.CharField(_("Art"), max_length=12, choices=PeriodKind)
    legal_basis = models.CharField(_("Rechtsgrundlage"), max_length=300, blank=True, default="")
    starts_on = models.DateField(_("erster Tag"))
    ends_on = models.DateField(_("letzter Tag"))
    notice_on = models.DateField(_("Erscheinungstag der Bekanntmachung"), null=True, blank=True)
    reason = models.TextField(_("Begründung der Dauer"), max_length=2000, blank=True, default="")
    changes_only = models.BooleanField(_("nur zu den Änderungen"), default=False)
    authorities_starts_on = models.DateField(_("Behörden: erster Tag"), null=True, blank=True)
    authorities_ends_on = models.DateField(_("Behörden: letzter Tag"), null=True, blank=True)
    is_published = models.BooleanField(_("veröffentlicht"), default=False, editable=False)
    starts_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("Beteiligungsfrist")
        verbose_name_plural = _("Beteiligungsfristen")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"), ends_at__gt=F("starts_at")), name="consultations_period_order"
            ),
            models.CheckConstraint(
                condition=Q(authorities_starts_on=None, authorities_ends_on=None)
                | Q(authorities_ends_on__gte=F("authorities_starts_on")),
                name="consultations_authorities_order",
            ),
            models.UniqueConstraint(
                fields=["consultation", "kind", "starts_on"], name="consultations_one_period_per_start"
            ),
            SameTown(field="consultation", name="consultations_period_town"),
        ]
        indexes = [models.Index(fields=["starts_at", "ends_at"], name="consultations_period_moments")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_on:%d.%m.%Y}–{self.ends_on:%d.%m.%Y}"
