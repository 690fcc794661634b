"""The steps of a handover as lines of the desk's history."""

from typing import Any

from django.utils.translation import gettext as _

#: Step → (sentence with %(name)s, icon).
STEPS = {
    "told": ("Weitergegeben an: %(name)s, per %(way)s", "mail"),
    "no_way": ("%(name)s ist nicht zu erreichen: keine E-Mail-Adresse, keine Schnittstelle", "warning"),
    "arrived": ("%(name)s führt die Meldung unter der Nummer %(number)s", "external"),
    "taken_over": ("%(name)s hat übernommen", "check"),
    "asked": ("Rückfrage von %(name)s", "help"),
    "answered": ("Antwort an %(name)s", "comment"),
    "done": ("%(name)s meldet: erledigt", "check"),
    "refused": ("%(name)s sagt: nicht zuständig", "sign"),
    "withdrawn": ("%(name)s ist nicht mehr gefragt", "close"),
    "reminded": ("%(name)s ist erinnert worden", "clock"),
    "escalated": ("%(name)s hat nicht geantwortet: die Eingangsstelle ist benachrichtigt", "warning"),
    "status": ("%(name)s meldet den Stand „%(status)s“", "external"),
    "resent": ("Noch einmal gesendet an %(name)s", "mail"),
}


def title_of(data: dict[str, Any]) -> str:
    """Return the sentence of a ``handover`` event's data."""
    sentence, _icon = STEPS.get(data.get("step", ""), ("%(name)s", ""))
    values = {"name": "", "way": "", "number": "", "status": "", **data}
    return _(sentence) % values


def icon_of(data: dict[str, Any]) -> str:
    """Return the icon of a ``handover`` event's step."""
    return STEPS.get(data.get("step", ""), ("", "arrow-right"))[1]
