from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from apps.geo.config import Entrance, PlatformApp


class AccountsConfig(PlatformApp):
    name = "apps.accounts"
    label = "accounts"
    verbose_name = _("Konten")
    site_urls = True
    desk_entrances = (
        Entrance(
            title=_("Konten"),
            url_name="desk_accounts",
            icon="users",
            hint=_("Wer hier arbeitet und mit welchen Aufgaben"),
            roles=("administrator",),
            order=800,
        ),
        Entrance(
            title=_("Mein Zugang"),
            url_name="desk_access",
            icon="lock",
            hint=_("Passwort, zweiter Faktor und Schlüssel für QGIS"),
            order=950,
        ),
    )

    def ready(self) -> None:
        from apps.accounts import checks  # noqa: F401

        autodiscover_modules("leaving")
