"""Bodies, their desks and the people who work there."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.departments.querysets import DepartmentQuerySet
from apps.places.constraints import SameTown
from apps.places.models import TownOwned

# Fires at the end of the transaction, so that the triage desk may move from one department to another in it.
_KEEP_TRIAGE = """
    IF EXISTS (SELECT 1 FROM departments_department WHERE municipality_id = OLD.municipality_id)
       AND NOT EXISTS (
           SELECT 1 FROM departments_department WHERE municipality_id = OLD.municipality_id AND is_triage
       ) THEN
        RAISE EXCEPTION 'a town keeps its triage desk' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""


class Organisation(TownOwned):
    """A body that answers for something in the town: the town itself, the county, an association, a company."""

    class Kind(models.TextChoices):
        TOWN = "town", _("Gemeinde")
        COUNTY = "county", _("Landkreis")
        STATE = "state", _("Freistaat")
        FEDERAL = "federal", _("Bund")
        ASSOCIATION = "association", _("Zweckverband")
        COMPANY = "company", _("Unternehmen")
        OTHER = "other", _("Sonstige")

    code = models.SlugField(_("Kürzel"), max_length=40)
    name = models.CharField(_("Name"), max_length=160)
    kind = models.CharField(_("Art"), max_length=12, choices=Kind)
    is_external = models.BooleanField(_("außerhalb der Stadtverwaltung"), default=True)

    class Meta:
        verbose_name = _("Behörde")
        verbose_name_plural = _("Behörden")
        ordering = ["is_external", "name"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code"], name="departments_one_organisation_per_code")
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Department(TownOwned):
    """A desk that reports are sent to. Each town has exactly one triage desk, which answers where no rule does."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="departments", verbose_name=_("Behörde")
    )
    code = models.SlugField(_("Kürzel"), max_length=40)
    name = models.CharField(_("Name"), max_length=160)
    email = models.EmailField(_("E-Mail-Adresse"), blank=True, default="")
    phone = models.CharField(_("Telefon"), max_length=40, blank=True, default="")
    is_triage = models.BooleanField(_("Eingangsstelle"), default=False)
    is_active = models.BooleanField(_("aktiv"), default=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("Fachbereich")
        verbose_name_plural = _("Fachbereiche")
        ordering = ["organisation__is_external", "organisation__name", "name"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code"], name="departments_one_department_per_code"),
            models.UniqueConstraint(
                fields=["municipality"], condition=Q(is_triage=True), name="departments_one_triage_desk"
            ),
            models.CheckConstraint(
                condition=Q(is_triage=False) | Q(is_active=True), name="departments_triage_is_active"
            ),
            SameTown(field="organisation", name="departments_department_organisation_town"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="keep_triage",
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(old__is_triage=True),
                func=_KEEP_TRIAGE,
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class Membership(models.Model):
    """One person at one desk. The town is the department's."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("Konto")
    )
    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("Fachbereich")
    )

    class Meta:
        verbose_name = _("Zugehörigkeit")
        verbose_name_plural = _("Zugehörigkeiten")
        constraints = [models.UniqueConstraint(fields=["user", "department"], name="departments_one_membership_each")]

    def __str__(self) -> str:
        return f"{self.user}: {self.department}"
