"""Every change of an account, a role or a key: one function, one transaction, with history and mail."""

import datetime as dt
from collections.abc import Collection

import pghistory
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.adapter import ACCOUNT_MAIL
from apps.accounts.history import history
from apps.accounts.keys import ACCESS_PREFIX, API_PREFIX, new_key
from apps.accounts.leaving import tell_left
from apps.accounts.models import AccessToken, ApiKey, Role, User
from apps.geo.editing import ChangeRefused
from apps.places.links import public_url
from apps.places.mail import note_town
from apps.places.models import Municipality

ADMINISTRATOR = Role.Code.ADMINISTRATOR


def create_account(
    *, municipality: Municipality, email: str, name: str, roles: Collection[str], actor: User | None
) -> tuple[User, bool]:
    """Give a person an account with ``roles`` in the town and mail a link to choose a password; True when it is new.

    Somebody who already works for another town of the installation, or has a citizen's account with a confirmed
    address, keeps account and password and gets the roles.
    """
    with transaction.atomic(), history(actor, action="create_account"):
        email = User.objects.normalize_email(email).lower()
        user = User.objects.select_for_update().filter(email=email).first()
        is_new = user is None
        if user is None:
            user = User.objects.create_user(email=email, name=name)
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        elif take_unconfirmed(user=user, name=name):
            is_new = True
        elif user.has_role(municipality.pk):
            raise ChangeRefused(_("Diese Adresse hat schon ein Konto in Ihrer Gemeinde."))
        elif not user.is_active:
            raise ChangeRefused(_("Dieses Konto ist stillgelegt. Bitte wenden Sie sich an den Betrieb der Plattform."))
        if not user.name:  # a citizen needs no name, a colleague has one
            user.name = name
            user.save(update_fields=["name"])
        Role.objects.bulk_create(Role(user=user, municipality=municipality, role=role) for role in sorted(set(roles)))
        if is_new:
            _mail_password_link(user, municipality, "accounts/email/welcome.txt")
    return user, is_new


def take_unconfirmed(*, user: User, name: str) -> bool:
    """Make an account whose address nobody has confirmed one of the house; False when it is confirmed.

    Whoever typed a colleague's address into the public form must not keep a password to what becomes a desk.
    """
    if EmailAddress.objects.filter(user=user, verified=True).exists():
        return False
    user.name, user.password = name, make_password(None)
    user.save(update_fields=["name", "password"])
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    return True


def set_roles(*, user: User, municipality: Municipality, roles: Collection[str], actor: User | None) -> None:
    """Let the person hold exactly ``roles`` in the town. Raises ChangeRefused for the last administrator."""
    with transaction.atomic(), history(actor, action="set_roles"):
        held = _lock_administration(municipality)
        if user.pk in held and ADMINISTRATOR not in roles and len(held) == 1:
            raise ChangeRefused(_("Das ist das letzte Konto, das diese Plattform verwalten darf."))
        now = set(Role.objects.filter(user=user, municipality=municipality).values_list("role", flat=True))
        Role.objects.filter(user=user, municipality=municipality, role__in=now - set(roles)).delete()
        Role.objects.bulk_create(
            Role(user=user, municipality=municipality, role=role) for role in sorted(set(roles) - now)
        )
        if now and not roles:
            tell_left([user.pk], actor=actor)


def deactivate_account(*, user: User, municipality: Municipality, actor: User | None) -> None:
    """Take the person's access away at once: sessions end with the next request, keys die.

    Where the person also works for another town, only what belongs to this town is taken.
    """
    if actor is not None and user.pk == actor.pk:
        raise ChangeRefused(_("Das eigene Konto können Sie nicht stilllegen."))
    with transaction.atomic(), history(actor, action="deactivate_account"):
        elsewhere = user.roles.exclude(municipality=municipality).exists()
        if elsewhere or user.is_superuser:
            set_roles(user=user, municipality=municipality, roles=(), actor=actor)
            return
        held = _lock_administration(municipality)
        if held == {user.pk}:
            raise ChangeRefused(_("Das ist das letzte Konto, das diese Plattform verwalten darf."))
        AccessToken.objects.filter(user=user).delete()
        # Without the password no session from before comes to life again with the account.
        User.objects.filter(pk=user.pk).update(is_active=False, password=make_password(None))
        tell_left([user.pk], actor=actor)


