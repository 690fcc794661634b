"""A rule or a category in words, line by line, and what differs between two of them."""

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from apps.departments import conditions, explanations
from apps.departments.models import Category, Jurisdiction
from apps.departments.questions import questions_of
from apps.geo.drawn_check import measure

Lines = dict[str, str]


def rule_in_words(rule: Jurisdiction) -> Lines:
    """Return label → words of everything that a rule says; the same labels for every rule."""
    questions = questions_of(rule.category) if rule.category else ()
    area = ""
    if rule.own_area is not None:
        size = number_format(round(measure(rule.own_area).area_m2), 0, force_grouping=True)
        area = _("%(size)s m², %(n)d Eckpunkte") % {"size": size, "n": rule.own_area.num_coords}
    return {
        _("gilt für"): str(rule.category or rule.group or _("alle Kategorien")),
        _("wo"): explanations.where(rule),
        _("gezeichnete Fläche"): area,
        _("Antworten"): "; ".join(conditions.answers_in_words(rule.answers, questions)),
        _("Zeit"): "; ".join(conditions.time_in_words(rule.season_from, rule.season_to, rule.weekdays)),
        _("ausführende Stelle"): str(rule.executor),
        _("Träger"): str(rule.owner or ""),
        _("Kopie an"): str(rule.copy_to or ""),
        _("Begründung"): rule.reason,
        _("Vorrang"): str(rule.priority),
        _("gültig ab"): date_format(rule.valid_from, "d.m.Y"),
        _("gültig bis vor"): date_format(rule.valid_to, "d.m.Y") if rule.valid_to else "",
        _("bestätigt"): _("noch nicht") if rule.to_confirm else _("ja"),
    }


def category_in_words(category: Category) -> Lines:
    """Return label → words of everything that a category says, a line for each question."""
    lines = {
        _("Name"): category.name,
        _("Gruppe"): str(category.group),
        _("Erläuterung"): category.hint,
        _("Stichwörter"): ", ".join(category.keywords),
        _("Hinweis bei Gefahr"): category.urgent_text if category.is_urgent else "",
        _("wird angeboten"): _("ja") if category.is_active else _("nein"),
    }
    for number, question in enumerate(questions_of(category), 1):
        answers = ", ".join(f"{o.label} → {o.advice}" if o.advice else o.label for o in question.offered)
        parts = [question.label, question.kind_in_words, answers]
        if question.is_retired:
            parts.append(_("wird nicht mehr gefragt"))
        if question.is_public:
            parts.append(_("öffentlich"))
        lines[_("Frage „%(key)s“") % {"key": question.key}] = f"{number}. " + "; ".join(filter(None, parts))
    return lines


def in_words(row: Category | Jurisdiction) -> Lines:
    """Return the lines of a rule or a category."""
    return rule_in_words(row) if isinstance(row, Jurisdiction) else category_in_words(row)


def differing(before: Lines, after: Lines) -> list[tuple[str, str, str]]:
    """Return (label, before, after) for every line that differs, in the order of the lines."""
    labels = list(dict.fromkeys([*before, *after]))
    return [
        (label, before.get(label, ""), after.get(label, ""))
        for label in labels
        if before.get(label, "") != after.get(label, "")
    ]
