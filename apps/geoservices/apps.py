from django.utils.translation import gettext_lazy as _

from apps.geo.config import Entrance, PlatformApp


class GeoservicesConfig(PlatformApp):
    name = "apps.geoservices"
    label = "geoservices"
    verbose_name = _("Geodienste")
    site_urls = True
    footer_entrances = (Entrance(_("Daten und Schnittstellen"), "downloads", order=20),)
    desk_entrances = (
        Entrance(
            _("Daten und Schnittstellen"),
            "intern_downloads",
            icon="map",
            hint=_("Alle Ebenen mit internen Angaben als Datei, OGC API oder Kacheln"),
            order=80,
        ),
    )

    def ready(self) -> None:
        from apps.geo.stills import attributed_by, tiles_drawn_by
        from apps.geoservices.tile_proxy import basemap_config, paper_tile

        attributed_by(lambda: str(basemap_config()["attribution"]))
        tiles_drawn_by(paper_tile)
