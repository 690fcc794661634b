"""Anna has an account because she wants one: confirmed by her, without a way to the desk, gone when she likes."""

import datetime as dt
import uuid

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from apps.accounts import erasures
from apps.accounts.models import User
from apps.accounts.services import create_account
from apps.citizens import services as citizens
from apps.geo.editing import ChangeRefused
from apps.ideas import services as ideas
from apps.ideas.identity import identity_of
from apps.ideas.models import Contact, Idea, Support, SupportContact
from apps.outbox.models import Message
from geo_platform.services import appoint_administrator
from tests.citizens.conftest import PASSWORD, link_in
from tests.conftest import at
from tests.ideas.conftest import make_idea  # noqa: F401  (fixture)
from tests.permissions import expectations
from tests.permissions.test_matrix import address as staff_address

LOGIN = "/konto/login/"


def sign_in(client, email="anna@example.org", password=PASSWORD):
    return client.post(LOGIN, {"login": email, "password": password})


def prove(client, password=PASSWORD):
    """Type the password once more, as the page asks before an account goes."""
    return client.post("/konto/bestaetigen/?next=/konto/loeschen/", {"password": password})


def test_nobody_signs_up_until_the_town_wants_it(client, town, make_user):
    for _step in range(2):
        assert client.get("/konto/anlegen/").status_code == 404
        assert client.post("/konto/anlegen/", {"email": "anna@example.org"}).status_code == 404
        assert "/konto/anlegen/" not in client.get(LOGIN).text
    boss = make_user("Alex", "administrator")
    desk = Client()
    desk.force_login(boss)
    assert desk.post("/intern/buergerkonten/", {"citizen_accounts": "on"}).status_code == 302
    assert client.get("/konto/anlegen/").status_code == 200 and "Mein Konto" in client.get("/").text
    assert town.citizen_accounts_events.get().pgh_context.metadata["actor"] == boss.pk


def test_anna_confirms_her_address_by_a_button_and_signs_in(client, sign_up):
    assert sign_up("Anna@Example.org")["Location"] == "/konto/anlegen/gesendet/"
    assert sign_in(client)["Location"] == "/konto/anlegen/gesendet/"  # not before the address is hers
    link = link_in(Message.objects.order_by("pk").first())
    page = Client().get(link)
    assert page.status_code == 200 and "anna@example.org" in page.text
    assert not EmailAddress.objects.get().verified  # reading changes nothing
    assert Client().post(link)["Location"] == LOGIN
    assert sign_in(client)["Location"] == "/konto/"
    own = client.get("/konto/")
    assert own.status_code == 200 and own["Cache-Control"] == "private, no-store"
    assert "/intern/" not in own.text
    user = User.objects.get()
    assert (user.email, user.name) == ("anna@example.org", "")
    assert "gilt nicht mehr" in Client().get(link).text


def test_a_link_of_somebody_else_signs_nobody_out(client, sign_up, bernd):
    sign_up("anna@example.org")
    colleague = Client()
    colleague.force_login(bernd)
    colleague.get(link_in(Message.objects.get()))
    assert colleague.get("/intern/zugang/").status_code == 200


def test_the_answer_does_not_tell_whether_an_address_has_an_account(open_town, bernd):
    def answer(email):
        visitor = Client()
        data = {"email": email, "password1": PASSWORD, "key": str(uuid.uuid4())}
        first = visitor.post("/konto/anlegen/", data)
        page = visitor.get(first["Location"])
        text = [line for line in page.text.splitlines() if "csrf" not in line and "nonce" not in line]
        return first.status_code, first["Location"], sorted(first.cookies), page.status_code, text

    assert answer("anna@example.org") == answer(bernd.email) == answer("anna@example.org")
    subjects = {(m.recipient, m.subject) for m in Message.objects.all()}
    assert (bernd.email, "Sie haben schon ein Konto") in subjects
    assert User.objects.filter(email="anna@example.org").count() == 1 and bernd.check_password("geheim-geheim")


def test_the_trap_and_a_short_password_keep_what_was_typed(sign_up):
    for wrong in ({"website": "http://x.example"}, {"password1": "kurz"}):
        answer = sign_up("anna@example.org", **wrong)
        assert answer.status_code == 400 and "anna@example.org" in answer.text
    assert not User.objects.exists()


def test_one_connection_cannot_sign_up_many(sign_up):
    answers = [sign_up(f"p{number}@example.org").status_code for number in range(5)]
    assert answers[:3] == [302, 302, 302] and 429 in answers
    assert User.objects.count() == answers.count(302) == Message.objects.count()


@pytest.mark.parametrize("is_town_administrator", [False, True])
def test_a_password_typed_for_somebody_elses_address_opens_no_desk(sign_up, town, client, is_town_administrator):
    sign_up("chef@rasterstadt.example")
    if is_town_administrator:
        _user, printed = appoint_administrator(municipality=town, email="chef@rasterstadt.example")
        assert printed
    else:
        _user, is_new = create_account(
            municipality=town, email="chef@rasterstadt.example", name="Chef", roles=["clerk"], actor=None
        )
        assert is_new
    assert sign_in(client, "chef@rasterstadt.example").status_code == 200  # the form again


