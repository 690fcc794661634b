"""Coded values of statements and of the weighing."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sender(models.TextChoices):
    """Who speaks: anybody (§ 3 BauGB) or a body whose remit is touched (§ 4 BauGB)."""

    PUBLIC = "public", _("Öffentlichkeit")
    AUTHORITY = "authority", _("Behörde oder Träger öffentlicher Belange")


class Channel(models.TextChoices):
    """How it came in. What is not ``web`` was entered by staff."""

    WEB = "web", _("Internet")
    EMAIL = "email", _("E-Mail")
    LETTER = "letter", _("Brief")
    COUNTER = "counter", _("zur Niederschrift")


class Confirmation(models.TextChoices):
    """What is known of the e-mail address. It never decides whether a statement counts."""

    NONE = "none", _("ohne E-Mail-Adresse")
    PENDING = "pending", _("E-Mail-Adresse noch nicht bestätigt")
    CONFIRMED = "confirmed", _("E-Mail-Adresse bestätigt")


class Decision(models.TextChoices):
    """How a concern was weighed (§ 1 Abs. 7 BauGB)."""

    OPEN = "open", _("noch offen")
    FOLLOWED = "followed", _("wird gefolgt")
    PARTLY = "partly", _("wird teilweise gefolgt")
    NOT_FOLLOWED = "not_followed", _("wird nicht gefolgt")
    NOTED = "noted", _("wird zur Kenntnis genommen")


#: § 3 Abs. 2 Satz 7 BauGB: from more than 50 persons with essentially the same content on, telling each of them may be
#: replaced by letting them read the result.
MASS_PERSONS = 50

#: Who works on statements.
STAFF = ("planner", "administrator")
