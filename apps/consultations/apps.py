from django.utils.translation import gettext_lazy as _

from apps.geo.config import Entrance, PlatformApp


class ConsultationsConfig(PlatformApp):
    name = "apps.consultations"
    label = "consultations"
    verbose_name = _("Beteiligung")
    site_urls = True
    entrances = (
        Entrance(
            _("Planungen"),
            "consultations:list",
            icon="plan",
            hint=_("Was in der Stadt geplant wird, und bis wann Sie etwas dazu sagen können."),
            order=30,
        ),
    )
    desk_entrances = (
        Entrance(
            _("Beteiligung"),
            "consultations:desk",
            icon="plan",
            hint=_("Pläne vorbereiten, prüfen und veröffentlichen"),
            roles=("planner", "administrator"),
            order=30,
        ),
    )
