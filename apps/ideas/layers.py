"""Ideas as three layers over one table (a collection has one type of geometry), and the areas of calls."""

from django.utils.translation import gettext_lazy as _

from apps.geo.layers import Field, MapLayer, Style, StyleClass, register
from apps.ideas.codes import Channel, Status, Topic
from apps.ideas.models import Call, Idea
from apps.ideas.phases import Phase

_FIELDS = [
    Field("title", _("Titel")),
    Field("text", _("Beschreibung"), filterable=False),
    Field("topic", _("Thema"), choices=dict(Topic.choices)),
    Field("status", _("Stand"), choices=dict(Status.choices)),
    Field("official_answer", _("Antwort der Stadt"), filterable=False),
    Field("channel", _("Eingang über"), choices=dict(Channel.choices)),
    Field("supports", _("Unterstützungen"), source="support_count", filterable=False),
    Field("progress", _("umgesetzt zu (Prozent)"), filterable=False),
    Field("call", _("Aufruf"), source="call__public_id"),
    Field("received_on", _("eingegangen am")),
    Field("is_hidden", _("verborgen"), internal=True),
    Field("internal_note", _("interne Notiz"), internal=True, filterable=False),
]
_STYLE = Style(
    icon="idea",
    colour="#9a5b00",
    by="status",
    classes=(
        StyleClass("published", _("veröffentlicht"), "#9a5b00", "idea"),
        StyleClass("under_review", _("wird geprüft"), "#0b5c8a", "search"),
        StyleClass("accepted", _("wird umgesetzt"), "#2e6b34", "check"),
        StyleClass("partly", _("wird teilweise umgesetzt"), "#566b12", "check"),
        StyleClass("rejected", _("nicht möglich"), "#5d5d5d", "close"),
        StyleClass("realised", _("umgesetzt"), "#1b5e4b", "heart"),
    ),
)

for name, geometry, title, abstract, order in (
    ("ideas", "point", _("Ideen"), _("Ideen für die Stadt, die einen Ort haben."), 40),
    ("ideas_lines", "line", _("Ideen (Strecken)"), _("Ideen für die Stadt entlang einer Strecke."), 41),
    ("ideas_areas", "area", _("Ideen (Flächen)"), _("Ideen für die Stadt auf einer Fläche."), 42),
):
    register(
        MapLayer(
            name=name,
            title=title,
            abstract=abstract,
            features=Idea.objects.visible_to,
            fields=_FIELDS,
            label="title",
            status="status",
            geometry=geometry,
            period=("received_on",),
            detail="ideas:detail",
            listing="ideas:list" if name == "ideas" else "",
            facets=("topic", "status"),
            style=_STYLE,
            order=order,
        )
    )

register(
    MapLayer(
        name="idea_calls",
        title=_("Aufrufe für Ideen"),
        abstract=_("Wo und in welcher Phase die Stadt nach Ideen fragt."),
        features=Call.objects.visible_to,
        fields=[
            Field("title", _("Titel")),
            Field("summary", _("Worum es geht"), filterable=False),
            Field("phase", _("Phase"), choices=dict(Phase.choices)),
            Field("ends_on", _("letzter Tag")),
            Field("is_published", _("veröffentlicht"), internal=True),
            Field("internal_note", _("interne Notiz"), internal=True, filterable=False),
        ],
        label="title",
        status="phase",
        geometry="area",
        detail="ideas:call",
        style=Style(icon="idea", colour="#7a4c9e"),
        order=43,
    )
)
