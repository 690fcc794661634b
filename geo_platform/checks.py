"""What must be true before the site may be run for a real town."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.utils.translation import gettext as _

from apps.places.models import Municipality
from geo_platform.texts import missing_texts


def faults_of_towns() -> list[str]:
    """Return a sentence for each town that may not go public: a text is missing, or it is a demonstration."""
    faults = []
    for town in Municipality.objects.order_by("pk"):
        if missing := missing_texts(town):
            faults.append(
                _("%(town)s (%(key)s): es fehlen Texte: %(texts)s. Laden: manage.py load_texts %(key)s ORDNER")
                % {"town": town.name, "key": town.key, "texts": ", ".join(missing)}
            )
        if town.is_demo:
            faults.append(
                _("%(town)s ist eine Demonstration und gehört nicht in die Produktion.") % {"town": town.name}
            )
    return faults


@register(deploy=True)
def check_towns(**_kwargs: object) -> list[CheckMessage]:
    """``manage.py check --deploy`` reports what ``refuse_incomplete_towns`` would stop at."""
    try:
        return [Error(fault, id="geo_platform.E001") for fault in faults_of_towns()]
    except DatabaseError:
        return [Warning("The towns cannot be checked: the database does not answer.", id="geo_platform.W001")]


def refuse_incomplete_towns() -> None:
    """Stop a production server at its start while a town lacks what the law asks for (called by ``wsgi.py``)."""
    if settings.PRODUCTION and (faults := faults_of_towns()):
        raise ImproperlyConfigured(" ".join(faults))
