"""A statement as it came in: its words, its places, what was enclosed, and (apart) who sent it."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.consultations.models import Consultation, Document, ParticipationPeriod
from apps.contributions.models import AbstractContact, Submission
from apps.geo.constraints import GeometryConstraint
from apps.geo.crs import GEO_SRID
from apps.geo.editing import Editable
from apps.geo.ids import public_id
from apps.places.constraints import SameTown
from apps.places.models import TownOwned
from apps.statements.codes import Channel, Confirmation, Sender
from apps.statements.models.authorities import Invitation
from apps.statements.models.drafts import Draft
from apps.statements.querysets import StatementQuerySet

TEXT_LIMIT = 40_000

# Whoever writes, and whatever job runs: a statement stays until its file was handed over.
_KEEP = """
IF NOT EXISTS (SELECT FROM statements_procedurefile AS f
               WHERE f.consultation_id = OLD.consultation_id AND f.handed_over_on IS NOT NULL) THEN
    RAISE EXCEPTION 'a statement stays until the file of its procedure was handed over';
END IF;
RETURN OLD;
"""


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    fields=["withdrawn_at", "confirmation", "anonymised_text", "version"],
    model_name="StatementHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history"),
)
class Statement(Submission, TownOwned, Editable):
    """What somebody said about a plan. The database refuses to change ``text`` and ``received_at``, and to delete it.

    ``number`` counts within the consultation and stands for the sender in public papers. ``received_at`` is when it
    was sent, or for letters the day on which they arrived. ``period`` is the round to which it belongs; ``is_late``
    when it came after that round's last moment. ``anonymised_text`` is the copy without personal data; empty means that
    nobody has made one yet.
    """

    public_id = models.CharField(max_length=12, unique=True, default=public_id, editable=False)
    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="statements")
    period = models.ForeignKey(ParticipationPeriod, on_delete=models.PROTECT, related_name="statements")
    number = models.PositiveIntegerField(_("Nummer"))
    sender_kind = models.CharField(_("von"), max_length=9, choices=Sender, default=Sender.PUBLIC)
    channel = models.CharField(_("Eingangsweg"), max_length=7, choices=Channel, default=Channel.WEB)
    invitation = models.OneToOneField(
        Invitation, on_delete=models.PROTECT, null=True, related_name="statement", editable=False
    )
    received_at = models.DateTimeField(_("eingegangen"))
    is_late = models.BooleanField(_("verspätet"), default=False)
    text = models.TextField(_("Stellungnahme"), max_length=TEXT_LIMIT)
    anonymised_text = models.TextField(_("anonymisierte Fassung"), max_length=TEXT_LIMIT, blank=True, default="")
    confirmation = models.CharField(max_length=9, choices=Confirmation, default=Confirmation.NONE)
    withdrawn_at = models.DateTimeField(_("zurückgenommen am"), null=True)
    status_token_hash = models.CharField(max_length=64, unique=True, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    group = models.ForeignKey("Group", on_delete=models.SET_NULL, null=True, related_name="statements")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("Stellungnahme")
        verbose_name_plural = _("Stellungnahmen")
        ordering = ["number"]
        constraints = [
            *Submission.Meta.constraints,
            models.UniqueConstraint(fields=["consultation", "number"], name="statements_number_once"),
            models.CheckConstraint(condition=~Q(text=""), name="statements_say_something"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("received_at")),
                name="statements_withdrawn_after_received",
            ),
            SameTown(field="consultation", name="statements_statement_town"),
            SameTown(field="period", name="statements_statement_period_town"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="as_received", fields=["text", "received_at", "number", "consultation"]),
            pgtrigger.Trigger(name="kept_for_the_file", operation=pgtrigger.Delete, when=pgtrigger.Before, func=_KEEP),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id}/{self.number}"

    @property
    def reference(self) -> str:
        """The receipt number: the public id in groups of four."""
        return "-".join(self.public_id[at : at + 4] for at in (0, 4, 8)).upper()


class SenderData(AbstractContact):
    """Who sent it, as far as they said, in a table of its own. ``dies_on`` stays empty until the hand-over."""

    statement = models.OneToOneField(Statement, on_delete=models.CASCADE, related_name="sender")
    organisation = models.CharField(_("Stelle oder Verein"), max_length=200, blank=True, default="")
    postal_address = models.TextField(_("Anschrift"), max_length=500, blank=True, default="")

    class Meta(AbstractContact.Meta):
        verbose_name = _("Absender")
        verbose_name_plural = _("Absender")


class Place(models.Model):
    """A spot, line or area on the plan that a statement is about."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="places")
    position = models.PositiveSmallIntegerField(default=0)
    shape = models.GeometryField(srid=GEO_SRID)

    class Meta:
        verbose_name = _("Ort einer Stellungnahme")
        verbose_name_plural = _("Orte von Stellungnahmen")
        ordering = ["position", "pk"]
        constraints = [GeometryConstraint(field="shape", name="statements_place_valid")]

    def __str__(self) -> str:
        return f"Place {self.pk}"


class Reference(models.Model):
    """A paper of the consultation, and where in it, that a statement speaks of."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="references")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    page = models.CharField(_("Seite oder Abschnitt"), max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("Bezug")
        verbose_name_plural = _("Bezüge")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.document} {self.page}".strip()


class Attachment(TownOwned):
    """Something enclosed: a photo made anew from its pixels, or a PDF that was looked through in the sandbox.

    It belongs to a draft until the statement is sent. ``redacted`` is the copy for others, uploaded by the desk beside
    the untouched original. Never public by itself; always served for saving.
    """

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Foto")
        PDF = "pdf", _("PDF")

    public_id = models.CharField(max_length=12, unique=True, default=public_id, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.SET_NULL, null=True, related_name="attachments")
    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, null=True, related_name="attachments")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=5, choices=Kind)
    name = models.CharField(_("Name der Datei"), max_length=120, blank=True, default="")
    file = models.FileField(max_length=80, unique=True, editable=False)
    redacted = models.FileField(_("geschwärzte Fassung"), max_length=80, blank=True, default="", editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    size_bytes = models.PositiveIntegerField(editable=False)

    class Meta:
        verbose_name = _("Anlage")
        verbose_name_plural = _("Anlagen")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(draft=None) | Q(statement=None), name="statements_attachment_at_one_place"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.public_id
