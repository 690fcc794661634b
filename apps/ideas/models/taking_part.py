"""What people add to an idea: support, comments, and a word about abuse."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.contributions.models import AbstractContact, Submission
from apps.geo.ids import public_id
from apps.ideas.models.idea import Idea
from apps.ideas.querysets import CommentQuerySet
from apps.places.constraints import SameTown
from apps.places.models import TownOwned


class Support(TownOwned):
    """One person for one idea. ``identity`` is a keyed hash of an address (``identity.py``), of an account or not.

    It counts from ``confirmed_at`` on. ``token_hash`` belongs to the link by which its owner confirms and withdraws.
    """

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="supports", verbose_name=_("Idee"))
    identity = models.CharField(max_length=64, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("angelegt am"), db_default=Now(), editable=False)
    confirmed_at = models.DateTimeField(_("bestätigt am"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("Unterstützung")
        verbose_name_plural = _("Unterstützungen")
        constraints = [
            models.UniqueConstraint(fields=["idea", "identity"], name="ideas_support_once_per_person"),
            SameTown(field="idea", name="ideas_support_town"),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="ideas_support_unconfirmed", condition=Q(confirmed_at=None)),
            models.Index(fields=["identity"], name="ideas_support_identity"),
        ]

    def __str__(self) -> str:
        return f"{self.idea_id}: {self.pk}"


class SupportContact(AbstractContact):
    """The address of a supporter: until it is confirmed, and after that only for those who want news."""

    support = models.OneToOneField(Support, on_delete=models.CASCADE, related_name="contact")

    class Meta(AbstractContact.Meta):
        abstract = False
        verbose_name = _("Kontakt einer Unterstützung")
        verbose_name_plural = _("Kontakte von Unterstützungen")


class Comment(TownOwned, Submission):
    """What somebody says about an idea; answers are one level deep. ``written_by`` marks the town's own words."""

    class State(models.TextChoices):
        PENDING = "pending", _("wartet auf Prüfung")
        RELEASED = "released", _("öffentlich")
        HIDDEN = "hidden", _("verborgen")

    public_id = models.CharField(_("Kennung"), max_length=12, unique=True, default=public_id, editable=False)
    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="comments", verbose_name=_("Idee"))
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="answers", verbose_name=_("Antwort auf")
    )
    name = models.CharField(_("Name"), max_length=60, blank=True, default="")
    text = models.TextField(_("Kommentar"), max_length=2000)
    state = models.CharField(_("Freigabe"), max_length=8, choices=State, default=State.PENDING)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_official = models.BooleanField(_("von der Stadt"), default=False)
    created_at = models.DateTimeField(_("geschrieben am"), db_default=Now(), editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("Kommentar")
        verbose_name_plural = _("Kommentare")
        ordering = ["created_at", "pk"]
        constraints = [
            *Submission.Meta.constraints,
            SameTown(field="idea", name="ideas_comment_town"),
        ]
        indexes = [models.Index(fields=["idea", "state", "created_at"], name="ideas_comments_of")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_released(self) -> bool:
        return self.state == self.State.RELEASED


class AbuseNote(TownOwned, Submission):
    """Somebody finds that an idea or a comment should not stand there; read by the keepers of ideas."""

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="abuse_notes", verbose_name=_("Idee"))
    comment = models.ForeignKey(
        Comment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="abuse_notes",
        verbose_name=_("Kommentar"),
    )
    reason = models.TextField(_("Was ist daran nicht in Ordnung?"), max_length=1000)
    created_at = models.DateTimeField(_("gemeldet am"), db_default=Now(), editable=False)
    handled_at = models.DateTimeField(_("erledigt am"), null=True, blank=True, editable=False)

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("Hinweis auf Missbrauch")
        verbose_name_plural = _("Hinweise auf Missbrauch")
        ordering = ["created_at", "pk"]
        constraints = [*Submission.Meta.constraints, SameTown(field="idea", name="ideas_abuse_town")]

    def __str__(self) -> str:
        return f"{self.idea_id}: {self.pk}"
