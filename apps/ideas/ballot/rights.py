"""The right to vote: by a confirmed address, by an account, or by a code from a letter. Each is one row, used once."""

import datetime as dt

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contributions.tokens import derive_token, hash_token
from apps.geo.editing import ChangeRefused
from apps.geo.ids import ALPHABET
from apps.ideas.ballot.models import Ballot, Electorate, Voter
from apps.ideas.identity import identity_of
from apps.ideas.phases import Action, Phase, require
from apps.outbox.services import enqueue
from apps.places.links import public_url

_PERSON, _CODE = "ballot-person", "ballot-code"


def invite_by_mail(*, ballot: Ballot, email: str, may_mail: bool = True) -> str:
    """Send the owner of an address the link to the ballot paper; at most one mail a day. Raises ``NotNow``.

    The address itself is not kept. The answer to the person is the same whether it was here before or not; the token
    that is returned goes into the mail and nowhere else.
    """
    require(Action.VOTE, ballot.call)
    if ballot.electorate != Electorate.EMAIL:
        raise ChangeRefused(_("Bei dieser Abstimmung wird nicht mit einer E-Mail-Adresse abgestimmt."))
    token = _right_of(ballot, email)
    if not may_mail:
        return token
    link = public_url(ballot.municipality, reverse("ideas:ballot_paper", args=[token]))
    words = {"call": ballot.call.title, "town": ballot.municipality, "link": link}
    enqueue(
        municipality=ballot.municipality,
        recipient=email.strip(),
        subject=_("Ihr Stimmzettel: %(call)s") % words,
        body=_(
            "Guten Tag,\n\nmit diesem Link stimmen Sie ab über „%(call)s“:\n%(link)s\n\nEr gilt einmal. Bitte geben "
            "Sie ihn nicht weiter.\n\nHaben Sie keinen Stimmzettel angefordert, brauchen Sie nichts zu tun.\n\n"
            "Freundliche Grüße\n%(town)s\n"
        )
        % words,
        dedupe_key=f"ballot-{ballot.pk}-{hash_token(token)[:24]}-{timezone.localdate():%Y%m%d}",
        reference=ballot.call.public_id,
    )
    return token


def right_of_account(*, ballot: Ballot, user: User) -> str:
    """Return the token of the ballot paper of somebody who is signed in. ``NotNow``; ``ChangeRefused`` with the reason
    when this account does not count."""
    require(Action.VOTE, ballot.call)
    if ballot.electorate != Electorate.ACCOUNT:
        raise ChangeRefused(_("Bei dieser Abstimmung wird nicht mit einem Konto abgestimmt."))
    if refusal := why_account_may_not(ballot, user):
        raise ChangeRefused(refusal)
    return _right_of(ballot, user.email)


def why_account_may_not(ballot: Ballot, user: User) -> str:
    """Return why an account gives no right to vote, or nothing. All that is asked of an account stands here: a
    confirmed address, and that it was made before the first day of the vote: nobody makes rights while they count.
    """
    if not EmailAddress.objects.filter(user=user, verified=True, primary=True).exists():
        return _("Bitte bestätigen Sie zuerst die E-Mail-Adresse Ihres Kontos.")
    first = account_deadline(ballot)
    if first is not None and timezone.localdate(user.date_joined) >= first:
        return _(
            "Ihr Konto ist vom %(joined)s. Abstimmen kann, wer sein Konto vor dem %(first)s angelegt hat. So entstehen "
            "während der Abstimmung keine neuen Stimmrechte."
        ) % {"joined": date_format(timezone.localdate(user.date_joined)), "first": date_format(first)}
    return ""


def account_deadline(ballot: Ballot) -> dt.date | None:
    """Return the first local day of the vote, before which an account must have been made."""
    return ballot.call.phases.filter(phase=Phase.DECIDE).values_list("starts_on", flat=True).first()


def right_of_code(*, ballot: Ballot, code: str) -> str:
    """Return the token of the ballot paper behind a code as typed; ``ChangeRefused`` for one that was never printed."""
    require(Action.VOTE, ballot.call)
    token = code_token(ballot, plain_code(code))
    if ballot.electorate != Electorate.CODE or not ballot.voters.filter(token_hash=hash_token(token)).exists():
        raise ChangeRefused(_("Diesen Code kennen wir nicht. Bitte prüfen Sie ihn Zeichen für Zeichen."))
    return token


def find_voter(token: str) -> Voter | None:
    """Return the right to vote behind a token with its ballot, None without one."""
    found = Voter.objects.filter(token_hash=hash_token(token))
    return found.select_related("ballot__call", "ballot__municipality").first()


def code_token(ballot: Ballot, code: str) -> str:
    """Return the secret of the ballot paper that belongs to a code; the code alone stands in no address and no log."""
    return derive_token(_CODE, ballot.pk, code)


def plain_code(typed: str) -> str:
    """Return a code without what people add when they copy it; i and l are read as 1, o as 0 (Crockford)."""
    folded = typed.strip().lower().translate(str.maketrans("ilo", "110"))
    return "".join(c for c in folded if c in ALPHABET)


def _right_of(ballot: Ballot, email: str) -> str:
    """Make sure that the right exists, and return its token. The hash of the address is keyed for this ballot alone:
    it cannot be laid beside supports or other votes."""
    identity = identity_of(email, purpose="vote", scope=ballot.pk)
    token = derive_token(_PERSON, ballot.pk, identity)
    try:
        with transaction.atomic():
            Voter.objects.create(ballot=ballot, identity=identity, token_hash=hash_token(token))
    except IntegrityError:
        return token
    return token
