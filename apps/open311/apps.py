from django.utils.translation import gettext_lazy as _

from apps.geo.config import Entrance, PlatformApp


class Open311Config(PlatformApp):
    name = "apps.open311"
    label = "open311"
    verbose_name = _("Open311")
    site_urls = True
    desk_entrances = (
        Entrance(
            title=_("Anbindungen"),
            url_name="desk_connections",
            icon="external",
            hint=_("Wie Stellen außerhalb erreicht werden: E-Mail oder Schnittstelle"),
            roles=("administrator",),
            order=720,
        ),
    )

    def ready(self) -> None:
        from apps.open311 import sending
        from apps.outbox.channels import register_channel
        from apps.reports.handovers.ways import register_way

        register_channel(sending.CHANNEL, sending.deliver)
        register_way(sending.WAY)
