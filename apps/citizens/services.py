"""Accounts of citizens: switched on by a town, made by their owner, and gone when the owner likes.

A citizen's account is one that never held a role and does not run the installation (docs/adr/0030).
"""

import datetime as dt

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.adapter import ACCOUNT_MAIL
from apps.accounts.erasures import record_erasure, register_eraser
from apps.accounts.history import history
from apps.accounts.models import User
from apps.citizens.belongings import all_kinds
from apps.geo.editing import ChangeRefused
from apps.geo.untrusted import whole_number
from apps.outbox.services import erase_messages_to
from apps.places.models import Municipality

ACCOUNT_ERASURE = "citizens.account"
#: Whoever does not confirm the address in this time never had an account; the link in the mail lives as long.
UNCONFIRMED_LIVES = dt.timedelta(days=3)


@transaction.atomic
def switch_accounts(*, municipality: Municipality, actor: User, is_open: bool) -> None:
    """Let people make an account in the town, or nobody any more; accounts that there are stay."""
    with history(actor, action="switch_accounts"):
        Municipality.objects.filter(pk=municipality.pk).exclude(citizen_accounts=is_open).update(
            citizen_accounts=is_open
        )


def citizens() -> QuerySet[User]:
    """Return the accounts that citizens have: whoever holds or held a role is staff, and history names staff."""
    ever_staff = apps.get_model("accounts", "RoleEvent")._default_manager.filter(user=OuterRef("pk"))
    return User.objects.filter(~Exists(ever_staff), is_superuser=False)


def is_citizen(user: User) -> bool:
    """Is it an account that its owner may delete?"""
    return citizens().filter(pk=user.pk).exists()


@transaction.atomic
def delete_account(*, user: User, town: Municipality | None) -> None:
    """Delete a citizen's account at once, with what is personal in its kinds. ``ChangeRefused`` for staff.

    Supports that count stay as what they are, keyed hashes of an address; votes were apart from the beginning.
    """
    fresh = citizens().select_for_update(of=("self",)).filter(pk=user.pk).first()
    if fresh is None:
        raise ChangeRefused(
            _("Ihr Konto gehört zu Ihrer Arbeit. Wenden Sie sich bitte an die Verwaltung der Plattform.")
        )
    record_erasure(kind=ACCOUNT_ERASURE, town=town.key if town else "", key=_key(fresh))
    _erase(fresh)


def delete_again(town: str, key: str) -> None:
    """What the ledger of erasures knows as gone goes again after a restore; a second run changes nothing."""
    user = User.objects.filter(pk=whole_number(key.partition("@")[0]) or 0).first()
    if user is not None and _key(user) == key:
        _erase(user)


def forget_unconfirmed(*, at: dt.datetime | None = None) -> int:
    """Delete accounts whose address nobody has confirmed in time; return how many."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    stale = citizens().filter(
        ~Exists(confirmed), last_login=None, date_joined__lte=(at or timezone.now()) - UNCONFIRMED_LIVES
    )
    return stale.delete()[1].get("accounts.User", 0)


def _key(user: User) -> str:
    """Name an account for the ledger without a word of the person; a number that is given out anew is another key."""
    return f"{user.pk}@{user.date_joined.timestamp():.6f}"


def _erase(user: User) -> None:
    for kind in all_kinds():
        if kind.forget is not None:
            kind.forget(user.email)
    erase_messages_to(recipient=user.email, references=[ACCOUNT_MAIL])
    user.delete()


register_eraser(ACCOUNT_ERASURE, delete_again)
