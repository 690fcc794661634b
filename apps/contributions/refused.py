"""A form of citizens that was not taken: shown again with what was typed, and why."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.contributions.limits import TooMany


def show_refused(
    request: HttpRequest, template: str, context: dict[str, Any], refusal: Exception, *, status: int = 409
) -> HttpResponse:
    """Render the page with the refusal as ``notice``; after ``TooMany`` with its status and ``Retry-After``."""
    if isinstance(refusal, TooMany):
        status = refusal.status
    response = render(request, template, {**context, "notice": str(refusal)}, status=status)
    if isinstance(refusal, TooMany):
        response["Retry-After"] = str(refusal.retry_after)
    return response
