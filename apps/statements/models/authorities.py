"""Bodies whose remit a plan may touch (§ 4 BauGB), and how they were asked."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.consultations.models import ParticipationPeriod
from apps.geo.editing import Editable
from apps.geo.ids import public_id
from apps.places.constraints import SameTown
from apps.places.models import TownOwned


class Authority(TownOwned, Editable):
    """A body of the town's list."""

    name = models.CharField(_("Name"), max_length=200)
    remit = models.CharField(_("Aufgabenbereich"), max_length=200, blank=True, default="")
    email = models.EmailField(_("E-Mail-Adresse"), blank=True, default="")
    postal_address = models.TextField(_("Anschrift"), max_length=500, blank=True, default="")
    is_active = models.BooleanField(_("wird beteiligt"), default=True)
    changed_at = models.DateTimeField(_("geändert am"), auto_now=True)

    class Meta:
        verbose_name = _("Träger öffentlicher Belange")
        verbose_name_plural = _("Träger öffentlicher Belange")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="statements_one_authority_a_name")]

    def __str__(self) -> str:
        return self.name


class Invitation(TownOwned):
    """One body asked in one round, with a period of its own: ``answers_until`` is the last local day, included.

    ``token_hash`` is all that is kept of the link (128 bit, one purpose); it opens until ``expires_at``.
    """

    public_id = models.CharField(max_length=12, unique=True, default=public_id, editable=False)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="invitations")
    period = models.ForeignKey(ParticipationPeriod, on_delete=models.PROTECT, related_name="invitations")
    answers_until = models.DateField(_("letzter Tag"))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(editable=False)
    invited_at = models.DateTimeField(_("eingeladen am"), editable=False)
    remind_on = models.DateField(_("Erinnerung am"), null=True, editable=False)
    reminded_at = models.DateTimeField(_("erinnert am"), null=True, editable=False)
    answered_at = models.DateTimeField(_("beantwortet am"), null=True, editable=False)

    class Meta:
        verbose_name = _("Einladung")
        verbose_name_plural = _("Einladungen")
        constraints = [
            models.UniqueConstraint(fields=["authority", "period"], name="statements_one_invitation_a_round"),
            SameTown(field="authority", name="statements_invitation_town"),
            SameTown(field="period", name="statements_invitation_period_town"),
        ]
        indexes = [
            models.Index(
                fields=["remind_on"],
                condition=Q(reminded_at=None, answered_at=None),
                name="statements_to_remind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.authority} {self.period}"
