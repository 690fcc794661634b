"""Every change of data that the site itself makes: texts, feedback about barriers, a new town."""

import datetime as dt
import secrets
import uuid

from django.conf import settings
from django.contrib.gis.geos import MultiPolygon, Point
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.models import Role, User
from apps.accounts.services import take_unconfirmed
from apps.outbox.services import enqueue
from apps.places.models import AdministrativeArea, Municipality
from geo_platform.models import LegalText


class TownRefused(ValueError):
    """A town that cannot be created as asked; the message is a sentence for the person at the command line."""


def save_text(*, municipality: Municipality, slug: str, title: str, body: str) -> tuple[LegalText, str]:
    """Store a text of a town; returns it and ``created``, ``changed`` or ``same`` (then nothing is written)."""
    with transaction.atomic():
        text = LegalText.objects.select_for_update().filter(municipality=municipality, slug=slug).first()
        if text is None:
            return LegalText.objects.create(municipality=municipality, slug=slug, title=title, body=body), "created"
        if (text.title, text.body) == (title, body):
            return text, "same"
        text.title, text.body = title, body
        text.save()
        return text, "changed"


def report_barrier(*, municipality: Municipality, key: uuid.UUID, page: str, text: str, reply_to: str = "") -> int:
    """Send what somebody says about a barrier to the town's administrators; returns how many mails were queued.

    ``key`` is the form's idempotency key: the same form sent twice makes one mail to each. How many may come, so that
    nobody floods a mailbox, is decided before (``contributions.limits``).
    """
    recipients = list(
        User.objects.filter(
            is_active=True, roles__municipality=municipality, roles__role=Role.Code.ADMINISTRATOR
        ).values_list("email", flat=True)
    ) or [settings.DEFAULT_FROM_EMAIL]
    lines = [
        _("Auf der Beteiligungsplattform wurde eine Barriere gemeldet."),
        "",
        _("Seite: %(page)s") % {"page": page or _("nicht angegeben")},
        _("Antwort an: %(address)s") % {"address": reply_to or _("keine Adresse angegeben")},
        "",
        text,
    ]
    with transaction.atomic():
        for recipient in recipients:
            enqueue(
                municipality=municipality,
                recipient=recipient,
                subject=_("Barriere gemeldet: %(town)s") % {"town": municipality.name},
                body="\n".join(lines),
                dedupe_key=f"barrier:{key}:{recipient}",
                reference="barrier",
            )
    return len(recipients)


def create_municipality(
    *, key: str, name: str, boundary: MultiPolygon, hostname: str = "", today: dt.date
) -> Municipality:
    """Create a town with its boundary (storage CRS), valid from ``today``; raises ``TownRefused`` for a duplicate.

    The centre is a point that surely lies on the area, also when the town is shaped like a horseshoe.
    """
    if Municipality.objects.filter(key=key).exists():
        raise TownRefused(_("Die Gemeinde %(key)s gibt es schon.") % {"key": key})
    if hostname and Municipality.objects.filter(hostname=hostname).exists():
        raise TownRefused(_("Der Hostname %(host)s gehört schon einer anderen Gemeinde.") % {"host": hostname})
    inside = boundary.centroid if boundary.covers(boundary.centroid) else boundary.point_on_surface
    with transaction.atomic():
        town = Municipality.objects.create(
            key=key, name=name, hostname=hostname, centre=Point(inside.x, inside.y, srid=boundary.srid)
        )
        AdministrativeArea.objects.create(
            municipality=town,
            kind=AdministrativeArea.Kind.MUNICIPALITY,
            key=key,
            name=name,
            area=boundary,
            valid_from=today,
        )
    return town


@transaction.atomic
def set_boundary(*, municipality: Municipality, area: MultiPolygon, valid_from: dt.date) -> AdministrativeArea:
    """Let ``area`` (storage CRS) be the town's boundary from ``valid_from``; the former version ends on that day.

    A correction on the same day replaces the shape, so that rules which name the version keep it. Raises
    ``TownRefused`` when a later version exists.
    """
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    versions = AdministrativeArea.objects.filter(
        municipality=municipality, kind=AdministrativeArea.Kind.MUNICIPALITY, valid_to=None
    )
    former = versions.order_by("-valid_from").first()
    if former and former.valid_from > valid_from:
        raise TownRefused(_("Es gibt schon einen neueren Stand vom %(day)s.") % {"day": date_format(former.valid_from)})
    if former and former.valid_from == valid_from:
        former.area = area
        former.save(update_fields=["area"])
        return former
    versions.update(valid_to=valid_from)
    return AdministrativeArea.objects.create(
        municipality=municipality,
        kind=AdministrativeArea.Kind.MUNICIPALITY,
        key=municipality.key,
        name=municipality.name,
        area=area,
        valid_from=valid_from,
    )


def appoint_administrator(*, municipality: Municipality, email: str, name: str = "") -> tuple[User, str]:
    """Give a person the role of administrator in a town; returns the account and, for a new one, its password.

    The password (empty for an account that exists) is for the terminal once; only its hash is stored.
    """
    with transaction.atomic():
        user = User.objects.filter(email__iexact=email).first()
        password = ""
        name = name or email.partition("@")[0]
        if user is None:
            user = User.objects.create_user(email=email, name=name)
        if take_unconfirmed(user=user, name=name):
            password = secrets.token_urlsafe(12)
            user.set_password(password)
            user.save(update_fields=["password"])
        Role.objects.get_or_create(user=user, municipality=municipality, role=Role.Code.ADMINISTRATOR)
    return user, password
