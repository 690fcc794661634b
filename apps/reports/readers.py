"""Who hears of a report: its reporter, those of the reports merged into it, and whoever follows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse

from apps.contributions.tokens import derive_token, hash_token, known_token
from apps.places.links import public_url
from apps.reports.links import status_url
from apps.reports.models import Contact, Follower, Merge, Report

_FOLLOW = "report-follow"


@dataclass(frozen=True)
class Reader:
    """One address with the link that belongs to it; ``key`` tells readers of one report apart."""

    key: str
    email: str
    url: str
    is_follower: bool = False


def reporters(report: Report) -> QuerySet[Contact]:
    """Return the contacts of a report and of those merged into it."""
    merged = Report.objects.filter(merges__main=report, merges__undone_at=None).values("pk")
    return Contact.objects.filter(Q(report=report) | Q(report__in=merged))


def readers_of(report: Report) -> list[Reader]:
    """Return everybody who wants mails about a report. Followers only while it is released."""
    return [reader for _, reader in readers_of_many([report])]


def readers_of_many(reports: Sequence[Report]) -> list[tuple[Report, Reader]]:
    """Return report and reader for everybody who wants mails about one of ``reports`` (three queries, however many)."""
    by_key = {report.pk: report for report in reports}
    goes_on_in = dict(Merge.objects.filter(main__in=by_key, undone_at=None).values_list("duplicate", "main"))
    goes_on_in.update({key: key for key in by_key})
    seen: set[tuple[int, str]] = set()
    found = []
    wanted = Contact.objects.filter(report__in=goes_on_in, wants_updates=True).exclude(email="")
    for contact in sorted(
        wanted.select_related("report__municipality").order_by("pk"), key=lambda c: c.report_id not in by_key
    ):
        main = by_key[goes_on_in[contact.report_id]]
        if (main.pk, contact.email.lower()) not in seen:
            seen.add((main.pk, contact.email.lower()))
            key = "reporter" if contact.report_id == main.pk else f"reporter-{contact.report_id}"
            found.append((main, Reader(key, contact.email, status_url(contact.report))))
    released = [key for key, main in goes_on_in.items() if by_key[main].is_released]
    followers = Follower.objects.filter(report__in=released).exclude(confirmed_at=None)
    for follower in followers.select_related("report__municipality").order_by("pk") if released else ():
        main = by_key[goes_on_in[follower.report_id]]
        if (main.pk, follower.email.lower()) not in seen:
            seen.add((main.pk, follower.email.lower()))
            reader = Reader(f"follower-{follower.pk}", follower.email, follow_url(follower), is_follower=True)
            found.append((main, reader))
    return found


def give_follow_token(follower: Follower) -> str:
    """Set the hash of a follower's secret link and return the secret (128 bit)."""
    token = derive_token(_FOLLOW, follower.idempotency_key, follower.report.public_id, follower.email)
    follower.token_hash = hash_token(token)
    return token


def follow_url(follower: Follower) -> str:
    """Return the absolute secret link by which a follower confirms, reads and leaves; empty after a new secret."""
    token = known_token(
        follower.token_hash, _FOLLOW, follower.idempotency_key, follower.report.public_id, follower.email
    )
    return public_url(follower.report.municipality, reverse("reports:following", args=[token])) if token else ""


def find_follower(token: str) -> Follower | None:
    """Return the follower behind a secret link, None without one."""
    return (
        Follower.objects.filter(token_hash=hash_token(token))
        .select_related("report__municipality", "report__category", "report__executor")
        .first()
    )
