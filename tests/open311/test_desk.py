"""Administrators say how a body outside is reached, and see whether it works."""

from typing import Any

import pytest

from apps.open311.models import Endpoint
from apps.open311.sealing import CannotOpen, seal, unseal
from apps.reports.models import Agreement, Handover
from tests.open311.conftest import as_json


@pytest.fixture
def admin(client: Any, make_user: Any) -> Any:
    user = make_user("Ada", "administrator")
    client.force_login(user)
    return user


def form(server: Any, **fields: str) -> dict[str, str]:
    return {
        "remind_after_days": "3",
        "escalate_after_days": "7",
        "url": server.url,
        "jurisdiction_id": "lk",
        "api_key": "geheim",
        "is_active": "on",
        "code_street_light": "LAMP",
        **fields,
    }


@pytest.mark.usefixtures("admin")
def test_a_connection_is_saved_and_its_key_never_shown_again(client: Any, server: Any, desks: Any) -> None:
    address = f"/intern/anbindungen/{desks.roads.pk}/"
    assert client.post(address, form(server)).status_code == 302
    page = client.get(address).content.decode()
    assert "geheim" not in page and server.url in page and 'value="LAMP"' in page and "hinterlegt" in page
    client.post(address, form(server, api_key=""))
    assert unseal(Endpoint.objects.get().api_key_sealed) == "geheim"
    assert Agreement.objects.get().remind_after_days == 3
    client.post(address, form(server, api_key="", forget_key="on"))
    assert Endpoint.objects.get().api_key_sealed == ""


@pytest.mark.usefixtures("admin")
def test_a_key_is_not_carried_to_another_house(client: Any, server: Any, desks: Any) -> None:
    address = f"/intern/anbindungen/{desks.roads.pk}/"
    client.post(address, form(server))
    client.post(address, form(server, api_key="", url=server.url + "/neu"))
    assert Endpoint.objects.get().api_key_sealed == ""


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"url": "http://10.0.0.1/open311"}, "https://"),
        ({"url": "https://10.0.0.1/open311"}, "privates Netz"),
        ({"escalate_after_days": "2"}, "später sein als die Erinnerung"),
        ({"code_street_light": ""}, "mindestens eine Kategorie"),
        ({"remind_after_days": "x"}, "Zahl"),
    ],
)
def test_what_cannot_work_is_refused_with_a_sentence(
    client: Any, server: Any, desks: Any, fields: dict[str, str], sentence: str
) -> None:
    answer = client.post(f"/intern/anbindungen/{desks.roads.pk}/", form(server, **fields))
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not Endpoint.objects.exists()


@pytest.mark.usefixtures("admin")
def test_the_test_button_shows_the_services_and_codes_that_are_not_there(
    client: Any, connected: Any, server: Any, desks: Any
) -> None:
    connected.codes.update(code="LAMPE")
    page = client.post(f"/intern/anbindungen/{desks.roads.pk}/pruefen/").content.decode()
    assert "Beleuchtung" in page and "kennt die Stelle nicht: LAMPE" in page and server.posts == []
    server.misbehave = lambda path, form: as_json(500, [])
    page = client.post(f"/intern/anbindungen/{desks.roads.pk}/pruefen/").content.decode()
    assert "HTTP 500" in page and Endpoint.objects.get().failures == 1
    assert "HTTP 500" in client.get("/intern/anbindungen/").content.decode()


def test_only_administrators_of_the_town_come_in(
    client: Any, connected: Any, desks: Any, bernd: Any, make_user: Any, other_town: Any
) -> None:
    address = f"/intern/anbindungen/{desks.roads.pk}/"
    for user in (bernd, make_user("Ulla", "administrator", municipality=other_town)):
        client.force_login(user)
        assert client.get(address).status_code == 404 and client.get("/intern/anbindungen/").status_code == 404
        assert client.post(address + "pruefen/").status_code == 404


@pytest.mark.usefixtures("admin")
def test_a_desk_of_the_town_has_no_connection(client: Any, desks: Any) -> None:
    assert client.get(f"/intern/anbindungen/{desks.depot.pk}/").status_code == 404


@pytest.mark.usefixtures("admin")
def test_what_was_handed_over_without_a_message_is_no_trouble(client: Any, town: Any, desks: Any, submit: Any) -> None:
    Handover.objects.create(municipality=town, report=submit().report, department=desks.roads)
    page = client.get(f"/intern/anbindungen/{desks.roads.pk}/")
    assert page.status_code == 200
    assert "Was nicht durchkommt" not in page.content.decode()


@pytest.mark.usefixtures("admin")
def test_the_list_costs_the_same_for_many_bodies(
    client: Any, town: Any, desks: Any, django_assert_max_num_queries: Any
) -> None:
    from apps.departments.models import Department

    Department.objects.bulk_create(
        Department(municipality=town, organisation=desks.county, code=f"b{n}", name=f"Amt {n}") for n in range(30)
    )
    with django_assert_max_num_queries(14):
        assert "Amt 29" in client.get("/intern/anbindungen/").content.decode()


def test_a_sealed_key_opens_after_the_secret_was_rotated(settings: Any) -> None:
    sealed = seal("geheim")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "neu"
    assert unseal(sealed) == "geheim"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(CannotOpen):
        unseal(sealed)
