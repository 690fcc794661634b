"""Who calls the REST API: another system, with a key of one town."""

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts import services
from apps.accounts.keys import api_key_of, authorization
from apps.accounts.models import ApiKey


class ApiKeyAuthentication(BaseAuthentication):
    """``Authorization: Api-Key …``. ``request.auth`` is the ApiKey, ``request.auth.municipality`` its town.

    Runs before the body is parsed and never touches ``request.data``: without a valid key nothing of a caller's bytes
    reaches a parser. A wrong key is a 401; without any key ``HasApiKey`` answers 401 too.
    """

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        http_request = request._request
        if authorization(http_request)[0] != "api-key":
            return None
        key = api_key_of(http_request)
        if key is None:
            raise AuthenticationFailed
        services.note_use(secret=key)
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        """RFC 9110 11.6.1: a 401 says how to authenticate."""
        return 'Api-Key realm="api"'


class HasApiKey(BasePermission):
    """Lets only callers with a valid API key pass; the others get 401 before their body is read."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, ApiKey)
