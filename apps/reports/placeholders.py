"""The words in braces of a reply template, and what they become for one report."""

import re

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from apps.reports.models import Report

#: Each placeholder with what it stands for, as the editor explains it.
PLACEHOLDERS = {
    "nummer": lazy("die Nummer der Meldung"),
    "kategorie": lazy("die Kategorie"),
    "ort": lazy("Adresse oder Ortsteil"),
    "eingang": lazy("der Tag, an dem die Meldung kam"),
    "stand": lazy("der Bearbeitungsstand"),
    "stelle": lazy("die zuständige Stelle"),
    "gemeinde": lazy("der Name der Gemeinde"),
    "heute": lazy("das heutige Datum"),
}
_BRACES = re.compile(r"\{([^{}\n]*)\}")


class UnknownPlaceholder(ValueError):
    """A template names something that no report has. Its text is a sentence for its author."""


def check_placeholders(text: str) -> None:
    """Raise ``UnknownPlaceholder`` unless every word in braces is known and every brace has its partner."""
    unknown = [word for word in _BRACES.findall(text) if word.strip().lower() not in PLACEHOLDERS]
    if unknown:
        raise UnknownPlaceholder(
            _("{%(word)s} kennen wir nicht. Möglich sind: %(known)s.")
            % {"word": unknown[0], "known": ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)}
        )
    if re.search(r"[{}]", _BRACES.sub("", text)):
        raise UnknownPlaceholder(_("Eine geschweifte Klammer hat keine Partnerin. Beispiel: {nummer}"))


def fill(text: str, report: Report) -> str:
    """Return a template's text for one report; needs ``category``, ``executor`` and ``municipality``."""
    values: dict[str, object] = {
        "nummer": report.reference,
        "kategorie": report.category.name,
        "ort": report.address or report.district or _("der gemeldeten Stelle"),
        "eingang": date_format(timezone.localtime(report.created_at), "d.m.Y"),
        "stand": report.get_status_display(),
        "stelle": report.executor.name,
        "gemeinde": report.municipality.name,
        "heute": date_format(timezone.localdate(), "d.m.Y"),
    }
    return _BRACES.sub(lambda found: str(values.get(found[1].strip().lower(), found[0])), text)
