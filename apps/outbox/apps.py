from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from apps.geo.config import Entrance, PlatformApp


class OutboxConfig(PlatformApp):
    name = "apps.outbox"
    label = "outbox"
    verbose_name = _("Postausgang")
    site_urls = True
    desk_entrances = (
        Entrance(
            title=_("Nachrichten"),
            url_name="desk_messages",
            icon="mail",
            hint=_("Wartende und gescheiterte Nachrichten"),
            roles=("administrator",),
            order=900,
        ),
    )

    def ready(self) -> None:
        autodiscover_modules("jobs")
