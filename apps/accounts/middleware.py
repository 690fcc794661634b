"""What holds for every page behind the sign-in."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

PRIVATE = ("/intern/", "/konto/")
# In the session: when it began and when it was last seen, in seconds since 1970.
SEEN = "began_and_seen"
# The session is written once in this time, not with every request.
SEEN_EVERY_SECONDS = 60


class StaffSessionMiddleware:
    """Ends a session that was idle for too long, and forbids every store to keep a page from behind the sign-in.

    Public pages pass untouched: they neither read nor write a session, so their readers get no cookie. However busy, a
    session ends SESSION_COOKIE_AGE after its first page (ASVS 5.0, 7.3): Django alone would prolong it with each write.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PRIVATE):
            return self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            self._watch(request)
        response = self.get_response(request)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _watch(self, request: HttpRequest) -> None:
        if not request.user.is_authenticated:
            return
        now = int(timezone.now().timestamp())
        began, seen = request.session.get(SEEN, (now, 0))
        if now - began > settings.SESSION_COOKIE_AGE or (seen and now - seen > settings.SESSION_IDLE_SECONDS):
            logout(request)
        elif now - seen > SEEN_EVERY_SECONDS:
            request.session[SEEN] = [began, now]
