"""What every citizen's contribution has; the kinds make these models concrete."""

import datetime as dt
import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.geo.ids import public_id
from apps.places.models import Municipality, TownOwned

#: Contact data dies this many days after its contribution is closed (a proposal of the domain reference, 3.4).
CONTACT_LIVES_DAYS = 90


class Submission(models.Model):
    """Abstract: a row that a public POST made, found again when the same POST arrives twice.

    The subclass is ``TownOwned`` and repeats ``Submission.Meta.constraints`` in its own Meta. ``payload_hash`` is
    keyed with the installation's secret, so that it tells nothing about the personal data that went into it.
    """

    idempotency_key = models.UUIDField(default=uuid.uuid4, editable=False)
    payload_hash = models.CharField(max_length=64, default="", editable=False)
    municipality: Municipality  # of TownOwned

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "idempotency_key"], name="%(app_label)s_%(class)s_once_per_key"
            )
        ]


class AbstractContact(models.Model):
    """Abstract: how to reach a person, kept apart from what the person contributed, with a date to die.

    ``dies_on`` is the first local day on which the row must be gone; empty while the contribution is open.
    """

    email = models.EmailField(_("E-Mail-Adresse"), blank=True, default="")
    name = models.CharField(_("Name"), max_length=120, blank=True, default="")
    phone = models.CharField(_("Telefon"), max_length=40, blank=True, default="")
    wants_updates = models.BooleanField(_("möchte Nachrichten zum Stand"), default=False)
    dies_on = models.DateField(_("wird gelöscht am"), null=True, blank=True, db_index=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=~Q(email="", name="", phone=""), name="%(app_label)s_%(class)s_not_empty"),
            models.CheckConstraint(
                condition=Q(wants_updates=False) | ~Q(email=""), name="%(app_label)s_%(class)s_updates_need_email"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone


def contact_dies_on(closed_on: dt.date) -> dt.date:
    """Return the day on which contact data of a contribution closed on ``closed_on`` (local dates) must be gone."""
    return closed_on + dt.timedelta(days=CONTACT_LIVES_DAYS)


class Picture(models.Model):
    """Abstract: the two files of a cleaned photo below MEDIA_ROOT, made by ``photos.clean_photo`` only.

    Their names are random, so that a name tells nothing; nobody serves MEDIA_ROOT, views do (threat V6). A file without
    a row is swept away after a day (``uploads.sweep_orphans``), which finds the rows through this class.
    """

    file = models.FileField(_("Foto"), max_length=60, unique=True, editable=False)
    thumbnail = models.FileField(_("Vorschau"), max_length=60, unique=True, editable=False)
    width = models.PositiveSmallIntegerField(_("Breite in Bildpunkten"), editable=False)
    height = models.PositiveSmallIntegerField(_("Höhe in Bildpunkten"), editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("hochgeladen am"), db_default=Now(), editable=False)

    class Meta:
        abstract = True


#: What a picture hands on when it passes from a draft to a contribution.
PICTURE_FIELDS = ("file", "thumbnail", "width", "height", "sha256")


class AbstractPhoto(Picture):
    """Abstract: a photo of a contribution. Nobody but staff and its sender sees it before somebody has looked at it."""

    class State(models.TextChoices):
        PENDING = "pending", _("wartet auf Prüfung")
        RELEASED = "released", _("freigegeben")
        HIDDEN = "hidden", _("verborgen")

    public_id = models.CharField(max_length=12, unique=True, default=public_id, editable=False)
    position = models.PositiveSmallIntegerField(_("Reihenfolge"), default=0)
    alt = models.CharField(_("Bildbeschreibung"), max_length=250, blank=True, default="")
    state = models.CharField(_("Freigabe"), max_length=8, choices=State, default=State.PENDING)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_released(self) -> bool:
        return self.state == self.State.RELEASED


class Upload(Picture, TownOwned):
    """A photo that was sent before its form: kept for a day, so that an error in the form does not lose it.

    ``draft`` is the secret number of the form that it belongs to. ``token`` (128 bit, derived from draft and content)
    is what the form carries and the only way to the picture: it cannot be guessed, and the same file sent twice has
    the same one.
    """

    draft = models.UUIDField(editable=False, db_index=True)
    token = models.CharField(max_length=26, unique=True, editable=False)

    class Meta:
        verbose_name = _("Foto in einem Entwurf")
        verbose_name_plural = _("Fotos in Entwürfen")
        indexes = [models.Index(fields=["created_at"], name="contributions_upload_age")]

    def __str__(self) -> str:
        return f"Upload {self.pk}"
