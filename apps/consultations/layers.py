from django.utils.translation import gettext_lazy as _

from apps.consultations.codes import LegalStatus, PlanType, Procedure, State
from apps.consultations.models import Consultation
from apps.geo.layers import Field, MapLayer, Style, StyleClass, register

register(
    MapLayer(
        name="consultations",
        title=_("Planungen und Beteiligung"),
        abstract=_("Geltungsbereiche von Plänen, zu denen die Öffentlichkeit beteiligt wird."),
        features=Consultation.objects.visible_to,
        fields=[
            Field("title", _("Titel")),
            Field("plan_number", _("Plannummer")),
            Field("plan_type", _("Planart (XPlanung)"), choices=dict(PlanType.choices)),
            Field("procedure", _("Verfahren (XPlanung)"), choices=dict(Procedure.choices)),
            Field("legal_status", _("Rechtsstand (XPlanung)"), choices=dict(LegalStatus.choices)),
            Field("state", _("Stand der Beteiligung"), choices=dict(State.choices)),
            Field("starts_on", _("erster Tag")),
            Field("ends_on", _("letzter Tag")),
            Field("summary", _("Kurz gesagt"), filterable=False),
            Field("area_m2", _("Fläche in m²"), filterable=False),
            Field("internal_note", _("interne Notiz"), internal=True, filterable=False),
        ],
        label="title",
        status="state",
        geometry="area",
        period=("starts_on", "ends_on"),
        detail="consultations:detail",
        listing="consultations:list",
        facets=("state",),
        style=Style(
            icon="plan",
            colour="#8a3ffc",
            by="state",
            classes=(
                StyleClass("announced", _("angekündigt"), "#6f5200", "clock"),
                StyleClass("open", _("läuft"), "#7a1fa2", "plan"),
                StyleClass("closed", _("beendet"), "#5d5d5d", "check"),
            ),
        ),
        order=20,
    )
)
