"""What somebody with an account finds of the own ideas, supports and votes: by the address, through no other tie."""

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.citizens.belongings import MOST, Belonging, Kind, register
from apps.ideas.ballot.models import Ballot, Voter
from apps.ideas.identity import identity_of
from apps.ideas.links import status_token
from apps.ideas.models import Idea, Support
from apps.ideas.services.erasure import forget_address
from apps.places.models import Municipality


def own_ideas(address: str, town: Municipality) -> Sequence[Belonging]:
    """Ideas that carry the address as contact, with the secret link by which their author reads them."""
    ideas = Idea.objects.filter(municipality=town.pk, contact__email__iexact=address).newest()[:MOST]
    return [
        Belonging(
            idea.title,
            _now("vom %(day)s, %(status)s")
            % {"day": f"{idea.received_on:%d.%m.%Y}", "status": idea.get_status_display()},
            reverse("ideas:status", args=[token]) if (token := status_token(idea)) else "",
        )
        for idea in ideas
    ]


def own_supports(address: str, town: Municipality) -> Sequence[Belonging]:
    """Ideas that the person supports and that are public; one that goes on in another is named by that."""
    identity = identity_of(address, purpose="support", scope=town.pk)
    found = Support.objects.filter(municipality=town.pk, identity=identity).exclude(confirmed_at=None)
    rows = found.select_related("idea__merged_into").order_by("-confirmed_at", "-pk")[:MOST]
    shown = {main.pk: main for row in rows if (main := row.idea.merged_into or row.idea).is_public}
    return [Belonging(main.title, url=reverse("ideas:support", args=[main.public_id])) for main in shown.values()]


def own_votes(address: str, town: Municipality) -> Sequence[Belonging]:
    """Votes in which the person took part. For what, nobody can say (docs/adr/0027-votes-apart-from-voters.md)."""
    ballots = {
        ballot.pk: ballot
        for ballot in Ballot.objects.filter(municipality=town.pk, call__is_published=True)
        .select_related("call")
        .order_by("-pk")[:MOST]
    }
    mine = Q(pk=None)
    for pk in ballots:
        mine |= Q(ballot=pk, identity=identity_of(address, purpose="vote", scope=pk))
    voted = set(Voter.objects.filter(mine, has_voted=True).values_list("ballot", flat=True))
    return [
        Belonging(ballot.call.title, _("abgestimmt"), reverse("ideas:ballot", args=[ballot.call.public_id]))
        for pk, ballot in ballots.items()
        if pk in voted
    ]


register(
    "ideas",
    Kind(
        _("Ihre Ideen"),
        _("Mit dieser E-Mail-Adresse haben Sie hier noch keine Idee eingereicht."),
        own_ideas,
        forget_address,
        10,
    ),
)
register("supports", Kind(_("Das unterstützen Sie"), _("Noch unterstützen Sie keine Idee."), own_supports, order=20))
register("votes", Kind(_("Abstimmungen"), _("Noch haben Sie an keiner Abstimmung teilgenommen."), own_votes, order=30))
