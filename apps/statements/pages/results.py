"""What everybody may read of a weighing: concerns, decisions, reasons. No number, no name, no place of anybody."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.places.requests import TownRequest
from apps.statements.models import ProcedureFile, Segment
from apps.statements.pages.writing import public_consultation


@require_safe
def results(request: TownRequest, public_id: str) -> HttpResponse:
    """The published result of a consultation; 404 until somebody has published it."""
    consultation = public_consultation(request, public_id)
    file = ProcedureFile.objects.filter(consultation=consultation).exclude(results_published_at=None).first()
    if file is None:
        raise Http404
    segments = Segment.objects.filter(statement__consultation=consultation, statement__withdrawn_at=None).order_by(
        "statement__number", "position"
    )
    context = {
        "consultation": consultation,
        "file": file,
        "segments": segments.defer("place", "proposal"),
        "count": consultation.statements.counted().count(),
    }
    return render(request, "statements/results.html", context)
