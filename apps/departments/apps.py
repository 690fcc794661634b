from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from apps.geo.config import Entrance, PlatformApp


class DepartmentsConfig(PlatformApp):
    name = "apps.departments"
    label = "departments"
    verbose_name = _("Zuständigkeiten")
    site_urls = True
    desk_entrances = (
        Entrance(
            title=_("Zuständigkeiten"),
            url_name="desk_rules",
            icon="sign",
            hint=_("Wer wofür zuständig ist, mit einer Stelle zum Ausprobieren"),
            roles=("administrator",),
            order=700,
        ),
        Entrance(
            title=_("Fachbereiche"),
            url_name="desk_departments",
            icon="building",
            hint=_("Stellen, ihre Personen und die Kategorien"),
            roles=("administrator",),
            order=710,
        ),
    )

    def ready(self) -> None:
        """Let the kinds whose rows the rules route say so in their ``routed`` modules."""
        super().ready()
        autodiscover_modules("routed")
