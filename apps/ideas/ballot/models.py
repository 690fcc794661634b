"""A ballot: its items, who may vote and has, and what was chosen. Nothing leads from a voter to a vote.

``Voter`` and ``Vote`` share no key but the ballot, have random keys and no time at all; see the ADR for what that
protects from, and what it does not.
"""

import uuid
from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.geo.editing import Editable
from apps.ideas.ballot.rules import Rule
from apps.ideas.models.call import Call
from apps.ideas.models.idea import Idea
from apps.places.constraints import SameTown
from apps.places.models import TownOwned


class Electorate(models.TextChoices):
    """Who may vote: the town's choice for each ballot."""

    EMAIL = "email", _("alle mit einer bestätigten E-Mail-Adresse")
    ACCOUNT = "account", _("alle mit einem Konto")
    CODE = "code", _("alle mit einem Code aus einem Brief der Stadt")


@pghistory.track(model_name="BallotHistory", obj_field=pghistory.ObjForeignKey(related_name="history"))
class Ballot(TownOwned, Editable):
    """The vote of one call, in its phase "Entscheiden". ``digest`` is the SHA-256 of the published count."""

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="ballot", verbose_name=_("Aufruf"))
    total_eur = models.PositiveIntegerField(
        _("Summe in Euro"), help_text=_("So viel kann insgesamt verteilt werden, und so viel fasst jeder Warenkorb.")
    )
    electorate = models.CharField(_("Wer abstimmen darf"), max_length=8, choices=Electorate, default=Electorate.EMAIL)
    rule = models.CharField(_("Auszählung"), max_length=12, choices=Rule, default=Rule.SKIP)
    counted_at = models.DateTimeField(_("ausgezählt am"), null=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("Abstimmung")
        verbose_name_plural = _("Abstimmungen")
        constraints = [
            models.CheckConstraint(condition=Q(total_eur__gt=0), name="ideas_ballot_total"),
            SameTown(field="call", name="ideas_ballot_town"),
        ]

    def __str__(self) -> str:
        return f"{self.call}"

    @property
    def is_counted(self) -> bool:
        return self.counted_at is not None


@pghistory.track(
    exclude=["votes", "is_winner"],
    model_name="BallotItemHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history"),
)
class BallotItem(TownOwned):
    """One idea with its cost and the check whether it can be voted about. ``votes`` is empty until the count."""

    class Eligibility(models.TextChoices):
        OPEN = "open", _("noch nicht geprüft")
        YES = "yes", _("zulässig")
        NO = "no", _("nicht zulässig")

    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="items", verbose_name=_("Abstimmung"))
    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="ballot_items", verbose_name=_("Idee"))
    number = models.PositiveSmallIntegerField(_("Nummer"))
    cost_eur = models.PositiveIntegerField(_("Kosten in Euro"))
    eligibility = models.CharField(_("Zulässigkeit"), max_length=4, choices=Eligibility, default=Eligibility.OPEN)
    reason = models.CharField(_("Begründung"), max_length=500, blank=True, default="")
    votes = models.PositiveIntegerField(_("Stimmen"), null=True, editable=False)
    is_winner = models.BooleanField(_("gewählt"), null=True, editable=False)

    class Meta:
        verbose_name = _("Vorhaben der Abstimmung")
        verbose_name_plural = _("Vorhaben der Abstimmung")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["ballot", "idea"], name="ideas_item_once_per_ballot"),
            models.UniqueConstraint(fields=["ballot", "number"], name="ideas_item_number"),
            models.CheckConstraint(condition=Q(cost_eur__gt=0), name="ideas_item_cost"),
            models.CheckConstraint(condition=~Q(eligibility="no") | ~Q(reason=""), name="ideas_item_no_has_reason"),
            models.CheckConstraint(
                condition=Q(votes=None, is_winner=None) | Q(votes__gte=0), name="ideas_item_counted"
            ),
            SameTown(field="ballot", name="ideas_item_ballot_town"),
            SameTown(field="idea", name="ideas_item_idea_town"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.idea}"


class Voter(models.Model):
    """One right to vote, and whether it was used. Not when, and not for what.

    ``identity`` is a hash of an address keyed for this ballot, empty where a code letter gives the right.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="voters")
    identity = models.CharField(max_length=64, blank=True, default="", editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    has_voted = models.BooleanField(default=False, editable=False)

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("Stimmrecht")
        verbose_name_plural = _("Stimmrechte")
        constraints = [
            models.UniqueConstraint(
                fields=["ballot", "identity"], condition=~Q(identity=""), name="ideas_voter_once_per_person"
            )
        ]

    def __str__(self) -> str:
        return "Stimmrecht"


class Vote(models.Model):
    """One basket: the numbers of the chosen items in ascending order. Belongs to nobody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="votes")
    items = ArrayField(models.PositiveSmallIntegerField())

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("Stimmzettel")
        verbose_name_plural = _("Stimmzettel")

    def __str__(self) -> str:
        return "Stimmzettel"
