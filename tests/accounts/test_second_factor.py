"""Somebody has lost the phone: an administrator takes the second factor away, and everybody can see that."""

from io import StringIO

import pghistory.models
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.management import CommandError, call_command

from apps.accounts.models import Role, User

PASSWORD = "geheim-geheim"


@pytest.fixture
def alex(make_user):
    return make_user("Alex", "administrator")


def protect(user):
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    return user


def reset(client, user):
    return client.post(f"/intern/konten/{user.pk}/", {"action": "second_factor"}, follow=True)


def sign_in(client, user):
    client.logout()
    return client.post("/konto/login/", {"login": user.email, "password": PASSWORD})["Location"]


def test_bernd_has_lost_his_phone_and_gets_in_again_with_his_password(client, alex, bernd):
    protect(bernd)
    assert sign_in(client, bernd).startswith("/konto/2fa/authenticate/")
    client.force_login(alex)
    assert "Zweiten Faktor zurücksetzen" in client.get(f"/intern/konten/{bernd.pk}/").content.decode()
    page = reset(client, bernd).content.decode()
    assert "meldet sich ab jetzt nur mit dem Passwort an" in page and "Zweiten Faktor zurücksetzen" not in page
    assert sign_in(client, bernd) == "/intern/"


def test_bernd_is_told_so_that_nobody_does_it_behind_his_back(client, alex, bernd):
    protect(bernd)
    client.force_login(alex)
    reset(client, bernd)
    assert mail.outbox[0].to == [bernd.email] and "zurückgesetzt" in mail.outbox[0].subject
    assert "/konto/2fa/" in mail.outbox[0].body


def test_history_says_who_reset_it(client, alex, bernd):
    protect(bernd)
    client.force_login(alex)
    reset(client, bernd)
    reset(client, bernd)  # there is nothing left to reset, and nothing to tell
    event = User.pgh_event_model.objects.get(pgh_obj=bernd, pgh_label="second_factor_reset")
    assert pghistory.models.Context.objects.get(pk=event.pgh_context_id).metadata["actor"] == alex.pk
    assert len(mail.outbox) == 1


def test_nobody_s_own_second_factor_goes_without_the_password(client, alex):
    protect(alex)
    client.force_login(alex)
    assert "Zweiten Faktor zurücksetzen" not in client.get(f"/intern/konten/{alex.pk}/").content.decode()
    assert "Zwei-Faktor-Anmeldung" in reset(client, alex).content.decode()
    assert Authenticator.objects.filter(user=alex).count() == 2


@pytest.mark.parametrize("elsewhere", ["a desk in another town", "the installation"])
def test_what_protects_more_than_this_town_is_not_this_town_s_to_take(client, alex, bernd, other_town, elsewhere):
    protect(bernd)
    if elsewhere == "the installation":
        User.objects.filter(pk=bernd.pk).update(is_superuser=True)
    else:
        Role.objects.create(user=bernd, municipality=other_town, role="clerk")
    client.force_login(alex)
    assert "gilt nicht nur hier" in reset(client, bernd).content.decode()
    assert Authenticator.objects.filter(user=bernd).count() == 2


def test_somebody_of_another_town_is_not_to_be_found(client, alex, other_town, make_user):
    nora = protect(make_user("Nora", "clerk", municipality=other_town))
    client.force_login(alex)
    assert reset(client, nora).status_code == 404
    assert Authenticator.objects.filter(user=nora).exists()


def test_whoever_runs_the_installation_lets_the_last_administrator_in(client, alex):
    protect(alex)
    call_command("reset_second_factor", alex.email.upper(), stdout=StringIO())
    assert sign_in(client, alex) == "/intern/"
    assert mail.outbox[0].to == [alex.email]
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "niemand@rasterstadt.example")
