"""The secret link of a report: its token, and its address for mails."""

from django.urls import reverse

from apps.contributions.tokens import derive_token, hash_token, known_token
from apps.places.links import public_url
from apps.reports.models import Report

_PURPOSE = "report-status"


def give_status_token(report: Report) -> str:
    """Set the hash of the report's secret link and return the secret (128 bit)."""
    token = derive_token(_PURPOSE, report.public_id, report.idempotency_key)
    report.status_token_hash = hash_token(token)
    return token


def status_token(report: Report) -> str:
    """Return the secret of the status link; empty when the installation's secret was replaced since."""
    return known_token(report.status_token_hash, _PURPOSE, report.public_id, report.idempotency_key)


def status_url(report: Report) -> str:
    """Return the absolute secret link for the reporter, empty when it cannot be made any more."""
    token = status_token(report)
    return public_url(report.municipality, reverse("reports:status", args=[token])) if token else ""
