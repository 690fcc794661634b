from django.utils.translation import gettext_lazy as _

from apps.geo.config import Entrance, PlatformApp


class SiteConfig(PlatformApp):
    """The composition root is an app as well: it has the texts, the desk's start page and the site's chrome."""

    name = "geo_platform"
    label = "geo_platform"
    verbose_name = _("Plattform")
    entrances = (Entrance(_("Karte"), "map", icon="map", hint=_("Alles auf einen Blick, mit Liste"), order=5),)
    desk_entrances = (
        Entrance(_("Übersicht"), "desk", icon="home", order=0),
        Entrance(
            _("Checkliste"),
            "checklist",
            icon="checklist",
            hint=_("Was noch einzurichten ist, bis die Stadt starten kann"),
            roles=("administrator",),
            order=900,
        ),
        Entrance(
            _("Texte"),
            "texts",
            icon="text",
            hint=_("Impressum, Datenschutz und die anderen Texte der Fußzeile"),
            roles=("administrator",),
            order=910,
        ),
    )
    footer_entrances = (
        Entrance(_("Über diese Plattform"), "text_about", order=10),
        Entrance(_("Leichte Sprache"), "text_simple_language", order=20),
        Entrance(_("Barrierefreiheit"), "text_accessibility", order=910),
        Entrance(_("Barriere melden"), "report_barrier", order=920),
        Entrance(_("Impressum"), "text_imprint", order=930),
        Entrance(_("Datenschutz"), "text_privacy", order=940),
        Entrance(_("Lizenzen"), "text_licences", order=950),
        Entrance(_("Anmeldung für Beschäftigte"), "account_login", order=990),
    )

    def ready(self) -> None:
        from geo_platform import checks  # noqa: F401  (registers the system checks)
