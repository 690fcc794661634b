"""Proof of work: the citizen's browser solves a small puzzle of our own making, and no third party learns of it.

The puzzle and the widget are django-altcha's. A solution counts for one contribution: whoever sends it again with
another form has none (threat W13). Without JavaScript there is no proof, and tighter limits apply; nobody is refused
for it.
"""

import base64
import json

import altcha
from django.core.cache import caches
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from django_altcha import get_altcha_challenge, get_challenge_expire_seconds, get_hmac_key
from django_altcha.conf import get_setting

from apps.contributions.limits import Trust

#: The browser tries up to so many numbers: about a second on a telephone of 2020.
DIFFICULTY = 50_000
MAX_LENGTH = 1_000
#: A person needs this long to read what they are about to send; a form older than a day proves nothing.
READING_SECONDS, FORM_LIVES_SECONDS = 3, 86_400

_clock = TimestampSigner(salt="apps.contributions.since")


@require_safe
def challenge(request: HttpRequest) -> JsonResponse:
    """Answer with a fresh puzzle for the widget; sets no cookie and is never stored."""
    # to_dict() and not __dict__: the widget reads "maxNumber" and without it searches twenty times as far.
    puzzle = get_altcha_challenge(max_number=DIFFICULTY).to_dict()
    return JsonResponse(puzzle, headers={"Cache-Control": "no-store"})


def now_signed() -> str:
    """Return the present moment, signed: a form carries it to tell later how long it was looked at."""
    return _clock.sign("")


def trust_in(*, solution: str, since: str, key: object) -> Trust:
    """Return how much speaks for a person behind the form with the idempotency key ``key``.

    ``solution`` is the widget's answer, ``since`` what ``now_signed`` gave when the form was shown.
    """
    if solution and _is_proof(solution, str(key)):
        return Trust.PROVEN
    try:
        _clock.unsign(since, max_age=FORM_LIVES_SECONDS)
    except BadSignature:
        return Trust.HASTY
    try:
        _clock.unsign(since, max_age=READING_SECONDS)
    except BadSignature:
        return Trust.PATIENT
    return Trust.HASTY


def _is_proof(solution: str, key: str) -> bool:
    """Is this a solution of one of our puzzles, in time, and not used for another form?"""
    if len(solution) > MAX_LENGTH:
        return False
    secret = get_hmac_key()  # a missing key is our fault, not a wrong solution
    try:
        is_right, _reason = altcha.verify_solution(solution, secret, check_expires=True)
        challenge = json.loads(base64.b64decode(solution))["challenge"] if is_right else ""
    except Exception:  # whatever a stranger writes into this field
        return False
    if not is_right:
        return False
    # One INSERT decides who was first; the same form sent twice is the same contribution.
    used = caches[get_setting("ALTCHA_CACHE_ALIAS")]
    name = f"proof:{challenge}"
    return bool(used.add(name, key, timeout=get_challenge_expire_seconds()) or used.get(name) == key)
