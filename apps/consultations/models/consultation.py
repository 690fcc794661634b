"""What is planned where."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pghistory
from django.contrib.gis.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.consultations.codes import PUBLIC_STATES, LegalStatus, PlanType, Procedure, State
from apps.consultations.querysets import ConsultationQuerySet
from apps.geo.constraints import GeometryConstraint
from apps.geo.crs import GEO_SRID
from apps.geo.editing import Editable
from apps.geo.models import MapFeature
from apps.geo.versions import public_version_triggers
from apps.places.models import TownOwned

LONG_TEXT = 40_000


@pghistory.track(
    exclude=["area_m2", "changed_at", "public_changed_at"],
    model_name="ConsultationHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history"),
)
class Consultation(MapFeature, TownOwned, Editable):
    """A plan or project that people are asked about.

    ``starts_on`` and ``ends_on`` (inclusive local dates) repeat the period that counts now: the running one, else the
    next, else the last; ``services`` and the job write them together with ``state``. ``papers_version`` counts public
    changes of periods and documents, so that the row's public version moves with them. ``area_m2`` is what
    ``ST_Area`` says in the storage CRS.
    """

    title = models.CharField(_("Titel"), max_length=200)
    plan_number = models.CharField(_("Plannummer"), max_length=40, blank=True, default="")
    plan_type = models.CharField(_("Planart"), max_length=8, choices=PlanType, default=PlanType.QUALIFIED)
    procedure = models.CharField(_("Verfahren"), max_length=8, choices=Procedure, blank=True, default=Procedure.REGULAR)
    legal_status = models.CharField(
        _("Rechtsstand"), max_length=8, choices=LegalStatus, blank=True, default=LegalStatus.INITIATED
    )
    summary = models.TextField(_("Kurz gesagt"), max_length=600)
    description = models.TextField(_("Beschreibung"), max_length=LONG_TEXT, blank=True, default="")
    simple_language = models.TextField(_("In einfacher Sprache"), max_length=LONG_TEXT, blank=True, default="")
    area = models.MultiPolygonField(_("Geltungsbereich"), srid=GEO_SRID, null=True, blank=True)
    area_m2 = models.GeneratedField(
        expression=Func(F("area"), function="ST_Area", output_field=models.FloatField()),
        output_field=models.FloatField(_("Fläche in m²"), null=True),
        db_persist=True,
    )
    additional_access = models.TextField(_("Einsicht außerhalb des Internets"), max_length=3000, blank=True, default="")
    contact = models.TextField(_("Ansprechstelle"), max_length=1000, blank=True, default="")
    result = models.TextField(_("Ergebnis"), max_length=LONG_TEXT, blank=True, default="")
    state = models.CharField(_("Stand"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    starts_on = models.DateField(_("Beginn"), null=True, blank=True, editable=False)
    ends_on = models.DateField(_("letzter Tag"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("veröffentlicht am"), null=True, blank=True, editable=False)
    papers_version = models.PositiveIntegerField(default=0, editable=False)
    internal_note = models.TextField(_("interne Notiz"), max_length=4000, blank=True, default="")

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("Beteiligungsverfahren")
        verbose_name_plural = _("Beteiligungsverfahren")
        constraints = [
            GeometryConstraint(field="area", name="consultations_area_valid"),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLIC_STATES)
                | Q(area__isnull=False, starts_on__isnull=False, ends_on__isnull=False, published_at__isnull=False),
                name="consultations_published_is_complete",
            ),
        ]
        indexes = [models.Index(fields=["municipality", "state", "ends_on"], name="consultations_by_state")]
        triggers = public_version_triggers(
            visible="{row}.state IN ('announced', 'open', 'closed')",
            columns=[
                *("public_id", "title", "plan_number", "plan_type", "procedure", "legal_status", "summary"),
                *("description", "simple_language", "area", "additional_access", "contact", "result", "state"),
                *("starts_on", "ends_on", "papers_version"),
            ],
        )

    def __str__(self) -> str:
        return self.title

    @property
    def has_waiting_rounds(self) -> bool:
        """Is there a round that only the desk knows yet?"""
        return any(not period.is_published for period in self.periods.all())

    def shown_notices(self, periods: Iterable[Any]) -> list[Any]:
        """Return the notices of these rounds, in their order."""
        notices = {notice.kind: notice for notice in self.notices.all()}
        return [notices[kind] for kind in dict.fromkeys(period.kind for period in periods) if kind in notices]

    @property
    def result_shown_at(self) -> dt.datetime | None:
        """When the weighing of its statements was published, None before; the file is kept by ``apps.statements``."""
        return getattr(getattr(self, "procedure_file", None), "results_published_at", None)

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC_STATES
