"""Where the rules leave something open: a list with hectares, and a map."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_page
from apps.accounts.models import Role
from apps.accounts.requests import StaffRequest
from apps.departments.coverage import CoverageTooLong, Finding, as_features, open_questions
from apps.departments.desk.shapes import outline_of
from apps.departments.models import Category

#: The map draws no more than a browser moves smoothly; the list is complete.
DRAWN = 300


@staff_page(Role.Code.ADMINISTRATOR)
def coverage(request: StaffRequest) -> HttpResponse:
    """List gaps, ties and overhangs of the town, of all categories or of one (``?kategorie=code``)."""
    town, problem = request.municipality, ""
    categories = Category.objects.of_town(town.pk).active().for_picker()
    code = request.GET.get("kategorie", "")[:40]
    chosen = next((category for category in categories if category.code == code), None)
    findings, problem = _measured(town.pk)
    if chosen:
        # What a group or everything shares concerns each of its categories.
        findings = [
            f
            for f in findings
            if f.category == chosen or (f.category is None and f.rules[0].group_id in (None, chosen.group_id))
        ]
    drawn = as_features(findings[:DRAWN])
    drawn["features"] = [*outline_of(town), *drawn["features"]]
    numbered = list(enumerate(findings, start=1))
    return render(
        request,
        "departments/coverage.html",
        {
            "categories": categories,
            "chosen": chosen,
            "problem": problem,
            "count": len(findings),
            "gaps": [(n, f) for n, f in numbered if f.kind == "gap"],
            "ties": [(n, f) for n, f in numbered if f.kind == "tie"],
            "overhangs": [(n, f) for n, f in numbered if f.kind == "overhang"],
            "drawn": drawn,
        },
    )


def _measured(municipality_id: int) -> tuple[list[Finding], str]:
    """Return what is open, and a sentence when the town is too large to measure everything while somebody waits."""
    try:
        return open_questions(municipality_id), ""
    except CoverageTooLong:
        without = _(
            "Die Streifen an Straßen und Objekten sind zu viele, um sie während Ihres Wartens zu messen. Gezeigt wird, "
            "was ohne sie offen bleibt."
        )
    try:
        return open_questions(municipality_id, strips=False), without
    except CoverageTooLong as refusal:
        return [], str(refusal)
