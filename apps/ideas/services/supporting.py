"""Support: once per person for one idea, and gone when its owner likes.

The unique constraint decides (threat W12); whatever changes a support does so behind a lock on its idea, so that the
count, made anew there, always equals the rows.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from apps.accounts.models import User
from apps.ideas import notifications
from apps.ideas.identity import identity_of
from apps.ideas.links import support_token_hash
from apps.ideas.models import Idea, Support, SupportContact
from apps.ideas.phases import Action, require

#: A support that its owner does not confirm is forgotten after this time.
UNCONFIRMED_LIVES = dt.timedelta(days=7)


@transaction.atomic
def ask_support(
    *, idea: Idea, email: str, wants_updates: bool = False, may_mail: bool = True, at: dt.datetime | None = None
) -> Support:
    """Write down that somebody wants to support an idea, and ask the owner of the address by mail.

    The answer to the person is the same whether the address was here before or not. Raises ``NotNow``.
    """
    require(Action.SUPPORT, idea.call, at=at)
    support = _get_or_make(idea, email)
    if support.confirmed_at is None:
        SupportContact.objects.update_or_create(
            support=support, defaults={"email": email.strip(), "wants_updates": wants_updates}
        )
    if may_mail:
        notifications.tell_supporter(support, email.strip(), day=timezone.localdate(at))
    return support


@transaction.atomic
def support_by_account(*, idea: Idea, user: User, at: dt.datetime | None = None) -> Support:
    """Count somebody who is signed in; the same address by mail is the same person. Raises ``NotNow``."""
    require(Action.SUPPORT, idea.call, at=at)
    return confirm_support(support=_get_or_make(idea, user.email), at=at)


@transaction.atomic
def confirm_support(*, support: Support, at: dt.datetime | None = None) -> Support:
    """The owner of the address says yes; a second time changes nothing. Raises ``NotNow``."""
    require(Action.SUPPORT, support.idea.call, at=at)
    main = _lock_main(support.idea)
    changed = Support.objects.filter(pk=support.pk, confirmed_at=None).update(confirmed_at=at or timezone.now())
    SupportContact.objects.filter(support=support, wants_updates=False).delete()
    if changed:
        recount_supports(main)
    support.refresh_from_db()
    return support


@transaction.atomic
def withdraw_support(*, support: Support, at: dt.datetime | None = None) -> None:
    """Forget a support at once, with its address. Raises ``NotNow``; an unconfirmed one may always go."""
    if support.confirmed_at:
        require(Action.WITHDRAW, support.idea.call, at=at)
    main = _lock_main(support.idea)
    Support.objects.filter(pk=support.pk).delete()
    recount_supports(main)


def find_own_support(*, idea: Idea, user: User) -> Support | None:
    """Return the confirmed support of somebody who is signed in, None without one."""
    identity = identity_of(user.email, purpose="support", scope=idea.municipality_id)
    return Support.objects.filter(idea=idea, identity=identity).exclude(confirmed_at=None).first()


def recount_supports(main: Idea) -> int:
    """Store and return how many people support an idea or what was merged into it. The caller holds its lock."""
    rows = Support.objects.filter(Q(idea=main) | Q(idea__merged_into=main)).exclude(confirmed_at=None)
    number: int = rows.aggregate(people=Count("identity", distinct=True))["people"]
    Idea.objects.filter(pk=main.pk).exclude(support_count=number).update(support_count=number)
    return number


def forget_unconfirmed(*, at: dt.datetime | None = None) -> int:
    """Delete supports that nobody confirmed in a week; return how many."""
    before = (at or timezone.now()) - UNCONFIRMED_LIVES
    _count, by_model = Support.objects.filter(confirmed_at=None, created_at__lte=before).delete()
    return by_model.get("ideas.Support", 0)


def _get_or_make(idea: Idea, email: str) -> Support:
    """Return the support of one person for one idea, new or not. Behind the lock on the idea nobody makes, confirms or
    withdraws it meanwhile, so the address can be put beside it.
    """
    _lock_main(idea)
    identity = identity_of(email, purpose="support", scope=idea.municipality_id)
    support, _created = Support.objects.select_related("idea__municipality").get_or_create(
        idea=idea,
        identity=identity,
        defaults={"municipality": idea.municipality, "token_hash": support_token_hash(idea, identity)},
    )
    return support


def _lock_main(idea: Idea) -> Idea:
    """Return the idea that counts, locked. Whoever counts a merged one counts for the other."""
    fresh = Idea.objects.select_for_update(of=("self",), no_key=True).get(pk=idea.pk)
    if fresh.merged_into_id is None:
        return fresh
    return Idea.objects.select_for_update(of=("self",), no_key=True).get(pk=fresh.merged_into_id)