def reactivate_account(*, user: User, municipality: Municipality, actor: User | None) -> None:
    """Give a person of this town the access back, with a link to choose a password; old sessions and keys stay dead."""
    with transaction.atomic(), history(actor, action="reactivate_account"):
        if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
            user.refresh_from_db()
            _mail_password_link(user, municipality, "accounts/email/password_link.txt")


def send_password_link(*, user: User, municipality: Municipality, actor: User | None) -> None:
    """Mail the person a link to choose a new password; the old one works until then."""
    with transaction.atomic(), history(actor, action="send_password_link"):
        _mail_password_link(user, municipality, "accounts/email/password_link.txt")


def reset_second_factor(*, user: User, municipality: Municipality | None, actor: User | None) -> None:
    """Take the app and the recovery codes of somebody who has lost the phone, and say so by mail; the password stays.

    Without ``actor`` it is whoever runs the installation. Nobody else may lower what protects the desk of another town,
    and nobody at all one's own without the password (``/konto/2fa/`` asks for it): a session may be stolen.
    """
    if actor is not None:
        if user.pk == actor.pk:
            raise ChangeRefused(_("Den eigenen zweiten Faktor ändern Sie unter „Zwei-Faktor-Anmeldung“."))
        if user.is_superuser or user.roles.exclude(municipality=municipality).exists():
            raise ChangeRefused(
                _("Dieses Konto gilt nicht nur hier. Bitte wenden Sie sich an den Betrieb der Plattform.")
            )
    with transaction.atomic(), history(actor, action="reset_second_factor"):
        if Authenticator.objects.filter(user=user).delete()[0]:
            pghistory.create_event(user, label="second_factor_reset")
            link = public_url(municipality, reverse("mfa_index"))
            _mail(user, municipality, "accounts/email/second_factor_reset.txt", link)


def create_access_token(*, user: User, name: str, days: int = 365) -> tuple[AccessToken, str]:
    """Return a new token of the person and the key itself, which is nowhere kept; it works ``days`` days."""
    key, prefix, digest = new_key(ACCESS_PREFIX)
    expires_on = timezone.localdate() + dt.timedelta(days=days)
    token = AccessToken.objects.create(user=user, name=name, prefix=prefix, digest=digest, expires_on=expires_on)
    return token, key


def revoke_access_token(*, user: User, token_id: int) -> bool:
    """Delete one of the person's own tokens; False when there is no such token of theirs."""
    return bool(AccessToken.objects.filter(user=user, pk=token_id).delete()[0])


def create_api_key(*, municipality: Municipality, name: str) -> tuple[ApiKey, str]:
    """Return a new API key of the town and the key itself, which is nowhere kept."""
    key, prefix, digest = new_key(API_PREFIX)
    return ApiKey.objects.create(municipality=municipality, name=name, prefix=prefix, digest=digest), key


def deactivate_api_key(*, municipality: Municipality, key_id: int) -> bool:
    """Let a key of the town open nothing any more; False when there is no such active key."""
    return bool(ApiKey.objects.active().filter(municipality=municipality, pk=key_id).update(is_active=False))


def note_use(*, secret: AccessToken | ApiKey) -> None:
    """Remember the day on which a key was last used; written once a day."""
    today = timezone.localdate()
    if secret.last_used_on != today:
        type(secret).objects.filter(pk=secret.pk).update(last_used_on=today)


def _lock_administration(municipality: Municipality) -> set[int]:
    """Return who may administer the town, locked until the transaction ends: two may not dismiss each other."""
    rows = Role.objects.select_for_update().filter(municipality=municipality, role=ADMINISTRATOR, user__is_active=True)
    return set(rows.values_list("user_id", flat=True))


def _mail_password_link(user: User, municipality: Municipality, template: str) -> None:
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    _mail(user, municipality, template, public_url(municipality, path))


def _mail(user: User, municipality: Municipality | None, template: str, link: str) -> None:
    context = {"user": user, "town": municipality, "link": link}
    subject, _newline, body = render_to_string(template, context).partition("\n")
    mail = EmailMessage(subject.strip(), body.strip() + "\n", to=[user.email])
    note_town(mail, municipality, ACCOUNT_MAIL).send()
