"""A first set of categories for a town that has none."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.departments.demo import load_categories
from apps.departments.models import Category
from apps.geo.editing import ChangeRefused
from apps.places.models import Municipality


@transaction.atomic
def adopt_categories(*, municipality: Municipality, actor: User | None) -> int:
    """Give a town the common categories of Saxon municipalities (docs/glossary.md); returns how many.

    They are offered at once; each may be changed or closed. Raises ``ChangeRefused`` for a town that has some already.
    """
    with history(actor, action="adopt_categories"):
        Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
        if Category.objects.of_town(municipality.pk).exists():
            raise ChangeRefused(_("Es gibt schon Kategorien. Ergänzen oder ändern Sie diese."))
        _groups, categories = load_categories(municipality, settings.BASE_DIR / "fixtures" / "brandis")
        return len(categories)
