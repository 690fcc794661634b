from django.utils.translation import gettext_lazy as _

from apps.geo.config import Entrance, PlatformApp


class StatementsConfig(PlatformApp):
    name = "apps.statements"
    label = "statements"
    verbose_name = _("Stellungnahmen")
    site_urls = True
    desk_entrances = (
        Entrance(
            _("Stellungnahmen"),
            "statements:desk",
            icon="comment",
            hint=_("Was zu den Plänen eingeht: lesen, abwägen, antworten"),
            roles=("planner", "administrator"),
            order=31,
        ),
    )
