"""Every message that leaves the house, and the truth about who works on what."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.outbox.querysets import MessageQuerySet
from apps.places.models import Municipality


class Message(models.Model):
    """One message to one recipient, written in the transaction that makes it necessary.

    The row is the truth; a worker holds it by a lease while it sends (``lease_owner``, ``lease_until``), and a lease
    that runs out is taken back. ``message_id`` is fixed here, so that a message sent twice (a worker died between
    the server's "250" and our commit) can be recognised as one. A ``batch`` of messages is held back and may be
    withdrawn until then. ``municipality`` is empty for mail of the installation itself.
    ``dismissed_at``: somebody has seen that it failed and wants no more of it.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("wartet")
        SENDING = "sending", _("wird zugestellt")
        SENT = "sent", _("zugestellt")
        FAILED = "failed", _("abgewiesen")
        DEAD = "dead", _("aufgegeben")

    municipality = models.ForeignKey(
        Municipality, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Gemeinde")
    )
    channel = models.CharField(_("Kanal"), max_length=20, default="mail")
    recipient = models.CharField(_("an"), max_length=500)
    sender = models.CharField(_("von"), max_length=300, blank=True, default="")
    subject = models.CharField(_("Betreff"), max_length=300)
    body = models.TextField(_("Text"))
    html = models.TextField(_("Text als HTML"), blank=True, default="")
    message_id = models.CharField(_("Message-ID"), max_length=120, unique=True, editable=False)
    dedupe_key = models.CharField(max_length=200, blank=True, default="")
    reference = models.CharField(_("Bezug"), max_length=120, blank=True, default="")
    batch = models.CharField(max_length=64, blank=True, default="", editable=False)

    state = models.CharField(_("Zustand"), max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(_("Versuche"), default=0)
    crashes = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(_("nächster Versuch"), db_default=Now())
    give_up_at = models.DateTimeField()
    lease_owner = models.CharField(max_length=36, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    last_error = models.CharField(_("Grund"), max_length=300, blank=True, default="")
    dismissed_at = models.DateTimeField(_("zur Kenntnis genommen am"), null=True)

    created_at = models.DateTimeField(_("angelegt am"), db_default=Now())
    sent_at = models.DateTimeField(_("zugestellt am"), null=True)
    body_dies_on = models.DateField(_("Text wird gelöscht am"), null=True)
    dies_on = models.DateField(_("wird gelöscht am"), null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("Nachricht")
        verbose_name_plural = _("Nachrichten")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "dedupe_key"],
                condition=~Q(dedupe_key=""),
                nulls_distinct=False,
                name="outbox_one_message_per_key",
            ),
            models.CheckConstraint(
                condition=Q(state="sending", lease_until__isnull=False) | (~Q(state="sending") & Q(lease_until=None)),
                name="outbox_lease_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sending"]) | Q(body_dies_on__isnull=False, dies_on__isnull=False),
                name="outbox_finished_has_date_to_die",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at", "id"], condition=Q(state="queued"), name="outbox_due"),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="outbox_leased"),
            models.Index(fields=["municipality", "state", "-created_at"], name="outbox_desk"),
            models.Index(fields=["reference"], condition=~Q(reference=""), name="outbox_reference"),
            models.Index(fields=["batch"], condition=~Q(batch=""), name="outbox_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.reference or self.pk}"

    @property
    def masked_recipient(self) -> str:
        """Enough of the address to recognise a slip of the pen in the domain, too little to know the person."""
        name, at, domain = self.recipient.rpartition("@")
        return f"{name[:1]}…{at}{domain}" if at else self.recipient


class Worker(models.Model):
    """A running ``run_worker`` process and when it was last seen."""

    key = models.CharField(max_length=36, primary_key=True)
    host = models.CharField(max_length=120)
    process = models.PositiveIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("Arbeitsprozess")
        verbose_name_plural = _("Arbeitsprozesse")

    def __str__(self) -> str:
        return f"{self.host}:{self.process}"


class PeriodicRun(models.Model):
    """The last run of a periodic job. ``tick`` counts periods since 1970; one worker owns each tick."""

    name = models.CharField(_("Aufgabe"), max_length=120, primary_key=True)
    tick = models.BigIntegerField()
    worker = models.CharField(max_length=36)
    started_at = models.DateTimeField(_("begonnen"))
    finished_at = models.DateTimeField(_("beendet"), null=True)
    failures = models.PositiveIntegerField(_("Fehlschläge"), default=0)
    last_error = models.CharField(_("Grund"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("Regelmäßige Aufgabe")
        verbose_name_plural = _("Regelmäßige Aufgaben")

    def __str__(self) -> str:
        return self.name
