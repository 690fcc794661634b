"""The proof of publication: what was reachable when, as page, JSON and PDF."""

import json

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.accounts.access import staff_page
from apps.accounts.requests import StaffRequest
from apps.consultations.desk.reading import find
from apps.consultations.publication.export import proof_document
from apps.consultations.publication.proof_pdf import proof_pdf as printed
from apps.consultations.publication.proof_pdf import readable
from apps.consultations.publication.reachability import CHECK_MINUTES
from apps.consultations.querysets import PLANNERS


@staff_page(*PLANNERS)
def proof(request: StaffRequest, public_id: str) -> HttpResponse:
    """Rounds with the time proven, interrupted and unproven, and every change that the public could see."""
    consultation = find(request, public_id)
    context = {
        "consultation": consultation,
        "proof": readable(proof_document(consultation, at=timezone.now())),
        "minutes": CHECK_MINUTES,
        "step": "proof",
    }
    return render(request, "consultations/desk_proof.html", context)


@staff_page(*PLANNERS)
def proof_json(request: StaffRequest, public_id: str) -> HttpResponse:
    """The whole chain, for ``manage.py verify_proof``."""
    consultation = find(request, public_id)
    document = proof_document(consultation, at=timezone.now())
    body = json.dumps(document, ensure_ascii=False, indent=1)
    return _file(body.encode(), "application/json", f"veroeffentlichungsnachweis-{consultation.public_id}.json")


@staff_page(*PLANNERS)
def proof_pdf(request: StaffRequest, public_id: str) -> HttpResponse:
    """The same in words, for the procedure file."""
    consultation = find(request, public_id)
    body = printed(proof_document(consultation, at=timezone.now()))
    return _file(body, "application/pdf", f"veroeffentlichungsnachweis-{consultation.public_id}.pdf")


def _file(body: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
