"""Secret links: of an idea for whoever had it, of a support for whoever gave it."""

from django.urls import reverse

from apps.contributions.tokens import derive_token, hash_token, known_token
from apps.ideas.models import Idea, Support
from apps.places.links import public_url

_IDEA, _SUPPORT = "idea-status", "idea-support"


def give_status_token(idea: Idea) -> None:
    """Set the hash of the secret link of whoever had the idea."""
    idea.status_token_hash = hash_token(derive_token(_IDEA, idea.public_id, idea.idempotency_key))


def status_token(idea: Idea) -> str:
    """Return the secret of the status link; empty for ideas that staff entered, and after a new secret key."""
    return known_token(idea.status_token_hash, _IDEA, idea.public_id, idea.idempotency_key)


def status_url(idea: Idea) -> str:
    """Return the absolute address of the status page, empty where there is none."""
    token = status_token(idea)
    return public_url(idea.municipality, reverse("ideas:status", args=[token])) if token else ""


def detail_url(idea: Idea) -> str:
    """Return the absolute address of the public page."""
    return public_url(idea.municipality, reverse("ideas:detail", args=[idea.public_id]))


def support_token_hash(idea: Idea, identity: str) -> str:
    """Return what the database keeps of a support's secret link."""
    return hash_token(derive_token(_SUPPORT, idea.public_id, identity))


def support_url(support: Support) -> str:
    """Return the absolute secret link by which a supporter confirms and withdraws; empty after a new secret key."""
    token = known_token(support.token_hash, _SUPPORT, support.idea.public_id, support.identity)
    return public_url(support.municipality, reverse("ideas:supporting", args=[token])) if token else ""


def find_support(token: str) -> Support | None:
    """Return the support behind a secret link, None without one."""
    found = Support.objects.filter(token_hash=hash_token(token))
    return found.select_related("idea__municipality", "idea__call", "idea__merged_into", "municipality").first()
