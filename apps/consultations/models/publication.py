"""What goes with a publication: the notice, the entry in the Land's portal, and the word of a second person."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.consultations.codes import PeriodKind
from apps.consultations.models.consultation import Consultation
from apps.places.constraints import SameTown
from apps.places.models import TownOwned

NOTICE_LENGTH = 20_000


@pghistory.track(model_name="NoticeHistory", obj_field=pghistory.ObjForeignKey(related_name="history"))
class PublicNotice(TownOwned):
    """The text of the notice of one round (§ 3(2) s. 4 BauGB). The public page shows it too (s. 5).

    ``environmental_information`` names the kinds of environmental information that are available; the simplified
    procedure does without (§ 13(3) s. 1 BauGB).
    """

    consultation = models.ForeignKey(
        Consultation, on_delete=models.CASCADE, related_name="notices", verbose_name=_("Verfahren")
    )
    kind = models.CharField(_("Art der Frist"), max_length=12, choices=PeriodKind)
    text = models.TextField(_("Text der Bekanntmachung"), max_length=NOTICE_LENGTH)
    environmental_information = models.TextField(
        _("Arten umweltbezogener Informationen"), max_length=4000, blank=True, default=""
    )
    changed_at = models.DateTimeField(_("geändert am"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("Bekanntmachung")
        verbose_name_plural = _("Bekanntmachungen")
        constraints = [
            models.UniqueConstraint(fields=["consultation", "kind"], name="consultations_one_notice_per_round"),
            SameTown(field="consultation", name="consultations_notice_town"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.consultation}"


@pghistory.track(model_name="PortalEntryHistory", obj_field=pghistory.ObjForeignKey(related_name="history"))
class PortalEntry(TownOwned):
    """When a round was entered into the Land's central portal and where it stands there (§ 3(2) s. 5 BauGB)."""

    consultation = models.ForeignKey(
        Consultation, on_delete=models.CASCADE, related_name="portal_entries", verbose_name=_("Verfahren")
    )
    kind = models.CharField(_("Art der Frist"), max_length=12, choices=PeriodKind)
    entered_on = models.DateField(_("eingestellt am"))
    url = models.URLField(_("Adresse im Landesportal"), max_length=500)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("vermerkt von")
    )
    recorded_at = models.DateTimeField(_("vermerkt am"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("Eintrag im Landesportal")
        verbose_name_plural = _("Einträge im Landesportal")
        constraints = [
            models.UniqueConstraint(fields=["consultation", "kind"], name="consultations_one_portal_entry"),
            SameTown(field="consultation", name="consultations_portal_town"),
        ]

    def __str__(self) -> str:
        return f"{self.consultation}: {self.entered_on:%d.%m.%Y}"


@pghistory.track(model_name="OverrideHistory", obj_field=pghistory.ObjForeignKey(related_name="history"))
class PublicationOverride(TownOwned):
    """Somebody asks to publish although a check says no, and somebody else decides. ``is_granted`` None: undecided.

    ``findings`` holds what was found when it was asked for, as ``[{"code": …, "text": …}]``; nothing else is lifted.
    """

    consultation = models.ForeignKey(
        Consultation, on_delete=models.CASCADE, related_name="overrides", verbose_name=_("Verfahren")
    )
    findings = models.JSONField(_("Befunde"))
    reason = models.TextField(_("Begründung"), max_length=2000)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("beantragt von")
    )
    requested_at = models.DateTimeField(_("beantragt am"))
    is_granted = models.BooleanField(_("freigegeben"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("entschieden von"),
    )
    decided_at = models.DateTimeField(_("entschieden am"), null=True)
    note = models.TextField(_("Vermerk"), max_length=2000, blank=True, default="")

    class Meta:
        verbose_name = _("Freigabe trotz Befund")
        verbose_name_plural = _("Freigaben trotz Befund")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")), name="consultations_override_second"
            ),
            models.CheckConstraint(
                condition=Q(is_granted=None, decided_by=None, decided_at=None)
                | Q(is_granted__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="consultations_override_decided",
            ),
            models.UniqueConstraint(
                fields=["consultation"], condition=Q(is_granted=None), name="consultations_one_open_override"
            ),
            SameTown(field="consultation", name="consultations_override_town"),
        ]

    def __str__(self) -> str:
        return f"{self.consultation}: {self.requested_at:%d.%m.%Y}"
