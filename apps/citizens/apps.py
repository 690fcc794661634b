from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from apps.geo.config import Entrance, PlatformApp


class CitizensConfig(PlatformApp):
    name = "apps.citizens"
    label = "citizens"
    verbose_name = _("Konten von Bürgerinnen und Bürgern")
    site_urls = True
    desk_entrances = (
        Entrance(
            title=_("Bürgerkonten"),
            url_name="desk_citizen_accounts",
            icon="user",
            hint=_("Ob Bürgerinnen und Bürger ein Konto anlegen können"),
            roles=("administrator",),
            order=810,
        ),
    )

    def ready(self) -> None:
        from apps.citizens import services  # noqa: F401  (says how an erasure is done again)

        autodiscover_modules("belongings")
