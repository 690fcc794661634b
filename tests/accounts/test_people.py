"""Who works here: administrators make accounts, give roles and take access away."""

import pghistory.models
import pytest
from django.core import mail

from apps.accounts import demo, services
from apps.accounts.checks import check_no_demo_logins
from apps.accounts.models import Role, User


@pytest.fixture
def alex(make_user):
    return make_user("Alex", "administrator")


def new_account(client, **changes):
    data = {"name": "Gerd Neu", "email": "gerd@rasterstadt.example", "roles": ["clerk"]} | changes
    return client.post("/intern/konten/neu/", data)


def test_a_new_colleague_gets_a_link_and_chooses_the_password(client, alex, town):
    client.force_login(alex)
    assert new_account(client)["Location"] == "/intern/konten/"
    gerd = User.objects.get(email="gerd@rasterstadt.example")
    assert gerd.roles_in(town.pk) == {"clerk"}
    assert not gerd.has_usable_password()
    assert mail.outbox[0].to == [gerd.email]
    client.logout()
    link = next(word for word in mail.outbox[0].body.split() if "/konto/passwort/neu/" in word)
    there = client.get("/" + link.split("/", 3)[3], follow=True).redirect_chain[-1][0]
    client.post(there, {"password1": "Laubfrosch-12", "password2": "Laubfrosch-12"})
    assert client.login(email=gerd.email, password="Laubfrosch-12")


@pytest.mark.parametrize("name", ["Gerd\r\nBcc: alle@example.org", "Gerd\u2028Neu"])
def test_a_line_break_in_a_name_never_reaches_a_mail(client, alex, name):
    client.force_login(alex)
    new_account(client, name=name)
    assert "\n" not in User.objects.get(email="gerd@rasterstadt.example").name
    assert mail.outbox[0].recipients() == ["gerd@rasterstadt.example"]


def test_what_was_typed_is_kept_when_something_is_missing(client, alex):
    client.force_login(alex)
    answer = new_account(client, roles=[])
    assert answer.status_code == 422
    assert 'value="Gerd Neu"' in answer.content.decode()


def test_a_colleague_of_another_town_keeps_the_account_and_gets_roles_here(client, alex, town, other_town, make_user):
    nora = make_user("Nora", "clerk", municipality=other_town)
    client.force_login(alex)
    new_account(client, email=nora.email.upper())
    nora = User.objects.get(pk=nora.pk)
    assert (nora.roles_in(town.pk), nora.roles_in(other_town.pk)) == ({"clerk"}, {"clerk"})
    assert nora.check_password("geheim-geheim")
    assert not mail.outbox


def test_an_address_that_works_here_already_is_refused(client, alex, bernd):
    client.force_login(alex)
    assert new_account(client, email=bernd.email).status_code == 422


def test_roles_are_given_and_taken(client, alex, bernd, town):
    client.force_login(alex)
    client.post(f"/intern/konten/{bernd.pk}/", {"action": "roles", "roles": ["moderator", "gis"]})
    assert User.objects.get(pk=bernd.pk).roles_in(town.pk) == {"moderator", "gis"}


def test_history_says_who_took_which_role(alex, bernd, town):
    services.set_roles(user=bernd, municipality=town, roles=["gis"], actor=alex)
    events = Role.pgh_event_model.objects.filter(user=bernd).order_by("pgh_id")
    assert [(event.pgh_label, event.role) for event in events] == [
        ("insert", "clerk"),
        ("delete", "clerk"),
        ("insert", "gis"),
    ]
    assert pghistory.models.Context.objects.get(pk=events[2].pgh_context_id).metadata == {
        "actor": alex.pk,
        "action": "set_roles",
    }


def test_the_last_administrator_stays(client, alex, town):
    client.force_login(alex)
    client.post(f"/intern/konten/{alex.pk}/", {"action": "roles", "roles": ["clerk"]})
    client.post(f"/intern/konten/{alex.pk}/", {"action": "deactivate"})
    assert User.objects.get(pk=alex.pk).roles_in(town.pk) == {"administrator"}
    assert User.objects.get(pk=alex.pk).is_active


def test_who_also_works_elsewhere_keeps_the_account_there(client, alex, town, other_town, bernd):
    Role.objects.create(user=bernd, municipality=other_town, role="clerk")
    client.force_login(alex)
    client.post(f"/intern/konten/{bernd.pk}/", {"action": "deactivate"})
    bernd = User.objects.get(pk=bernd.pk)
    assert bernd.is_active
    assert (bernd.roles_in(town.pk), bernd.roles_in(other_town.pk)) == (set(), {"clerk"})


def test_somebody_without_roles_left_is_still_in_the_list(client, alex, bernd, town):
    services.set_roles(user=bernd, municipality=town, roles=[], actor=alex)
    client.force_login(alex)
    assert bernd.email in client.get("/intern/konten/").content.decode()


def test_the_list_takes_the_same_number_of_queries_for_any_number_of_people(
    client, alex, make_user, django_assert_max_num_queries
):
    client.force_login(alex)
    for number in range(12):
        make_user(f"Kollege{number}", "clerk", "gis")
    with django_assert_max_num_queries(10):
        client.get("/intern/konten/")


@pytest.mark.parametrize("page", ["/intern/konten/", "/intern/konten/neu/", "/intern/konten/1/"])
def test_only_administrators_see_accounts(client, bernd, dilek, emil, fatma, page):
    for person in (bernd, dilek, emil, fatma):
        client.force_login(person)
        assert client.get(page).status_code == 404


def test_an_administrator_sees_nobody_of_the_next_town(client, alex, other_town, make_user):
    nora = make_user("Nora", "clerk", municipality=other_town)
    client.force_login(alex)
    assert nora.email not in client.get("/intern/konten/").content.decode()
    for action in ("roles", "deactivate", "password"):
        assert client.post(f"/intern/konten/{nora.pk}/", {"action": action}).status_code == 404


def test_an_administrator_of_rasterstadt_is_a_stranger_on_neuland_s_desk(client, alex, other_town):
    client.force_login(alex)
    assert client.get("/intern/konten/", headers={"Host": "neuland.example"}).status_code == 404


def test_an_administrator_mails_a_link_for_a_new_password(client, alex, bernd):
    client.force_login(alex)
    client.post(f"/intern/konten/{bernd.pk}/", {"action": "password"})
    assert mail.outbox[0].to == [bernd.email]
    assert "/konto/passwort/neu/" in mail.outbox[0].body
    assert User.objects.get(pk=bernd.pk).check_password("geheim-geheim")


def test_the_demonstration_s_cast_gets_in(client, town, settings, tmp_path):
    settings.DEMO = True
    demo.load(town, tmp_path)
    demo.load(town, tmp_path)
    assert User.objects.count() == len(demo.CAST)
    for roles, email, password in demo.logins():
        assert roles
        assert client.post("/konto/login/", {"login": email, "password": password})["Location"] == "/intern/"
        client.logout()


def test_outside_the_demonstration_its_logins_are_refused_and_found(town, settings, tmp_path):
    settings.DEMO = True
    demo.load(town, tmp_path)
    assert check_no_demo_logins() == []
    settings.DEMO = False
    with pytest.raises(RuntimeError):
        demo.load(town, tmp_path)
    assert [error.id for error in check_no_demo_logins()] == ["accounts.E001"]
    User.objects.update(is_active=False)
    assert check_no_demo_logins() == []
