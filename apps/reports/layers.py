"""Reports as a map layer: what everybody may read of a released one, and what staff see besides."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.geo.audience import Actor
from apps.geo.layers import Field, MapLayer, Style, StyleClass, register
from apps.reports.models import Report
from apps.reports.querysets import OPEN, ReportQuerySet
from apps.reports.transitions import LOOK, Channel, Publication, Status


def visible_reports(actor: Actor) -> ReportQuerySet:
    return Report.objects.visible_to(actor)


def overdue() -> Q:
    return OPEN & Q(due_on__lt=timezone.localdate())


register(
    MapLayer(
        name="reports",
        title=_("Meldungen"),
        abstract=_("Was Bürgerinnen und Bürger gemeldet haben, nach Prüfung veröffentlicht, mit Stand und Antwort."),
        features=visible_reports,
        fields=[
            Field("category", _("Kategorie (Kürzel)"), source="category__code"),
            Field("title", _("Kategorie"), source="category__name"),
            Field("status", _("Stand"), choices=dict(Status.choices)),
            Field("description", _("Beschreibung"), source="public_text", filterable=False),
            Field("address", _("Adresse"), filterable=False),
            Field("district", _("Ortsteil")),
            Field("received", _("eingegangen am"), source="created_at", filterable=False),
            Field("closed", _("abgeschlossen am"), source="closed_at", filterable=False),
            Field("department", _("zuständig"), source="executor__name"),
            Field("public_answer", _("Antwort"), filterable=False),
            Field("department_code", _("zuständig (Kürzel)"), source="executor__code", internal=True),
            Field("owner", _("Träger"), source="owner__name", internal=True),
            Field("publication", _("Veröffentlichung"), choices=dict(Publication.choices), internal=True),
            Field("channel", _("Eingang über"), choices=dict(Channel.choices), internal=True),
            Field("original_text", _("Originaltext"), source="description", internal=True, filterable=False),
            Field("routing_reason", _("Grund der Zuständigkeit"), internal=True, filterable=False),
            Field("assignee", _("bearbeitet von"), source="assignee__name", internal=True),
            Field("due_on", _("Ziel"), internal=True, filterable=False),
            Field("still_broken", _("„noch nicht behoben“"), source="still_broken_count", internal=True),
        ],
        label="title",
        status="status",
        period=("created_at",),
        detail="reports:detail",
        listing="reports:list",
        facets=("category", "status", "district"),
        flag=overdue,
        flag_title=_("überfällig"),
        style=Style(
            icon="report",
            colour="#a2431f",
            by="status",
            classes=tuple(StyleClass(status.value, status.label, *reversed(LOOK[status])) for status in Status),
        ),
        order=10,
    )
)
