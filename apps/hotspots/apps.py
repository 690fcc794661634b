from django.utils.translation import gettext_lazy as _

from apps.geo.config import Entrance, PlatformApp


class HotspotsConfig(PlatformApp):
    name = "apps.hotspots"
    label = "hotspots"
    verbose_name = _("WLAN-Standorte")
    site_urls = True
    entrances = (
        Entrance(
            _("WLAN finden"),
            "hotspots:list",
            icon="wifi",
            hint=_("Wo es freies Internet gibt und welcher Standort am nächsten liegt."),
            order=50,
        ),
    )
    desk_entrances = (
        Entrance(
            _("WLAN-Standorte"),
            "hotspots:desk",
            icon="wifi",
            hint=_("Wo es freies Internet gibt, und ob es geht"),
            roles=("gis", "administrator"),
            order=50,
        ),
    )
