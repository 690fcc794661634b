"""Coded values of ideas, and which status may follow which."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    MOBILITY = "mobility", _("Wege und Verkehr")
    GREEN = "green", _("Grün und Natur")
    CULTURE = "culture", _("Kultur und Feste")
    YOUTH = "youth", _("Kinder und Jugend")
    SPORTS = "sports", _("Sport und Bewegung")
    TOURISM = "tourism", _("Ausflug und Tourismus")
    ENERGY = "energy", _("Energie und Klima")
    SOCIAL = "social", _("Miteinander")
    BUILDING = "building", _("Bauen und Wohnen")
    OTHER = "other", _("Anderes")


class Channel(models.TextChoices):
    """How an idea reached the town."""

    WEB = "web", _("Internet")
    WORKSHOP = "workshop", _("Werkstatt")
    LETTER = "letter", _("Brief")
    COUNTER = "counter", _("Rathaus")


class Status(models.TextChoices):
    SUBMITTED = "submitted", _("eingegangen")
    PUBLISHED = "published", _("veröffentlicht")
    UNDER_REVIEW = "under_review", _("wird geprüft")
    ACCEPTED = "accepted", _("wird umgesetzt")
    PARTLY = "partly", _("wird teilweise umgesetzt")
    REJECTED = "rejected", _("nicht möglich")
    REALISED = "realised", _("umgesetzt")


#: A decision comes with its reasons: without an answer the database refuses these.
ANSWERED = (Status.ACCEPTED, Status.PARTLY, Status.REJECTED, Status.REALISED)

_DECISIONS = {Status.UNDER_REVIEW, *ANSWERED}
#: Allowed status changes. Nothing public becomes "submitted" again; hiding is another matter than status.
NEXT: dict[str, set[Status]] = {
    Status.SUBMITTED: {Status.PUBLISHED},
    Status.PUBLISHED: _DECISIONS,
    Status.UNDER_REVIEW: {Status.ACCEPTED, Status.PARTLY, Status.REJECTED, Status.REALISED},
    Status.ACCEPTED: {Status.PARTLY, Status.REJECTED, Status.REALISED},
    Status.PARTLY: {Status.ACCEPTED, Status.REJECTED, Status.REALISED},
    Status.REJECTED: {Status.UNDER_REVIEW, Status.ACCEPTED, Status.PARTLY},
    Status.REALISED: set(),
}
