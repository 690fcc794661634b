"""The rules, with a pin to test them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_page
from apps.accounts.models import Role
from apps.accounts.requests import StaffRequest
from apps.departments import conditions, explanations
from apps.departments.forms import TestPinForm
from apps.departments.models import Jurisdiction
from apps.departments.questions import questions_of
from apps.departments.routing import NoTriageDesk, Routing, route
from apps.departments.soundness import broken_rules
from apps.geo.degrees import to_degrees
from apps.places.models import Municipality


@staff_page(Role.Code.ADMINISTRATOR)
def rules(request: StaffRequest) -> HttpResponse:
    """List the rules by category, and answer for a test pin (``?category=…&lat=…&lon=…`` or ``&address=…``)."""
    town = request.municipality
    form = TestPinForm(request.GET if "category" in request.GET else None, municipality=town)
    routing = problem = None
    if form.is_bound and form.is_valid():
        try:
            routing = route(form.cleaned_data["category"], form.cleaned_data["point"])
        except NoTriageDesk as missing:
            problem = str(missing)
    pin = to_degrees(form.cleaned_data["point"]) if routing else None
    listed = _rules_of(town)
    open_only = request.GET.get("offen") == "1"
    broken = broken_rules(town.pk)
    return render(
        request,
        "departments/rules.html",
        {
            "form": form,
            "routing": routing,
            "problem": problem,
            "pin": pin,
            "candidates": _told(routing) if routing else [],
            "sections": _sections([rule for rule in listed if rule.to_confirm or not open_only], broken),
            "broken": [{"rule": rule, "problems": broken[rule.pk]} for rule in listed if rule.pk in broken],
            "total": len(listed),
            "open": sum(rule.to_confirm for rule in listed),
            "open_only": open_only,
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def _rules_of(town: Municipality) -> list[Jurisdiction]:
    return list(
        Jurisdiction.objects.filter(municipality=town)
        .select_related("category__group", "group", "area", "executor", "owner", "copy_to")
        .order_by("category__group__order", "category__order", "category__name", "group__order", "-priority", "pk")
    )


def _sections(rules: list[Jurisdiction], broken: dict[int, list[str]]) -> list[dict[str, object]]:
    """Return the rules under the heading of their category, group or "everything", each with its place in words."""
    sections: dict[str, dict[str, Any]] = {}
    for rule in rules:
        subject = rule.category or rule.group
        title = str(subject) if subject else _("Alle Kategorien")
        key = f"{'category' if rule.category else 'group'}-{subject.pk if subject else 0}"
        section = sections.setdefault(key, {"title": title, "icon": subject.icon if subject else "layers", "rows": []})
        problems = broken.get(rule.pk, [])
        section["is_broken"] = section.get("is_broken") or bool(problems)
        questions = questions_of(rule.category) if rule.category and rule.answers else ()
        section["rows"].append(
            {
                "rule": rule,
                "where": explanations.where(rule),
                "conditions": conditions.in_words(rule, questions),
                "problems": problems,
            }
        )
    return list(sections.values())


def _told(routing: Routing) -> list[dict[str, object]]:
    return [
        {
            "candidate": candidate,
            "why": explanations.standing(routing, candidate),
            "wins": candidate.rule is routing.rule,
        }
        for candidate in routing.candidates
    ]
