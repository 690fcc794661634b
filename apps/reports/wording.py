"""Words in a description that deserve a hint before sending. They only ever warn; nothing is refused for its words."""

import re

from django.utils.translation import gettext as _

_DANGER = re.compile(
    r"\b(notfall|lebensgefahr|verletzt\w*|bewusstlos|brennt|feuer|rauch(?:t|entwicklung)?|gasgeruch|riecht nach gas|"
    r"gas tritt aus|stromschlag|freiliegende\w* kabel|einsturz\w*|explosion|einbruch|überfall)\b",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}")
_PHONE = re.compile(r"(?<![\d.,])(?:\+49|0)[\d /()-]{6,16}\d(?!\d)")
_PLATE = re.compile(r"\b[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2} ?\d{1,4}[EH]?\b")


def hints_for(text: str) -> list[str]:
    """Return sentences for the person who is about to send ``text``; an empty list when nothing stands out."""
    hints = []
    if _DANGER.search(text):
        hints.append(
            _(
                "Ist jemand in Gefahr oder brennt etwas? Dann rufen Sie bitte sofort die 112, bei einer Straftat "
                "die 110. Meldungen werden nicht rund um die Uhr gelesen."
            )
        )
    if found := personal_data_in(text):
        hints.append(
            _(
                "In Ihrem Text steht etwas Persönliches (%(what)s). Wir nehmen es vor der Veröffentlichung heraus. "
                "Für Rückfragen sind die Kontaktfelder besser geeignet: Sie bleiben immer intern."
            )
            % {"what": ", ".join(found)}
        )
    return hints


def personal_data_in(text: str) -> list[str]:
    """Return what kinds of personal data a text seems to hold, in words; moderators see the same list."""
    kinds = ((_EMAIL, _("E-Mail-Adresse")), (_PHONE, _("Telefonnummer")), (_PLATE, _("Kfz-Kennzeichen")))
    return [name for pattern, name in kinds if pattern.search(text)]
