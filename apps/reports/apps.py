from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.geo.config import Entrance, PlatformApp
from apps.geo.staff import StaffMember


class ReportsConfig(PlatformApp):
    name = "apps.reports"
    verbose_name = _("Meldungen")
    site_urls = True
    entrances = (
        Entrance(
            title=_("Etwas melden"),
            url_name="reports:new",
            icon="report",
            hint=_("Schlagloch, dunkle Lampe, wilder Müll: Ein Hinweis mit Ort genügt."),
            order=10,
        ),
        Entrance(
            title=_("Meldungen"),
            url_name="reports:list",
            icon="list",
            hint=_("Sehen, was gemeldet wurde und wie es weitergeht."),
            order=20,
        ),
    )
    desk_entrances = (
        Entrance(
            title=_("Meldungen"),
            url_name="reports:inbox",
            icon="report",
            hint=_("Was gemeldet wurde, und was Ihre Stelle damit tut"),
            order=10,
        ),
        Entrance(
            title=_("Zahlen"),
            url_name="reports:desk_figures",
            icon="chart",
            hint=_("Was eingeht, was offen ist und wie lange es dauert"),
            order=500,
        ),
        Entrance(
            title=_("Antwortvorlagen"),
            url_name="reports:desk_templates",
            icon="text",
            hint=_("Sätze für Antworten, die oft gebraucht werden"),
            roles=("administrator",),
            order=94,
        ),
        Entrance(
            title=_("Meldung aufnehmen"),
            url_name="reports:staff_new",
            icon="phone",
            hint=_("Für jemanden am Telefon, am Schalter oder mit einem Brief"),
            roles=("clerk",),
            order=11,
        ),
    )

    def desk_counts(self, user: StaffMember, municipality_id: int) -> dict[str, str | Promise]:
        from apps.reports.desk.inbox import waiting

        return {"reports:inbox": waiting(user, municipality_id)}
