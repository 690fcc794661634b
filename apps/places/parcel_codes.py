"""The name of a parcel: the Flurstückskennzeichen of ALKIS (AdV, GeoInfoDok, AX_Flurstueck), 20 characters.

Land (2), Gemarkungsnummer (4), Flurnummer (3), Zähler (5), Nenner (4), Flurstücksfolge (2); what does not exist is
filled with ``_``. In Saxony most Gemarkungen have no Flur.
"""

import re
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

LENGTH = 20
PATTERN = r"^[0-9]{6}([0-9]{3}|_{3})[0-9]{5}([0-9]{4}|_{4})([0-9]{2}|_{2})$"


@dataclass(frozen=True)
class ParcelCode:
    """The parts of a Flurstückskennzeichen; ``section`` (Flur), ``denominator`` and ``sequence`` (Flurstücksfolge) may
    not exist (None)."""

    district_key: str
    section: int | None
    numerator: int
    denominator: int | None = None
    sequence: int | None = None

    @classmethod
    def parse(cls, code: str) -> Self:
        """Return the parts; raises ``ValueError`` for what is no code. Registers leave out the blanks at the end."""
        full = code.strip().ljust(LENGTH, "_")
        if not re.fullmatch(PATTERN, full):
            raise ValueError(f"no Flurstückskennzeichen: {code!r}")
        section, denominator, sequence = (
            int(part) if (part := full[start:end].strip("_")) else None for start, end in ((6, 9), (14, 18), (18, 20))
        )
        return cls(full[:6], section, int(full[9:14]), denominator, sequence)

    @property
    def full(self) -> str:
        """The 20 characters."""
        optional = ((self.section, 3), (self.denominator, 4), (self.sequence, 2))
        section, denominator, sequence = ("_" * n if part is None else f"{part:0{n}}" for part, n in optional)
        return f"{self.district_key}{section}{self.numerator:05}{denominator}{sequence}"

    @property
    def number(self) -> str:
        """The number as people write it: ``123/4``."""
        return f"{self.numerator}" if self.denominator is None else f"{self.numerator}/{self.denominator}"

    @property
    def words(self) -> str:
        """Flur, if there is one, and number."""
        if self.section is None:
            return self.number
        return _("Flur %(section)d, %(number)s") % {"section": self.section, "number": self.number}
