from django.utils.module_loading import autodiscover_modules

from apps.geo.config import PlatformApp


class GeoConfig(PlatformApp):
    name = "apps.geo"
    label = "geo"

    def ready(self) -> None:
        # Imported for what they register: the system checks, and <public_id:…> for every app's addresses.
        from apps.geo import checks, url_ids  # noqa: F401

        autodiscover_modules("layers")
