"""Keys that programs show: access tokens for QGIS, API keys for other systems."""

import base64
import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import keys, services
from apps.accounts.access import actor_of
from apps.accounts.authentication import ApiKeyAuthentication, HasApiKey
from apps.accounts.models import AccessToken, ApiKey
from geo_platform.urls import urlpatterns as site_urlpatterns


def outlet(request):
    actor = actor_of(request)
    return HttpResponse(actor.email if actor else "nobody")


class Writing(APIView):
    authentication_classes = (ApiKeyAuthentication,)
    permission_classes = (HasApiKey,)

    def post(self, request):
        return Response({"town": request.auth.municipality.key, "data": request.data}, status=201)


urlpatterns = [*site_urlpatterns, path("intern/outlet/", outlet), path("api/try/", Writing.as_view())]
pytestmark = pytest.mark.urls(__name__)


def basic(user, key):
    return "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()


@pytest.fixture
def token(fatma):
    return services.create_access_token(user=fatma, name="QGIS")


@pytest.mark.parametrize("scheme", [lambda key: basic("fatma@rasterstadt.example", key), lambda key: f"Bearer {key}"])
def test_qgis_gets_in_with_a_token(client, fatma, token, scheme):
    answer = client.get("/intern/outlet/", headers={"Authorization": scheme(token[1])})
    assert answer.content.decode() == fatma.email


def test_a_token_notes_the_day_of_its_use_once(client, token, django_assert_num_queries):
    headers = {"Authorization": f"Bearer {token[1]}"}
    client.get("/intern/outlet/", headers=headers)
    assert AccessToken.objects.get().last_used_on is not None
    with django_assert_num_queries(1):  # the token with its owner, unless the client has failed too often
        client.get("/intern/outlet/", headers=headers)


def test_the_password_of_the_account_is_no_token(client, fatma):
    headers = {"Authorization": basic(fatma.email, "geheim-geheim")}
    assert client.get("/intern/outlet/", headers=headers).content == b"nobody"


def test_a_wrong_token_is_not_made_up_for_by_a_session(client, fatma):
    client.force_login(fatma)
    assert client.get("/intern/outlet/").content.decode() == fatma.email
    assert client.get("/intern/outlet/", headers={"Authorization": "Bearer zs_wrong"}).content == b"nobody"


def test_a_client_that_has_guessed_too_often_does_not_get_in_with_the_right_token_either(client, token, monkeypatch):
    monkeypatch.setattr(keys, "FAILURE_LIMIT", 2)
    assert actor_of_key(client, token[1]) == "fatma@rasterstadt.example"
    for _ in range(2):
        assert actor_of_key(client, "zs_wrong") == "nobody"
    assert actor_of_key(client, token[1]) == "nobody"


@pytest.mark.parametrize(
    "header", ["Basic %%%", "Basic ", "Bearer", "Basic /////w==", "Bearer zs_\x7f\udcff", "Digest x"]
)
def test_a_broken_header_is_nobody(client, town, header):
    answer = client.get(
        "/intern/outlet/", headers={"Authorization": header.encode("latin-1", "replace").decode("latin-1")}
    )
    assert answer.content == b"nobody"


def test_on_its_last_day_a_token_works_and_the_day_after_not(client, token):
    today = dt.date.today()
    for expires_on, who in [(today + dt.timedelta(days=1), b"fatma@rasterstadt.example"), (today, b"nobody")]:
        AccessToken.objects.update(expires_on=expires_on)
        assert client.get("/intern/outlet/", headers={"Authorization": f"Bearer {token[1]}"}).content == who


def test_with_the_account_its_tokens_die(client, fatma, token, town):
    services.deactivate_account(user=fatma, municipality=town, actor=None)
    assert not AccessToken.objects.exists()


def test_the_key_itself_is_nowhere_stored(token, town):
    api = services.create_api_key(municipality=town, name="Ratsinfo")
    for row, key in (token, api):
        row.refresh_from_db()
        assert key not in {str(value) for value in row.__dict__.values()}
        assert len(row.digest) == 64


def test_the_page_shows_a_new_token_once(client, fatma):
    client.force_login(fatma)
    answer = client.post("/intern/zugang/", {"name": "QGIS am Arbeitsplatz"})
    key = next(word for word in answer.content.decode().replace("<", " ").replace(">", " ").split() if "zs_" in word)
    assert actor_of_key(client, key) == fatma.email
    assert key not in client.get("/intern/zugang/").content.decode()


def actor_of_key(client, key):
    return client.get("/intern/outlet/", headers={"Authorization": f"Bearer {key}"}).content.decode()


def test_one_revokes_only_one_s_own_tokens(client, token, emil):
    client.force_login(emil)
    client.post(f"/intern/zugang/{token[0].pk}/widerrufen/")
    assert AccessToken.objects.count() == 1
    client.force_login(token[0].user)
    client.post(f"/intern/zugang/{token[0].pk}/widerrufen/")
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Api-Key api_wrong"}, {"Authorization": "Bearer x"}])
def test_without_a_key_the_answer_is_401_before_the_body_is_read(client, town, headers):
    answer = client.post("/api/try/", b'{"broken', content_type="application/json", headers=headers)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Api-Key realm="api"'


def test_with_a_key_the_body_is_read(client, town):
    headers = {"Authorization": f"Api-Key {services.create_api_key(municipality=town, name='Ratsinfo')[1]}"}
    answer = client.post("/api/try/", b'{"a": 1}', content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()) == (201, {"town": town.key, "data": {"a": 1}})
    assert client.post("/api/try/", b'{"a', content_type="application/json", headers=headers).status_code == 400


def test_a_deactivated_key_opens_nothing(client, town, make_user):
    row, key = services.create_api_key(municipality=town, name="Ratsinfo")
    client.force_login(make_user("Alex", "administrator"))
    client.post(f"/intern/zugang/api/{row.pk}/widerrufen/")
    assert client.post("/api/try/", headers={"Authorization": f"Api-Key {key}"}).status_code == 401


def test_an_administrator_of_neuland_cannot_touch_rasterstadt_s_keys(client, town, other_town, make_user):
    row, _key = services.create_api_key(municipality=town, name="Ratsinfo")
    client.force_login(make_user("Nora", "administrator", municipality=other_town))
    client.post(f"/intern/zugang/api/{row.pk}/widerrufen/", headers={"Host": "neuland.example"})
    assert ApiKey.objects.get().is_active


def test_the_command_prints_a_key_for_the_only_town(town, settings):
    settings.DEFAULT_MUNICIPALITY = ""
    out, err = StringIO(), StringIO()
    call_command("create_api_key", "Ratsinfo", stdout=out, stderr=err)
    assert out.getvalue().strip().startswith("api_")
    assert ApiKey.objects.get().municipality == town


def test_the_command_asks_which_of_two_towns(town, other_town, settings):
    settings.DEFAULT_MUNICIPALITY = ""
    with pytest.raises(CommandError, match="14000020 Neuland"):
        call_command("create_api_key", "Ratsinfo")
    call_command("create_api_key", "Ratsinfo", "--town", other_town.key, stdout=StringIO(), stderr=StringIO())
    assert ApiKey.objects.get().municipality == other_town
