"""Text of places folded for comparison: what people type and what the gazetteer holds meet in one spelling."""

import re
import unicodedata

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "ł": "l"})


def fold(text: str) -> str:
    """Return the text in small ASCII letters, digits and single blanks, with "Straße" shortened to "str".

    "Grimmaische Straße 12 a" and "GRIMMAISCHE STR. 12A" both become "grimmaische str 12a". Every row of
    ``Address.search`` is written with this function, and every query goes through it.
    """
    # Compose first: "a" with a combining diaeresis is an "ä", not an accent to drop.
    small = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    bare = "".join(c for c in unicodedata.normalize("NFKD", small) if not unicodedata.combining(c))
    words = re.sub(r"[^a-z0-9]+", " ", bare).strip()
    words = re.sub(r"str(?:asse|ase)?\b", "str", words)
    # A house number keeps its letter, however it was typed: "12 a" is "12a".
    return re.sub(r"\b(\d{1,4}) ([a-h])\b", r"\1\2", words)


def fold_address(street: str, house_number: str, postcode: str, district: str) -> str:
    """Return what stands in ``Address.search`` for one address."""
    return fold(f"{street} {house_number} {postcode} {district}")


def split_number(folded: str) -> tuple[str, str]:
    """Return a folded query as (words, house number): ``("grimmaische str", "12a")``; the number may be empty.

    What follows the number (postcode, town) is dropped. "str des 17 juni" has no house number.
    """
    found = re.fullmatch(r"(.*[a-z].*)(?<! des) (\d{1,4}[a-h]?)(?: .*)?", folded)
    return (found[1], found[2]) if found else (folded, "")
