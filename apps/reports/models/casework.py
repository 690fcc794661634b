"""What the desk works with beside a report: ready-made words, questions to the citizen, reports that are one."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.contributions.models import Picture
from apps.departments.models import Category
from apps.places.constraints import SameTown
from apps.places.models import TownOwned
from apps.reports.models.report import DESCRIPTION_LIMIT, Event, Report, ReportPhoto
from apps.reports.transitions import Status


class ReplyTemplate(TownOwned):
    """Words that the desk writes often. Without ``category`` or ``status`` it is offered for every one of them.

    ``text`` may hold the placeholders of ``placeholders.PLACEHOLDERS``, in braces: ``{nummer}``.
    """

    title = models.CharField(_("Name der Vorlage"), max_length=80)
    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("nur für Kategorie")
    )
    status = models.CharField(_("nur für Stand"), max_length=16, choices=Status, blank=True, default="")
    text = models.TextField(_("Text"), max_length=DESCRIPTION_LIMIT)

    class Meta:
        verbose_name = _("Antwortvorlage")
        verbose_name_plural = _("Antwortvorlagen")
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "title"], name="reports_template_title_once"),
            SameTown(field="category", name="reports_template_category_town"),
        ]

    def __str__(self) -> str:
        return self.title


class Question(models.Model):
    """A question to the citizen who reported. The words of question and reply stand in the history.

    ``status_before`` is where the report goes back to with the reply. A report has one open question at most.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="questions")
    asked = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="+", verbose_name=_("Frage"))
    reply = models.OneToOneField(
        Event, on_delete=models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("Antwort")
    )
    status_before = models.CharField(max_length=16, choices=Status, blank=True, default="")
    asked_at = models.DateTimeField(_("gefragt am"))
    reminded_at = models.DateTimeField(_("erinnert am"), null=True, blank=True)

    class Meta:
        verbose_name = _("Rückfrage")
        verbose_name_plural = _("Rückfragen")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["report"], condition=Q(reply=None), name="reports_one_open_question")
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(reply=None), name="reports_question_waits")]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.asked_at:%Y-%m-%d}"


class Merge(models.Model):
    """Two reports of the same thing: ``duplicate`` is closed and goes on in ``main``, until somebody undoes it."""

    duplicate = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="merges")
    main = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="merged")
    status_before = models.CharField(max_length=16, choices=Status)
    at = models.DateTimeField(_("zusammengeführt am"), db_default=Now())
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(_("wieder getrennt am"), null=True, blank=True)

    class Meta:
        verbose_name = _("Zusammenführung")
        verbose_name_plural = _("Zusammenführungen")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["duplicate"], condition=Q(undone_at=None), name="reports_merged_into_one_only"
            ),
            models.CheckConstraint(condition=~Q(duplicate=F("main")), name="reports_not_merged_with_itself"),
        ]
        indexes = [models.Index(fields=["main"], condition=Q(undone_at=None), name="reports_merged_here")]

    def __str__(self) -> str:
        return f"{self.duplicate_id} → {self.main_id}"


class Follower(models.Model):
    """Somebody who wants to hear of a released report; mails go out after the address was confirmed by its owner.

    ``dies_on`` is the first local day on which the row must be gone (as contact data: 90 days after closing).
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="followers")
    email = models.EmailField(_("E-Mail-Adresse"))
    idempotency_key = models.UUIDField(default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("angemeldet am"), db_default=Now(), editable=False)
    confirmed_at = models.DateTimeField(_("bestätigt am"), null=True, blank=True)
    dies_on = models.DateField(_("wird gelöscht am"), null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("Mitlesende Person")
        verbose_name_plural = _("Mitlesende Personen")
        constraints = [
            models.UniqueConstraint(fields=["report", "email"], name="reports_follower_once_per_report"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.pk}"


class BlurredPhoto(Picture):
    """The public version of a photo with something to hide: made from the pixels, the areas are gone in it.

    ``areas`` are ``[left, top, right, bottom]`` in pixels of the photo. While there is one, the photo itself goes to
    nobody but staff and its sender.
    """

    photo = models.OneToOneField(ReportPhoto, on_delete=models.CASCADE, related_name="blurred")
    areas = models.JSONField(_("verdeckte Flächen"), default=list)

    class Meta:
        verbose_name = _("verdecktes Foto")
        verbose_name_plural = _("verdeckte Fotos")

    def __str__(self) -> str:
        return f"{self.photo_id}: {len(self.areas)}"
