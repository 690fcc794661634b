from django.utils.translation import gettext_lazy as _

from apps.geo.config import PlatformApp


class PlacesConfig(PlatformApp):
    name = "apps.places"
    label = "places"
    verbose_name = _("Orte")
    site_urls = True
