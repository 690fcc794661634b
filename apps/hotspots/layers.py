from django.utils.translation import gettext_lazy as _

from apps.geo.layers import Field, MapLayer, Style, StyleClass, register
from apps.hotspots.models import Hotspot

register(
    MapLayer(
        name="hotspots",
        title=_("WLAN-Standorte"),
        abstract=_("Öffentliches WLAN mit Betreiber, Reichweite und Zustand."),
        features=Hotspot.objects.visible_to,
        fields=[
            Field("name", _("Name")),
            Field("ssid", _("Name des WLAN (SSID)")),
            Field("operator", _("Betreiber")),
            Field("environment", _("Umgebung"), choices=dict(Hotspot.Environment.choices)),
            Field("radius_m", _("Reichweite in m")),
            Field("status", _("Zustand"), choices=dict(Hotspot.Status.choices)),
            Field("last_seen", _("zuletzt erreichbar"), source="last_seen_at"),
            Field("note", _("Hinweis"), filterable=False),
            Field("internal_note", _("interne Notiz"), internal=True, filterable=False),
            Field("is_published", _("veröffentlicht"), internal=True),
            Field("source", _("Quelle"), internal=True),
        ],
        label="name",
        status="status",
        detail="hotspots:detail",
        listing="hotspots:list",
        facets=("status", "environment"),
        style=Style(
            icon="wifi",
            colour="#0b5c8a",
            by="status",
            classes=(
                StyleClass("online", _("in Betrieb"), "#0b5c8a", "wifi"),
                StyleClass("offline", _("gestört"), "#a02c1c", "wifi"),
                StyleClass("unknown", _("Zustand unbekannt"), "#5d5d5d", "wifi"),
            ),
        ),
        order=30,
    )
)
