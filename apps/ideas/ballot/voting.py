"""Casting a vote and counting all of them. The choice is written apart from the right that it used."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.geo.editing import ChangeRefused
from apps.geo.versions import advance_version
from apps.ideas.ballot.models import Ballot, BallotItem, Vote, Voter
from apps.ideas.ballot.published import digest_of, published_count
from apps.ideas.ballot.rules import count
from apps.ideas.models.call import Call
from apps.ideas.phases import Action, Phase, phase_of, require

#: With each vote so many others are written anew in the same statement, so that neither the order of the rows on the
#: disk nor the number of the transaction that wrote them points at one person.
CROWD = 200

_CAST = """
WITH crowd AS (SELECT id FROM ideas_vote WHERE ballot_id = %(ballot)s ORDER BY random() LIMIT %(crowd)s),
gone AS (DELETE FROM ideas_vote USING crowd WHERE ideas_vote.id = crowd.id RETURNING ideas_vote.items),
mixed AS (SELECT items FROM gone UNION ALL SELECT %(items)s::smallint[])
INSERT INTO ideas_vote (id, ballot_id, items)
SELECT gen_random_uuid(), %(ballot)s, items FROM mixed ORDER BY random()
"""
_SHUFFLE = """
WITH gone AS (DELETE FROM ideas_vote WHERE ballot_id = %(ballot)s RETURNING items)
INSERT INTO ideas_vote (id, ballot_id, items)
SELECT gen_random_uuid(), %(ballot)s, items FROM gone ORDER BY random()
"""


class AlreadyVoted(ChangeRefused):
    """The right to vote is used. Its text may be shown."""

    def __init__(self) -> None:
        super().__init__(_("Mit diesem Stimmzettel wurde schon abgestimmt. Jede Stimme zählt einmal."))


def offered_items(ballot: Ballot) -> QuerySet[BallotItem]:
    """Return the items that can be chosen, by number."""
    yes = BallotItem.Eligibility.YES
    return ballot.items.filter(eligibility=yes, idea__is_hidden=False).select_related("idea").order_by("number")


def check_basket(ballot: Ballot, numbers: Sequence[int]) -> list[int]:
    """Return the chosen numbers in order; ``ChangeRefused`` for an empty, unknown or too expensive choice."""
    costs = dict(offered_items(ballot).values_list("number", "cost_eur"))
    chosen = sorted(set(numbers))
    if not chosen:
        raise ChangeRefused(_("Bitte wählen Sie mindestens ein Vorhaben."))
    if any(number not in costs for number in chosen):
        raise ChangeRefused(_("Ein Vorhaben steht nicht mehr zur Wahl. Bitte wählen Sie noch einmal."))
    sum_eur = sum(costs[number] for number in chosen)
    if sum_eur > ballot.total_eur:
        raise ChangeRefused(
            _("Ihre Auswahl kostet %(sum)s Euro, verteilt werden %(total)s Euro. Bitte nehmen Sie etwas heraus.")
            % {
                "sum": number_format(sum_eur, 0, force_grouping=True),
                "total": number_format(ballot.total_eur, 0, force_grouping=True),
            }
        )
    return chosen


@transaction.atomic
def cast_vote(*, voter: Voter, numbers: Sequence[int], at: dt.datetime | None = None) -> None:
    """Use a right to vote. ``NotNow`` outside the vote, ``AlreadyVoted`` the second time, ``ChangeRefused`` otherwise.

    Right and choice are stored together or not at all. Nothing is returned that would name the choice.
    """
    # Votes of one ballot pass one by one, and none passes while it is counted.
    ballot = Ballot.objects.select_for_update(no_key=True, of=("self",)).select_related("call").get(pk=voter.ballot_id)
    require(Action.VOTE, ballot.call, at=at)
    if ballot.is_counted:
        raise ChangeRefused(_("Die Abstimmung ist beendet."))
    chosen = check_basket(ballot, numbers)
    if not Voter.objects.filter(pk=voter.pk, has_voted=False).update(has_voted=True):
        raise AlreadyVoted
    with connection.cursor() as cursor:
        cursor.execute(_CAST, {"ballot": ballot.pk, "crowd": CROWD - 1, "items": chosen})


@transaction.atomic
def shuffle_votes(ballot: Ballot) -> None:
    """Write all votes of a ballot anew in random order, in one transaction with nothing else in it."""
    Ballot.objects.select_for_update(no_key=True).get(pk=ballot.pk)
    with connection.cursor() as cursor:
        cursor.execute(_SHUFFLE, {"ballot": ballot.pk})


def count_ended_ballots(*, at: dt.datetime | None = None) -> int:
    """Count each ballot whose vote is over, once; return how many. A second run changes nothing."""
    counted = 0
    for ballot in Ballot.objects.filter(counted_at=None).select_related("call").order_by("pk"):
        if phase_of(ballot.call, at=at) in (Phase.REALISE, Phase.CLOSED):
            counted += count_ballot(ballot=ballot, at=at)
    return counted


@transaction.atomic
def count_ballot(*, ballot: Ballot, at: dt.datetime | None = None) -> bool:
    """Count by the ballot's rule and publish the result; False when it was counted before."""
    fresh = Ballot.objects.select_for_update(of=("self",)).select_related("call").get(pk=ballot.pk)
    if fresh.is_counted:
        return False
    if phase_of(fresh.call, at=at) not in (Phase.REALISE, Phase.CLOSED):
        raise ChangeRefused(_("Die Abstimmung läuft noch: Vor ihrem Ende zählt niemand."))
    with connection.cursor() as cursor:
        cursor.execute(_SHUFFLE, {"ballot": fresh.pk})
    costs = dict(offered_items(fresh).values_list("number", "cost_eur"))
    baskets = Vote.objects.filter(ballot=fresh).values_list("items", flat=True)
    for result in count(costs=costs, total_eur=fresh.total_eur, rule=fresh.rule, baskets=baskets):
        BallotItem.objects.filter(ballot=fresh, number=result.number).update(
            votes=result.votes, is_winner=result.is_winner
        )
    fresh.counted_at = at or timezone.now()
    fresh.save(update_fields=["counted_at"])
    fresh.digest = digest_of(published_count(fresh))
    fresh.save(update_fields=["digest"])
    advance_version(Call, fresh.municipality_id)
    return True


def turnout(ballot: Ballot) -> tuple[int, int]:
    """Return how many have voted, and how many rights there are."""
    return ballot.voters.filter(has_voted=True).count(), ballot.voters.count()
