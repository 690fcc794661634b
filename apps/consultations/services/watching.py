"""The self-check of running publications, the alarm when one was interrupted, and the daily mail of the heads."""

import datetime as dt
import math
from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.consultations.codes import State
from apps.consultations.models import Consultation, ProofEntry
from apps.consultations.periods.calculator import rolled
from apps.consultations.publication.reachability import GAP, PROVEN, UNPROVEN, stretches
from apps.consultations.publication.self_check import Fetch, check_reachable, fetch_outside
from apps.consultations.services.overriding import planners_of
from apps.consultations.services.proof import record
from apps.geo.templatetags.quotes import within_quotes
from apps.outbox.services import Letter, enqueue_all
from apps.places.links import public_url
from apps.places.models import Municipality

#: An interruption or a gap in the log that lasts longer is told to the planners.
ALARM_AFTER = dt.timedelta(minutes=60)


def check_running(*, at: dt.datetime, fetch: Fetch = fetch_outside) -> int:
    """Check every running publication once and write down what came; return how many could not be reached.

    The requests are made outside any transaction; only the entry and the alarm belong together.
    """
    failed = 0
    for consultation in Consultation.objects.filter(state=State.OPEN).select_related("municipality").order_by("pk"):
        body = check_reachable(consultation, fetch=fetch)
        record_check(consultation=consultation, body=body, at=at)
        failed += not body["ok"]
    return failed


@transaction.atomic
def record_check(*, consultation: Consultation, body: Mapping[str, object], at: dt.datetime) -> ProofEntry:
    """Append the result of a self-check, and warn the planners when the publication has been away too long."""
    entry = record(consultation, kind=ProofEntry.Kind.CHECKED, body=body, at=at)
    _warn(consultation, at)
    return entry


def _warn(consultation: Consultation, at: dt.datetime) -> None:
    period = (
        consultation.periods.filter(is_published=True, starts_at__lte=at, ends_at__gt=at).order_by("ends_at").last()
    )
    if period is None:
        return
    rows = ProofEntry.objects.filter(
        consultation=consultation,
        kind__in=[ProofEntry.Kind.CHECKED, ProofEntry.Kind.WITHDRAWN],
        recorded_at__gte=period.starts_at,
    ).order_by("number")
    checks = [(moment, ok is True) for moment, ok in rows.values_list("recorded_at", "body__ok")]
    for stretch in stretches(checks, period.starts_at, at):
        # Told while it lasts and just after; the day count in the key makes that once a day.
        if stretch.status == PROVEN or stretch.length < ALARM_AFTER or stretch.ends_at < at - GAP:
            continue
        days = max(1, math.ceil(stretch.length / dt.timedelta(days=1)))
        new_end = rolled(period.ends_on + dt.timedelta(days=days), consultation.municipality.key)
        page = public_url(consultation.municipality, f"/intern/beteiligung/{consultation.public_id}/fristen/")
        lead = (
            _("Die Selbstprüfung lief in dieser Zeit nicht; ob alles erreichbar war, ist nicht belegt.")
            if stretch.status == UNPROVEN
            else _("Die Selbstprüfung hat die Seite oder eine Unterlage in dieser Zeit nicht erreicht.")
        )
        body = _(
            "„%(title)s“ war möglicherweise nicht durchgehend veröffentlicht.\n\n%(lead)s\n"
            "Von %(begin)s bis mindestens %(end)s.\n\n"
            "Eine Unterbrechung kann die Veröffentlichung unwirksam machen. Wir raten, die Frist zu verlängern, "
            "mindestens bis %(new_end)s, und die Verlängerung bekannt zu machen:\n%(page)s\n"
        ) % {
            "title": within_quotes(consultation.title),
            "lead": lead,
            "begin": _moment(stretch.begins_at),
            "end": _moment(stretch.ends_at),
            "new_end": date_format(new_end, "d.m.Y"),
            "page": page,
        }
        key = f"proof-{consultation.public_id}-{stretch.begins_at.astimezone(dt.UTC):%Y%m%dT%H%M%S}-{days}"
        subject = (
            _("Veröffentlichung nicht durchgehend belegt: %(title)s")
            if stretch.status == UNPROVEN
            else _("Veröffentlichung unterbrochen: %(title)s")
        ) % {"title": consultation.title}
        enqueue_all(
            municipality=consultation.municipality,
            letters=[
                Letter(
                    recipient=user.email,
                    subject=subject,
                    body=body,
                    reference=consultation.public_id,
                    dedupe_key=f"{key}-{user.pk}",
                )
                for user in planners_of(consultation.municipality_id)
            ],
        )


def _moment(at: dt.datetime) -> str:
    return date_format(timezone.localtime(at), "d.m.Y, H:i")


@transaction.atomic
def mail_heads(*, day: dt.date) -> int:
    """Queue the heads of every chain of each town, once a local day; return how many towns have any.

    Who keeps these mails can show later that no chain was written anew.
    """
    told = 0
    for town in Municipality.objects.order_by("pk"):
        newest = ProofEntry.objects.filter(municipality=town).order_by("consultation", "-number")
        heads = list(newest.distinct("consultation").select_related("consultation"))
        if not heads:
            continue
        lines = [
            f"{entry.consultation.public_id}  Nr. {entry.number}  {_moment(entry.recorded_at)}\n"
            f"  {entry.hash}\n  {entry.consultation.title}\n"
            for entry in heads
        ]
        intro = _(
            "Stand der Veröffentlichungsnachweise von %(town)s am %(day)s. Bitte bewahren Sie diese Nachricht auf: "
            "Mit ihr lässt sich zeigen, dass ein Nachweis nicht nachträglich neu geschrieben wurde.\n\n"
            "Prüfen: manage.py verify_proof DATEI --head NUMMER:PRÜFSUMME\n\n"
        ) % {"town": town.name, "day": date_format(day, "d.m.Y")}
        recipients = settings.PROOF_RECIPIENTS or [user.email for user in planners_of(town.pk)]
        subject = _("Veröffentlichungsnachweise %(town)s, %(day)s") % {
            "town": town.name,
            "day": date_format(day, "d.m.Y"),
        }
        enqueue_all(
            municipality=town,
            letters=[
                Letter(
                    recipient=recipient,
                    subject=subject,
                    body=intro + "\n".join(lines),
                    dedupe_key=f"proof-heads-{day:%Y%m%d}-{place}",
                )
                for place, recipient in enumerate(recipients)
            ],
        )
        told += 1
    return told
