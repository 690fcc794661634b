"""Which categories a text speaks of. Suggests and warns; nothing is ever rejected because of a word."""

from collections.abc import Iterable

from apps.departments.models import Category
from apps.places.folding import fold

#: From this length on a keyword also counts inside a compound ("Straßenlaterne"); shorter ones would hit by chance.
COMPOUND_LENGTH = 6


def match_keywords(text: str, *, municipality: int, categories: Iterable[Category] | None = None) -> list[Category]:
    """Return the active categories whose keywords stand in ``text``, the best match first.

    ``municipality`` is a primary key; ``categories`` spares the query where the caller has them already. Umlauts, case
    and "Straße"/"Str." do not matter. Of two categories the one with more and longer words found comes first.
    """
    said = f" {fold(text)}"
    if categories is None:
        categories = Category.objects.of_town(municipality).active().for_picker()
    scored = [(sum(_weight(said, keyword) for keyword in category.keywords), category) for category in categories]
    # sorted() is stable: equal scores keep the order of the picker.
    return [category for score, category in sorted(scored, key=lambda pair: -pair[0]) if score]


def _weight(said: str, keyword: str) -> int:
    word = fold(keyword)
    if not word:
        return 0
    found = f" {word}" in said if len(word) < COMPOUND_LENGTH else word in said
    return len(word) if found else 0
