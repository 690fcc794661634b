"""The Open311 endpoint of a body outside, its words for our categories, and its requests that are our reports."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.departments.models import Category, Department
from apps.places.constraints import SameTown
from apps.places.models import TownOwned
from apps.reports.models import Handover


class Endpoint(TownOwned):
    """Where a department takes service requests (GeoReport v2). ``url`` ends before ``/requests.json``.

    ``answers_in`` is the ending of its addresses; what comes back is read in either form.

    The key is kept sealed (``sealing``) and is never shown again. ``failures`` counts the attempts since the last
    success.
    """

    class Format(models.TextChoices):
        JSON = "json", "JSON"
        XML = "xml", "XML"

    department = models.OneToOneField(
        Department, on_delete=models.CASCADE, related_name="endpoint", verbose_name=_("Stelle")
    )
    url = models.URLField(_("Adresse der Schnittstelle"), max_length=300)
    jurisdiction_id = models.CharField(_("jurisdiction_id"), max_length=120, blank=True, default="")
    answers_in = models.CharField(_("Format"), max_length=4, choices=Format, default=Format.JSON)
    api_key_sealed = models.TextField(_("api_key"), blank=True, default="", editable=False)
    is_active = models.BooleanField(_("eingeschaltet"), default=True)
    last_success_at = models.DateTimeField(_("zuletzt erreicht am"), null=True, editable=False)
    last_failure_at = models.DateTimeField(_("zuletzt gescheitert am"), null=True, editable=False)
    last_error = models.CharField(_("Grund"), max_length=300, blank=True, default="", editable=False)
    failures = models.PositiveIntegerField(_("Fehlschläge in Folge"), default=0, editable=False)

    class Meta:
        verbose_name = _("Open311-Schnittstelle")
        verbose_name_plural = _("Open311-Schnittstellen")
        constraints = [SameTown(field="department", name="open311_endpoint_department_town")]

    def __str__(self) -> str:
        return self.url


class ServiceCode(TownOwned):
    """The body's ``service_code`` for one of our categories; a category without one goes by mail."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="codes")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+", verbose_name=_("Kategorie"))
    code = models.CharField(_("service_code"), max_length=120)

    class Meta:
        verbose_name = _("Zuordnung")
        verbose_name_plural = _("Zuordnungen")
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "category"], name="open311_one_code_per_category"),
            SameTown(field="category", name="open311_code_category_town"),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} → {self.code}"


class RemoteRequest(models.Model):
    """A handover as the body keeps it. The standard answers with a number, or with a token that becomes one.

    ``asked_at`` is written before the first POST: an attempt after it first looks whether the body has the report
    already, because GeoReport v2 knows no idempotency key.
    """

    handover = models.OneToOneField(Handover, on_delete=models.CASCADE, related_name="remote")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="requests")
    service_request_id = models.CharField(_("Nummer"), max_length=120, blank=True, default="")
    token = models.CharField(max_length=200, blank=True, default="")
    status = models.CharField(_("Stand dort"), max_length=60, blank=True, default="")
    asked_at = models.DateTimeField(null=True)
    next_poll_at = models.DateTimeField(db_default=Now())
    failures = models.PositiveIntegerField(default=0)
    last_error = models.CharField(_("Grund"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("Anfrage bei einer Schnittstelle")
        verbose_name_plural = _("Anfragen bei Schnittstellen")
        indexes = [models.Index(fields=["endpoint", "next_poll_at"], name="open311_poll")]

    def __str__(self) -> str:
        return self.service_request_id or self.token or f"{self.handover_id}"
