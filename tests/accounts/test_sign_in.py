"""Signing in: who gets in, who is told what, and when the door stays shut."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client

from apps.accounts import services
from apps.accounts.middleware import SEEN
from apps.accounts.models import User
from apps.outbox.models import Message

PASSWORD = "geheim-geheim"
LOGIN = "/konto/login/"


def sign_in(client, email, password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": email, "password": password}, **extra)


def test_bernd_signs_in_and_comes_back_to_where_he_was(client, bernd):
    answer = client.post(
        LOGIN + "?next=/intern/zugang/", {"login": bernd.email, "password": PASSWORD, "next": "/intern/zugang/"}
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/intern/zugang/"
    assert client.get("/intern/zugang/").status_code == 200


@pytest.mark.parametrize(
    "where", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_way_back_never_leads_to_a_foreign_place(client, bernd, where):
    answer = client.post(LOGIN, {"login": bernd.email, "password": PASSWORD, "next": where})
    assert answer["Location"] == "/intern/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, bernd):
    def visible(answer):
        text = answer.content.decode().replace(bernd.email, "X").replace("niemand@rasterstadt.example", "X")
        return [line for line in text.splitlines() if "csrf" not in line and "nonce" not in line]

    wrong = sign_in(client, bernd.email, "falsch-falsch")
    unknown = sign_in(client, "niemand@rasterstadt.example", "falsch-falsch")
    assert (wrong.status_code, visible(wrong)) == (unknown.status_code, visible(unknown))


def test_after_ten_wrong_passwords_the_right_one_does_not_help(client, bernd):
    for _ in range(10):
        assert sign_in(client, bernd.email, "falsch-falsch").status_code == 200
    answer = sign_in(client, bernd.email)
    assert answer.status_code == 429
    assert answer.wsgi_request.user.is_anonymous


def test_a_stranger_elsewhere_cannot_lock_bernd_out(client, bernd):
    for _ in range(12):
        sign_in(Client(), bernd.email, "falsch-falsch", REMOTE_ADDR="203.0.113.7")
    assert sign_in(client, bernd.email, REMOTE_ADDR="198.51.100.1").status_code == 302


def test_a_forged_forwarding_header_does_not_make_a_new_origin(client, bernd):
    for number in range(10):
        sign_in(Client(), bernd.email, "falsch-falsch", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")
    assert sign_in(client, bernd.email, HTTP_X_FORWARDED_FOR="192.0.2.99").status_code == 429


@pytest.mark.django_db(transaction=True)
def test_of_thirty_parallel_guesses_ten_reach_the_password(bernd, settings):
    settings.ACCOUNT_RATE_LIMITS = False  # allauth's own 30 a minute would get in between, and stay behind

    def guess(_number):
        try:
            return sign_in(Client(), bernd.email, "falsch-falsch").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(30)))
    assert sorted(set(answers)) == [200, 429]
    assert answers.count(200) == 10


def test_the_session_gets_a_new_key_at_sign_in(client, bernd):
    client.get(LOGIN)
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    client.cookies["sessionid"] = session.session_key
    sign_in(client, bernd.email)
    assert client.session.session_key != session.session_key


def test_an_idle_session_ends(client, bernd, settings):
    sign_in(client, bernd.email)
    client.get("/intern/zugang/")
    session = client.session
    started, seen = session[SEEN]
    session[SEEN] = [started, seen - settings.SESSION_IDLE_SECONDS - 1]
    session.save()
    assert client.get("/intern/zugang/")["Location"].startswith(LOGIN)


def test_a_session_ends_ten_hours_after_sign_in_however_busy(client, bernd, settings):
    sign_in(client, bernd.email)
    client.get("/intern/zugang/")
    session = client.session
    started, seen = session[SEEN]
    session[SEEN] = [started - settings.SESSION_COOKIE_AGE - 1, seen]
    session.save()
    assert client.get("/intern/zugang/")["Location"].startswith(LOGIN)


def test_a_deactivated_account_is_out_with_the_next_request(client, bernd, town, make_user):
    boss = make_user("Alex", "administrator")
    sign_in(client, bernd.email)
    assert client.get("/intern/zugang/").status_code == 200
    services.deactivate_account(user=bernd, municipality=town, actor=boss)
    assert client.get("/intern/zugang/")["Location"].startswith(LOGIN)
    assert sign_in(client, bernd.email).status_code == 200  # the form again
    services.reactivate_account(user=bernd, municipality=town, actor=boss)
    assert client.get("/intern/zugang/")["Location"].startswith(LOGIN)


def test_public_pages_neither_read_nor_set_a_session(client, town):
    answer = client.get("/")
    assert not answer.cookies
    assert not Session.objects.exists()
    assert "Cookie" not in answer.get("Vary", "")


def test_pages_behind_the_sign_in_are_never_stored(client, bernd):
    assert client.get("/intern/zugang/")["Cache-Control"] == "private, no-store"
    client.force_login(bernd)
    assert client.get("/intern/zugang/")["Cache-Control"] == "private, no-store"
    assert client.get("/intern/gibt-es-nicht/")["Cache-Control"] == "private, no-store"
    assert client.get(LOGIN)["Cache-Control"] == "private, no-store"


def test_no_way_leads_around_the_services_not_even_for_a_superuser(client, town):
    client.force_login(User.objects.create_superuser("root@rasterstadt.example", "geheim-geheim"))
    assert client.get("/admin/").status_code == 404


def test_the_link_for_a_new_password_ignores_the_host_header(client, bernd, town, settings):
    settings.PUBLIC_URL = "https://beteiligung.example"
    client.post("/konto/passwort/vergessen/", {"email": bernd.email}, HTTP_HOST="evil.example")
    assert "https://rasterstadt.example/konto/passwort/neu/" in mail.outbox[0].body
    assert "evil" not in mail.outbox[0].body + mail.outbox[0].subject


def test_asking_for_a_new_password_tells_nothing_about_who_has_an_account(client, bernd, settings):
    settings.EMAIL_BACKEND = "apps.outbox.backend.OutboxEmailBackend"
    known = client.post("/konto/passwort/vergessen/", {"email": bernd.email})
    unknown = client.post("/konto/passwort/vergessen/", {"email": "niemand@rasterstadt.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert Message.objects.get().recipient == bernd.email


@pytest.fixture
def with_second_factor(bernd):
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(bernd, secret)
    return lambda: format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


def test_with_a_second_factor_the_password_alone_opens_nothing(client, bernd, with_second_factor):
    assert sign_in(client, bernd.email)["Location"].startswith("/konto/2fa/authenticate/")
    assert client.get("/intern/zugang/")["Location"].startswith(LOGIN)
    client.post("/konto/2fa/authenticate/", {"code": "000000"})
    assert client.get("/intern/zugang/")["Location"].startswith(LOGIN)
    client.post("/konto/2fa/authenticate/", {"code": with_second_factor()})
    assert client.get("/intern/zugang/").status_code == 200


def test_codes_of_the_second_factor_cannot_be_tried_at_will(client, bernd, with_second_factor):
    sign_in(client, bernd.email)
    for number in range(6):
        client.post("/konto/2fa/authenticate/", {"code": f"00000{number}"})
    client.post("/konto/2fa/authenticate/", {"code": with_second_factor()})
    assert client.get("/intern/zugang/")["Location"].startswith(LOGIN)


def test_the_link_in_the_mail_sets_a_new_password(client, bernd, town):
    client.post("/konto/passwort/vergessen/", {"email": bernd.email})
    link = next(word for word in mail.outbox[0].body.split() if "/konto/passwort/neu/" in word)
    form = client.get("/" + link.split("/", 3)[3], follow=True)
    there = form.redirect_chain[-1][0]
    client.post(there, {"password1": "neues-Kennwort-7", "password2": "neues-Kennwort-7"})
    assert sign_in(Client(), bernd.email, "neues-Kennwort-7").status_code == 302
