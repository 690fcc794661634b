"""Publishing although a check says no: one person asks with a reason, another one decides."""

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.consultations.models import Consultation, PublicationOverride
from apps.consultations.publication.checks import DEFAULT_CHECKS, Check, run_checks
from apps.consultations.publication.findings import Finding
from apps.consultations.querysets import PLANNERS
from apps.geo.editing import ChangeRefused, lock_for_edit
from apps.geo.templatetags.quotes import within_quotes
from apps.outbox.services import Letter, enqueue_all
from apps.places.links import public_url


def not_lifted(consultation: Consultation, findings: Iterable[Finding]) -> list[Finding]:
    """Return the errors that nobody has granted: the newest granted request counts, word for word."""
    granted = consultation.overrides.filter(is_granted=True).order_by("-decided_at").first()
    lifted = {(one["code"], one["text"]) for one in granted.findings} if granted else set()
    errors = [finding for finding in findings if finding.is_error]
    return [finding for finding in errors if finding.is_absolute or (finding.code, finding.text) not in lifted]


@transaction.atomic
def request_override(
    *,
    consultation: Consultation,
    actor: User,
    version: int,
    reason: str,
    at: dt.datetime,
    checks: Iterable[Check] = DEFAULT_CHECKS,
) -> PublicationOverride:
    """Ask the other planners and administrators to let it be published all the same; they get a mail each.

    Raises ``StaleEdit``, and ``ChangeRefused`` when nothing stands in the way, when something does that nobody can
    lift, or when somebody has asked already.
    """
    with history(actor):
        fresh = lock_for_edit(consultation, version=version)
        open_errors = not_lifted(fresh, run_checks(fresh, at, checks))
        if not open_errors:
            raise ChangeRefused(_("Es steht nichts im Weg; das Verfahren kann veröffentlicht werden."))
        if absolute := [finding.text for finding in open_errors if finding.is_absolute]:
            raise ChangeRefused(_("Das kann niemand freigeben: %(texts)s") % {"texts": " ".join(absolute)})
        try:
            with transaction.atomic():
                override = PublicationOverride.objects.create(
                    municipality_id=fresh.municipality_id,
                    consultation=fresh,
                    findings=[{"code": finding.code, "text": finding.text} for finding in open_errors],
                    reason=reason,
                    requested_by=actor,
                    requested_at=at,
                )
        except IntegrityError:
            raise ChangeRefused(
                _("Es ist schon eine Freigabe beantragt; über sie ist noch nicht entschieden.")
            ) from None
        _tell_others(fresh, override, actor)
        return override


@transaction.atomic
def decide_override(
    *, override: PublicationOverride, actor: User, is_granted: bool, note: str, at: dt.datetime
) -> PublicationOverride:
    """Grant or refuse a request. Raises ``ChangeRefused`` for whoever asked, and when it is decided already."""
    with history(actor):
        fresh = PublicationOverride.objects.select_for_update().get(pk=override.pk)
        if fresh.is_granted is not None:
            raise ChangeRefused(_("Über diese Freigabe ist schon entschieden."))
        if fresh.requested_by_id == actor.pk:
            raise ChangeRefused(_("Eine zweite Person muss entscheiden; Sie haben die Freigabe selbst beantragt."))
        fresh.is_granted, fresh.decided_by, fresh.decided_at, fresh.note = is_granted, actor, at, note
        fresh.save(update_fields=["is_granted", "decided_by", "decided_at", "note"])
        _tell_requester(fresh)
        return fresh


def planners_of(municipality_id: int) -> QuerySet[User]:
    """Return the active planners and administrators of a town, each once."""
    holding = {"roles__municipality": municipality_id, "roles__role__in": PLANNERS}
    return User.objects.filter(is_active=True, **holding).distinct().order_by("pk")


def _page(consultation: Consultation) -> str:
    return public_url(consultation.municipality, f"/intern/beteiligung/{consultation.public_id}/veroeffentlichen/")


def _tell_others(consultation: Consultation, override: PublicationOverride, actor: User) -> None:
    found = "\n".join(f"- {finding['text']}" for finding in override.findings)
    body = _(
        "%(name)s möchte „%(title)s“ veröffentlichen, obwohl die Prüfung widerspricht:\n\n%(found)s\n\n"
        "Begründung: %(reason)s\n\nBitte entscheiden Sie hier:\n%(page)s\n"
    ) % {
        "name": actor.name or actor.email,
        "title": within_quotes(consultation.title),
        "found": found,
        "reason": override.reason,
        "page": _page(consultation),
    }
    subject = _("Freigabe erbeten: %(title)s") % {"title": consultation.title}
    enqueue_all(
        municipality=consultation.municipality,
        letters=[
            Letter(recipient=user.email, subject=subject, body=body, reference=consultation.public_id)
            for user in planners_of(consultation.municipality_id).exclude(pk=actor.pk)
        ],
    )


def _tell_requester(override: PublicationOverride) -> None:
    consultation = override.consultation
    said = _("freigegeben") if override.is_granted else _("nicht freigegeben")
    body = _("„%(title)s“ ist %(said)s.\n\nVermerk: %(note)s\n\n%(page)s\n") % {
        "title": within_quotes(consultation.title),
        "said": said,
        "note": override.note or "–",
        "page": _page(consultation),
    }
    subject = _("%(title)s: %(said)s") % {"title": consultation.title, "said": said}
    letter = Letter(recipient=override.requested_by.email, subject=subject, body=body, reference=consultation.public_id)
    enqueue_all(municipality=consultation.municipality, letters=[letter])
