from django.utils.translation import gettext_lazy as _

from apps.geo.config import PlatformApp


class GeofilesConfig(PlatformApp):
    name = "apps.geofiles"
    label = "geofiles"
    verbose_name = _("GIS-Dateien")