def test_an_account_of_a_citizen_opens_no_door_of_the_house(client, anna):
    for name in expectations.DOORS:
        assert client.get(staff_address(name)).status_code == 404, name
        assert client.post(staff_address(name)).status_code in (404, 405), name
    assert client.get("/konto/2fa/").status_code == 200  # a second factor is for everybody


def test_a_reader_with_an_open_town_gets_no_cookie(client, open_town):
    assert not client.get("/").cookies and not Session.objects.exists()


def test_what_nobody_confirms_is_forgotten_and_staff_never(sign_up, anna, bernd, client):
    sign_up("spaet@example.org")  # nobody is sent there: Anna is signed in
    Client().post("/konto/anlegen/", {"email": "x@example.org", "password1": PASSWORD, "key": str(uuid.uuid4())})
    assert citizens.forget_unconfirmed() == 0
    assert citizens.forget_unconfirmed(at=timezone.now() + dt.timedelta(days=3)) == 1
    assert set(User.objects.values_list("email", flat=True)) == {anna.email, bernd.email}


def test_one_click_supports_and_her_mail_is_the_same_person(client, anna, make_idea):  # noqa: F811
    bench = make_idea("Plauderbank")
    page = f"/ideen/{bench.public_id}/unterstuetzen/"
    assert "Sie sind angemeldet als anna@example.org" in client.get(page).text
    client.post(page, {"do": "support"})
    late = ideas.ask_support(idea=bench, email="Anna+ideen@example.org", may_mail=False)
    assert late.confirmed_at and Idea.objects.get().support_count == 1
    Contact.objects.create(idea=make_idea("Sitzplatz", at(2000, 2000)), email="ANNA@example.org")
    own = client.get("/konto/").text
    assert page in own and "Sitzplatz" in own and "Noch haben Sie an keiner Abstimmung teilgenommen" in own


def test_own_contributions_are_a_fixed_number_of_questions(
    client,
    anna,
    make_idea,  # noqa: F811
    django_assert_max_num_queries,
):
    for number in range(6):
        idea = make_idea(f"Idee {number}")
        Contact.objects.create(idea=idea, email=anna.email)
        ideas.support_by_account(idea=idea, user=anna)
    client.get("/konto/")
    with django_assert_max_num_queries(12):
        client.get("/konto/")


def test_anna_leaves_and_what_is_personal_goes_at_once(client, anna, open_town, make_idea):  # noqa: F811
    bench, hers = make_idea("Plauderbank"), make_idea("Sitzplatz", at(2000, 2000))
    Contact.objects.create(idea=hers, email="anna@example.org", name="Anna", wants_updates=True)
    ideas.support_by_account(idea=bench, user=anna)
    waiting = ideas.ask_support(idea=hers, email="anna@example.org", wants_updates=True)
    other = ideas.ask_support(idea=hers, email="otto@example.org", wants_updates=True)
    key = f"{anna.pk}@{anna.date_joined.timestamp():.6f}"
    prove(client)
    assert "endgültig" in client.get("/konto/loeschen/").text and User.objects.filter(pk=anna.pk).exists()
    answer = client.post("/konto/loeschen/", follow=True)
    assert "Ihr Konto ist gelöscht" in answer.text and answer.wsgi_request.user.is_anonymous
    assert not User.objects.filter(email="anna@example.org").exists() and not EmailAddress.objects.filter(
        email="anna@example.org"
    )
    assert not Contact.objects.exists() and not Support.objects.filter(pk=waiting.pk).exists()
    assert SupportContact.objects.get().support_id == other.pk
    assert not Message.objects.filter(recipient="anna@example.org").exists()
    assert Idea.objects.get(pk=bench.pk).support_count == 1 == Support.objects.exclude(confirmed_at=None).count()
    assert Support.objects.get(idea=bench).identity == identity_of(
        "anna@example.org", purpose="support", scope=open_town.pk
    )
    ledger = erasures.ledger().read_text()
    assert key in ledger and "anna@" not in ledger
    # An older backup brings her back, and the ledger sends her away again; whoever came later stays.
    again = User.objects.create_user(email="anna@example.org")
    User.objects.filter(pk=again.pk).update(id=anna.pk, date_joined=anna.date_joined)
    Contact.objects.create(idea=hers, email="anna@example.org")
    erasures.replay()
    assert not User.objects.filter(email="anna@example.org").exists() and not Contact.objects.exists()


def test_the_password_is_asked_again_before_an_account_goes(client, anna):
    for answer in (client.get("/konto/loeschen/"), client.post("/konto/loeschen/"), prove(client, "falsch-falsch")):
        assert answer.status_code == 200 or answer["Location"].startswith("/konto/bestaetigen/")
    assert User.objects.filter(pk=anna.pk).exists()


def test_whoever_works_here_is_not_deleted_by_a_button(client, bernd, open_town):
    sign_in(client, bernd.email, "geheim-geheim")
    prove(client, "geheim-geheim")
    assert "gehört zu Ihrer Arbeit" in client.get("/konto/loeschen/").text
    assert client.post("/konto/loeschen/").status_code == 409
    with pytest.raises(ChangeRefused):
        citizens.delete_account(user=bernd, town=open_town)
