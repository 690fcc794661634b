"""How much another system may send with one API key: far above an honest day, far below what hurts."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from apps.contributions.limits import DAY, HOUR, take_in_turn

#: Requests of one key, and the window in seconds.
PER_KEY = ((600, HOUR), (5_000, DAY))


class _Throttled(Throttled):
    """A 429 with our sentence alone: DRF would add when the key is open again, in words of its own."""

    def __init__(self, sentence: str, wait: int) -> None:
        super().__init__(detail=sentence)
        self.wait = wait


class ApiKeyThrottle(BaseThrottle):
    """Count each request of a key before its body is read; 429 with ``Retry-After`` (seconds) beyond the limit.

    Counted in the database in one statement, so that parallel requests and several processes cannot slip through
    (threat W11). Not per address: all of a system's citizens come from one.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Return True, or raise ``Throttled`` with a sentence."""
        passed = take_in_turn([(f"api-{seconds}", str(request.auth.pk), limit, seconds) for limit, seconds in PER_KEY])
        if passed < len(PER_KEY):
            seconds = PER_KEY[passed][1]
            wait = _("in einer Stunde") if seconds <= HOUR else _("morgen")
            told = _("Mit diesem Schlüssel kam sehr viel an. Bitte senden Sie %(wait)s weiter.") % {"wait": wait}
            raise _Throttled(told, seconds)
        return True
