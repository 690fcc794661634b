"""What a report can be about."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.departments.models.versioned import COUNT_VERSION, Versioned
from apps.departments.querysets import CategoryQuerySet
from apps.places.constraints import SameTown
from apps.places.models import TownOwned


class CategoryGroup(TownOwned):
    """A heading of the category picker; a rule may answer for a whole group."""

    code = models.SlugField(_("Kürzel"), max_length=40)
    name = models.CharField(_("Name"), max_length=80)
    icon = models.CharField(_("Symbol"), max_length=60)
    order = models.PositiveSmallIntegerField(_("Reihenfolge"), default=100)

    class Meta:
        verbose_name = _("Kategoriegruppe")
        verbose_name_plural = _("Kategoriegruppen")
        ordering = ["order", "name"]
        constraints = [models.UniqueConstraint(fields=["municipality", "code"], name="departments_one_group_per_code")]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Category(Versioned, TownOwned):
    """A kind of report (an Open311 service). ``code`` is stable and public, ``icon`` names an SVG of ``static/icons``.

    ``keywords`` are words that people use for it: the picker finds the category by them.
    An urgent category shows ``urgent_text`` (the number to call) before anything can be typed. ``target_days`` are the
    working days in which the town wants to be done; the public reads the day only where ``shows_expected_by``.
    ``questions`` are asked besides place and description; ``apps/departments/questions.py`` says how they look.
    """

    code = models.SlugField(_("Kürzel"), max_length=40)
    name = models.CharField(_("Name"), max_length=80)
    group = models.ForeignKey(
        CategoryGroup, on_delete=models.PROTECT, related_name="categories", verbose_name=_("Gruppe")
    )
    icon = models.CharField(_("Symbol"), max_length=60)
    hint = models.CharField(_("Erläuterung"), max_length=300, blank=True, default="")
    keywords = ArrayField(models.CharField(max_length=40), verbose_name=_("Stichwörter"), default=list, blank=True)
    is_urgent = models.BooleanField(_("dringend"), default=False)
    urgent_text = models.CharField(_("Hinweis bei Gefahr"), max_length=400, blank=True, default="")
    wants_photo = models.BooleanField(_("Foto erwünscht"), default=True)
    target_days = models.PositiveSmallIntegerField(_("Ziel in Arbeitstagen"), null=True, blank=True)
    shows_expected_by = models.BooleanField(_("„voraussichtlich erledigt bis“ öffentlich zeigen"), default=False)
    is_active = models.BooleanField(_("aktiv"), default=True)
    order = models.PositiveSmallIntegerField(_("Reihenfolge"), default=100)
    questions = models.JSONField(_("Fragen"), default=list, blank=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("Kategorie")
        verbose_name_plural = _("Kategorien")
        ordering = ["group__order", "order", "name"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code"], name="departments_one_category_per_code"),
            models.CheckConstraint(
                condition=models.Q(is_urgent=False) | ~models.Q(urgent_text=""),
                name="departments_urgent_says_what_to_do",
            ),
            models.CheckConstraint(
                condition=models.Q(target_days=None) | models.Q(target_days__range=(1, 260)),
                name="departments_target_within_a_year",
            ),
            models.CheckConstraint(
                condition=models.Q(shows_expected_by=False) | models.Q(target_days__isnull=False),
                name="departments_expected_by_needs_a_target",
            ),
            SameTown(field="group", name="departments_category_group_town"),
        ]
        triggers = [COUNT_VERSION]

    def __str__(self) -> str:
        return self.name
