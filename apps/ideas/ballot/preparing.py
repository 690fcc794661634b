"""Before the vote: the sum, the items with their costs and the check of each, and the codes for letters."""

import secrets
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.contributions.tokens import hash_token
from apps.geo.editing import ChangeRefused, lock_for_edit
from apps.ideas.ballot.models import Ballot, BallotItem, Electorate, Voter
from apps.ideas.ballot.rights import code_token
from apps.ideas.models.call import Call
from apps.ideas.models.idea import Idea
from apps.ideas.phases import Action, require, role_of

#: Crockford base 32 without what looks alike; 12 characters are 60 bits.
ALPHABET, CODE_LENGTH, MOST_CODES = "0123456789abcdefghjkmnpqrstvwxyz", 12, 20_000


@transaction.atomic
def save_ballot(*, call: Call, actor: User | None, values: Mapping[str, object], version: int | None = None) -> Ballot:
    """Store sum, electorate and rule of a call's vote. ``StaleEdit``; ``NotNow`` once the vote has begun."""
    _require(call, actor)
    with history(actor):
        ballot = Ballot.objects.filter(call=call).first()
        has_changed = ballot is None or ballot.electorate != values.get("electorate")
        if values.get("electorate") == Electorate.ACCOUNT and has_changed and not call.municipality.citizen_accounts:
            raise ChangeRefused(
                _("Bürgerkonten sind ausgeschaltet. Einschalten kann sie, wer Ihre Plattform verwaltet.")
            )
        if ballot is None:
            return Ballot.objects.create(municipality=call.municipality, call=call, **values)
        fresh = lock_for_edit(ballot, version=version)
        if values.get("electorate", fresh.electorate) != fresh.electorate and fresh.voters.exists():
            raise ChangeRefused(_("Es sind schon Stimmrechte vergeben. Wer abstimmen darf, bleibt deshalb so."))
        for name, value in values.items():
            setattr(fresh, name, value)
        fresh.version += 1
        fresh.save(update_fields=[*values, "version"])
        return fresh


@transaction.atomic
def assess_idea(
    *, ballot: Ballot, idea: Idea, actor: User | None, cost_eur: int, eligibility: str, reason: str = ""
) -> BallotItem:
    """Store what an idea costs and whether it can be voted about; a "no" needs its reason."""
    _require(ballot.call, actor)
    if idea.call_id != ballot.call_id or not idea.is_public:
        raise ChangeRefused(_("Nur öffentliche Ideen dieses Aufrufs können zur Abstimmung stehen."))
    if eligibility == BallotItem.Eligibility.NO and not reason:
        raise ChangeRefused(_("Bitte begründen Sie, warum die Idee nicht zulässig ist."))
    if cost_eur > ballot.total_eur and eligibility == BallotItem.Eligibility.YES:
        raise ChangeRefused(_("Die Idee kostet mehr als die ganze Summe und kann deshalb nicht gewählt werden."))
    values = {"cost_eur": cost_eur, "eligibility": eligibility, "reason": reason}
    with history(actor):
        Ballot.objects.select_for_update(no_key=True).get(pk=ballot.pk)
        item = ballot.items.filter(idea=idea).first()
        if item is None:
            number = (ballot.items.aggregate(last=Max("number"))["last"] or 0) + 1
            return BallotItem.objects.create(
                municipality=ballot.municipality, ballot=ballot, idea=idea, number=number, **values
            )
        for name, value in values.items():
            setattr(item, name, value)
        item.save(update_fields=list(values))
        return item


@transaction.atomic
def print_codes(*, ballot: Ballot, actor: User | None, number: int) -> list[str]:
    """Make new codes for letters and return them; stored are hashes only, so this is the one moment to print them.

    Returned in random order as ``k7m2-9xq4-tb3w``. ``NotNow`` once the vote has begun: nobody adds votes then.
    """
    _require(ballot.call, actor)
    if ballot.electorate != Electorate.CODE:
        raise ChangeRefused(_("Bei dieser Abstimmung gibt es keine Codes."))
    if not 1 <= number <= MOST_CODES:
        raise ChangeRefused(_("Bitte nennen Sie eine Zahl von 1 bis %(most)d.") % {"most": MOST_CODES})
    codes = ["".join(secrets.choice(ALPHABET) for _n in range(CODE_LENGTH)) for _c in range(number)]
    Voter.objects.bulk_create(Voter(ballot=ballot, token_hash=hash_token(code_token(ballot, code))) for code in codes)
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def _require(call: Call, actor: User | None) -> None:
    require(Action.ASSESS, call, role_of(actor, call.municipality_id))
