"""Sign-in rules for django-allauth."""

from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, EmailConfirmation
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts import throttle
from apps.accounts.models import User
from apps.places.links import public_url
from apps.places.mail import note_town
from apps.places.models import Municipality

LOGIN_WINDOW_SECONDS = 15 * 60
# Counted for account and origin together: a stranger's attempts never lock the owner out (threat W10).
LOGIN_LIMIT = 10
# And for the origin alone: one place trying many accounts. A town hall behind one address needs room.
LOGIN_LIMIT_PER_ORIGIN = 100

#: What a mail about an account is about, in the outbox.
ACCOUNT_MAIL = "konto"


class AccountAdapter(DefaultAccountAdapter):
    """Staff accounts are made by administrators; citizens need none, and may have one where their town wants it."""

    # allauth's German says "du".
    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Dieses Konto ist stillgelegt."),
        "email_password_mismatch": _("E-Mail-Adresse oder Passwort stimmen nicht. Bitte prüfen Sie beides."),
        "enter_current_password": _("Das ist nicht Ihr jetziges Passwort."),
        "incorrect_code": _("Der Code stimmt nicht."),
        "incorrect_password": _("Das Passwort stimmt nicht."),
        "invalid_password_reset": _("Der Link gilt nicht mehr. Bitte fordern Sie einen neuen an."),
        "rate_limited": _("Das waren viele Anfragen in kurzer Zeit. Bitte warten Sie einige Minuten."),
        "too_many_login_attempts": _(
            "Zu viele Versuche. Bitte warten Sie 15 Minuten oder fordern Sie ein neues Passwort an."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        town = self._town()
        return bool(town and town.citizen_accounts)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead staff to their desk, and whoever has no role in any town to the own account."""
        user = request.user
        assert isinstance(user, User)  # called after signing in
        is_citizen = not user.is_superuser and not user.towns_with_role()
        return reverse("account_contributions") if is_citizen else super().get_login_redirect_url(request)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Tell allauth's own limits whom to count for, by the same rule as everywhere in the house."""
        return throttle.client_of(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: object) -> None:
        """Count the attempt before the password is looked at, so that parallel attempts cannot slip through."""
        origin = throttle.client_of(request)
        is_free = throttle.take("login", _pair(origin, credentials), limit=LOGIN_LIMIT, seconds=LOGIN_WINDOW_SECONDS)
        if not throttle.take("login-origin", origin, limit=LOGIN_LIMIT_PER_ORIGIN, seconds=LOGIN_WINDOW_SECONDS):
            is_free = False
        if not is_free:
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: object) -> AbstractBaseUser | None:
        user = super().authenticate(request, **credentials)
        if user:
            throttle.forget("login", _pair(throttle.client_of(request), credentials))
        return user

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link for the mail; from settings, not from the Host header (threat W5)."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return public_url(self._town(), path.replace("UID-KEY", key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmation) -> str:
        """Return the link for the mail; from settings as well."""
        return public_url(self._town(), reverse("account_confirm_email", args=[emailconfirmation.key]))

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner of an address that somebody wanted a second account for it; the page says nothing of it."""
        link = public_url(self._town(), reverse("account_reset_password"))
        self.send_mail("account/email/account_already_exists", email, {"password_reset_url": link})

    def pretend_to_mail(self, email: str) -> None:
        """Write a mail for an address without account, store it and take it back: no mail to strangers (threat W7), and
        the answer takes about as long as for an account (W9)."""
        link = self.get_reset_password_from_key_url(f"0-{default_token_generator.make_token(User(pk=0, email=email))}")
        context = {"request": self.request, "password_reset_url": link}
        with transaction.atomic():
            EmailAddress.objects.filter(email__iexact=email).first()
            self.render_mail("account/email/password_reset_key", email, context).send()
            transaction.set_rollback(True)

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, object], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """Tell the outbox which town's mail this is, so that its administrators see when it fails."""
        return note_town(super().render_mail(template_prefix, email, context, headers), self._town(), ACCOUNT_MAIL)

    def _town(self) -> Municipality | None:
        town = getattr(self.request, "municipality", None)
        return town if town else None


def _pair(origin: str, credentials: Mapping[str, object]) -> str:
    return f"{origin}|{str(credentials.get('email', '')).strip().lower()}"
