"""From an empty town to one that can start: what is there and what is missing, told from counts."""

from dataclasses import dataclass

from django.apps import apps
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import Role
from apps.places.models import Address, AdministrativeArea, BuiltUpArea, Municipality, Road
from geo_platform.models import REQUIRED_TEXTS, LegalText
from geo_platform.texts import placeholders


@dataclass(frozen=True)
class Task:
    """One line of the checklist. ``detail`` says what there is in numbers, ``how`` what to do, ``url`` where."""

    title: str | Promise
    done: bool
    detail: str
    how: str | Promise = ""
    url: str = ""


def tasks_of(town: Municipality) -> list[Task]:
    """Return the tasks of a town in the order in which they are best done (a fixed number of count queries)."""
    return [_boundary(town), _places(town), *_departments(town), _texts(town), _people(town)]


def _boundary(town: Municipality) -> Task:
    today = AdministrativeArea.objects.filter(municipality=town).valid_on(timezone.localdate())
    own = today.filter(kind=AdministrativeArea.Kind.MUNICIPALITY).count()
    neighbours = today.filter(kind=AdministrativeArea.Kind.NEIGHBOUR).count()
    return Task(
        _("Grenze der Gemeinde"),
        bool(own),
        _("Grenze: %(own)d, Nachbargemeinden: %(neighbours)d") % {"own": own, "neighbours": neighbours},
        _("Zeichnen, aus einer Datei lesen, oder mit den Nachbargemeinden einlesen: manage.py import_places"),
        reverse("desk_boundary"),
    )


def _places(town: Municipality) -> Task:
    roads = Road.objects.filter(municipality=town).count()
    addresses = Address.objects.filter(municipality=town).count()
    built_up = BuiltUpArea.objects.filter(municipality=town).count()
    return Task(
        _("Straßen, Ortslagen und Adressen"),
        bool(roads and addresses and built_up),
        _("Straßenstücke: %(roads)d, Ortslagen: %(built_up)d, Adressen: %(addresses)d")
        % {"roads": roads, "built_up": built_up, "addresses": addresses},
        _("Straßenklassen entscheiden, wer zuständig ist. Einlesen: manage.py import_places"),
    )


def _departments(town: Municipality) -> list[Task]:
    if not apps.is_installed("apps.departments"):
        return []
    from apps.departments.models import Category, Department, Jurisdiction
    from apps.departments.soundness import broken_rules

    departments = Department.objects.filter(municipality=town).count()
    without_mail = Department.objects.filter(municipality=town, email="").count()
    categories = Category.objects.filter(municipality=town, is_active=True).count()
    rules, broken = Jurisdiction.objects.filter(municipality=town).count(), len(broken_rules(town.pk))
    return [
        Task(
            _("Fachbereiche"),
            bool(departments),
            ngettext("%(n)d Fachbereich", "%(n)d Fachbereiche", departments) % {"n": departments}
            + (", " + _("ohne E-Mail-Adresse: %(n)d") % {"n": without_mail} if without_mail else ""),
            _("Jede Meldung landet bei einem Fachbereich; auch fremde Stellen stehen hier."),
            reverse("desk_departments"),
        ),
        Task(
            _("Kategorien"),
            bool(categories),
            ngettext("%(n)d Kategorie", "%(n)d Kategorien", categories) % {"n": categories},
            _("Worüber Bürgerinnen und Bürger etwas melden können."),
            reverse("desk_categories"),
        ),
        Task(
            _("Zuständigkeiten"),
            bool(rules) and not broken,
            ngettext("%(n)d Regel", "%(n)d Regeln", rules) % {"n": rules}
            + (", " + _("davon können nicht wirken wie gedacht: %(n)d") % {"n": broken} if broken else ""),
            _("Welche Kategorie an welchem Ort zu welchem Fachbereich gehört."),
            reverse("desk_rules"),
        ),
    ]


def _texts(town: Municipality) -> Task:
    texts = LegalText.objects.filter(municipality=town, slug__in=list(REQUIRED_TEXTS))
    bodies = list(texts.values_list("body", flat=True))
    open_places = sum(len(placeholders(body)) for body in bodies)
    detail = _("%(there)d von %(wanted)d Pflichttexten geschrieben") % {
        "there": len(bodies),
        "wanted": len(REQUIRED_TEXTS),
    }
    if open_places:
        detail += ", " + _("noch auszufüllende Stellen: %(n)d") % {"n": open_places}
    return Task(
        _("Impressum, Datenschutz, Barrierefreiheit, Lizenzen"),
        len(bodies) == len(REQUIRED_TEXTS) and not open_places,
        detail,
        _("Ohne diese Texte startet die Produktion nicht."),
        reverse("texts"),
    )


def _people(town: Municipality) -> Task:
    held = Role.objects.filter(municipality=town)
    people = held.values("user").distinct().count()
    clerks = held.filter(role=Role.Code.CLERK).count()
    moderators = held.filter(role=Role.Code.MODERATOR).count()
    return Task(
        _("Menschen und Rollen"),
        bool(clerks and moderators),
        ngettext("%(n)d Konto", "%(n)d Konten", people) % {"n": people}
        + ", "
        + _("Sachbearbeitung: %(clerks)d, Moderation: %(moderators)d") % {"clerks": clerks, "moderators": moderators},
        _("Mindestens eine Person bearbeitet Meldungen, und eine gibt sie frei."),
        reverse("desk_accounts"),
    )
