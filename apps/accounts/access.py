"""The doors of the desk: who may enter a page below ``/intern/``, and who stands before an internal outlet."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts import services
from apps.accounts.keys import access_token_of
from apps.accounts.models import User
from apps.places.requests import TownRequest

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def _for_staff(*methods: str) -> Callable[..., Callable[[View], View]]:
    def staff(*roles: str) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            checked = require_http_methods(list(methods))(view)

            @wraps(view)
            def guarded(request: TownRequest, *args: object, **kwargs: object) -> HttpResponseBase:
                if not request.user.is_authenticated:
                    return redirect_to_login(request.get_full_path())
                town = request.municipality
                if not town or not request.user.has_role(town.pk, *roles):
                    raise Http404
                return checked(request, *args, **kwargs)

            vars(guarded)["staff_roles"] = roles  # for the matrix of who may enter where
            return cast(View, guarded)

        return decorate

    return staff


# Each lets only staff of ``request.municipality`` in who hold one of the named roles (none named: any role).
# Anonymous visitors are sent to the sign-in page and come back afterwards. Everybody else gets a 404, as if the page
# did not exist. Nothing below ``/intern/`` may be stored by anybody: ``middleware.py`` says so in each answer.
#: A page for reading.
staff_page = _for_staff("GET", "HEAD")
#: A page with a form that comes back to it.
staff_form = _for_staff("GET", "HEAD", "POST")
#: A button.
staff_act = _for_staff("POST")


def actor_of(request: HttpRequest) -> User | None:
    """Return the member of staff before an internal outlet, or None: answer 401 with ``WWW-Authenticate: Basic``.

    An access token (Basic for QGIS, or Bearer) goes before the session. What the person may see is not decided here.
    """
    if "Authorization" in request.headers:
        token = access_token_of(request, timezone.localdate())
        if token is None:
            return None
        services.note_use(secret=token)
        return token.user
    return request.user if isinstance(request.user, User) else None
