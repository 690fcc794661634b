"""The examples: pins with the department that has to answer, checked by the rules of today."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_act, staff_form
from apps.accounts.models import Role
from apps.accounts.requests import StaffRequest
from apps.departments import services
from apps.departments.answers import told
from apps.departments.desk.shapes import GREEN, RED, degrees_of, outline_of, pin
from apps.departments.example_forms import ExampleForm
from apps.departments.examples import answered
from apps.departments.models import Department, RoutingExample
from apps.departments.questions import questions_of
from apps.geo.refusals import said_at


@staff_form(Role.Code.ADMINISTRATOR)
def examples(request: StaffRequest) -> HttpResponse:
    """List the examples by category, wrong ones first; POST keeps a new one, the query may fill in its form."""
    town = request.municipality
    given = {name: request.GET[name][:200] for name in ExampleForm.base_fields if name in request.GET}
    form = ExampleForm(request.POST or None, municipality=town, initial=given)
    if "fragen" in request.GET:
        # A script asks for the questions of the category that was just chosen.
        return render(request, "departments/example_questions.html", {"form": form})
    asks = request.method == "POST" and form.has_unseen_questions
    if request.method == "POST" and not asks and form.is_valid():
        with said_at(form, "address"):
            services.save_example(
                category=form.cleaned_data["category"],
                point=form.cleaned_data["point"],
                department=form.cleaned_data["department"],
                note=form.cleaned_data["note"],
                answers=form.cleaned_data["answers"],
                actor=request.user,
            )
            messages.success(request, _("Das Beispiel ist gemerkt. Ab jetzt prüft es jede Änderung der Regeln."))
            return redirect("desk_examples")
    kept = list(RoutingExample.objects.filter(municipality=town).select_related("category__group", "department"))
    found = answered(town.pk)
    desks = {desk.pk: desk for desk in Department.objects.filter(municipality=town)}
    degrees = degrees_of(kept)
    rows: list[dict[str, Any]] = [
        {
            "example": example,
            "found": desks.get(found[example.pk].executor or 0),
            "holds": found[example.pk].executor == example.department_id,
            "answers": told(questions_of(example.category), example.answers),
        }
        for example in kept
    ]
    pins = [
        pin(
            str(row["example"].pk),
            f"{row['example'].category.name}: {row['example'].department.name}",
            GREEN if row["holds"] else RED,
            *degrees[row["example"].pk],
        )
        for row in rows
    ]
    context = {
        "form": ExampleForm(municipality=town, initial=_typed(request)) if asks else form,
        "asks": asks,
        "sections": _sections(rows),
        "total": len(rows),
        "wrong": sum(not row["holds"] for row in rows),
        "drawn": {"type": "FeatureCollection", "features": [*outline_of(town), *pins]},
    }
    return render(request, "departments/examples.html", context, status=422 if form.errors and not asks else 200)


def _typed(request: StaffRequest) -> dict[str, str]:
    """Return what stands in a form that is shown once more, because a category asks something."""
    return {name: str(request.POST[name])[:200] for name in ExampleForm.base_fields if name in request.POST}


def _sections(rows: list[dict[str, Any]]) -> list[dict[str, object]]:
    """Return the rows under their category, those with a contradiction first."""
    sections: dict[int, dict[str, Any]] = {}
    for row in rows:
        category = row["example"].category
        section = sections.setdefault(category.pk, {"category": category, "rows": [], "wrong": 0})
        section["rows"].append(row)
        section["wrong"] += not row["holds"]
    return sorted(sections.values(), key=lambda section: not section["wrong"])


@staff_act(Role.Code.ADMINISTRATOR)
def example_delete(request: StaffRequest, example_id: int) -> HttpResponse:
    """Forget an example."""
    example = get_object_or_404(RoutingExample.objects.filter(municipality=request.municipality), pk=example_id)
    services.delete_example(example=example, actor=request.user)
    messages.success(request, _("Das Beispiel ist gelöscht."))
    return redirect("desk_examples")
