from django.utils.translation import gettext_lazy as _

from apps.geo.layers import Field, MapLayer, Style, StyleClass, register
from tests.fifth_kind.models import Tree

register(
    MapLayer(
        name="trees",
        title=_("Baumkataster"),
        abstract=_("Städtische Bäume mit Art und Pflanzjahr."),
        features=Tree.objects.visible_to,
        fields=[
            Field("species", _("Art")),
            Field("condition", _("Zustand"), choices=dict(Tree.Condition.choices)),
            Field("planted_on", _("gepflanzt am")),
            Field("height_m", _("Höhe in m")),
            Field("note", _("interne Notiz"), internal=True),
        ],
        label="species",
        status="condition",
        facets=("condition",),
        style=Style(
            icon="tree",
            colour="#2e7d32",
            by="condition",
            classes=(
                StyleClass("sound", _("gesund"), "#2e7d32", "tree"),
                StyleClass("sick", _("krank"), "#b35900", "tree"),
                StyleClass("felled", _("gefällt"), "#5d5d5d", "tree"),
            ),
        ),
        order=900,
    )
)
