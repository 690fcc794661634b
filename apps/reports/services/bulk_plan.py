"""What a change of many reports at once would do: whom it concerns, what is left out and why, who is told."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.places.models import Municipality
from apps.reports.handovers.ways import way_to
from apps.reports.models import Merge, Report
from apps.reports.notifications import addresses_of
from apps.reports.permissions import assigned_by, handled_by
from apps.reports.querysets import ReportQuerySet
from apps.reports.readers import readers_of_many
from apps.reports.transitions import Status, is_closed, may_follow

#: More are changed in several goes: each must be looked at before, and undone within a minute.
MAX_REPORTS = 2000

STATUS, ASSIGN, PASS_ON, ANSWER = "stand", "zuweisen", "weitergeben", "antwort"
ACTIONS = {
    STATUS: gettext_lazy("Stand ändern"),
    ASSIGN: gettext_lazy("Zuweisen"),
    PASS_ON: gettext_lazy("An eine andere Stelle geben"),
    ANSWER: gettext_lazy("Öffentlich antworten"),
}
_COLUMNS = (
    *("pk", "public_id", "version", "status", "closed_at", "category_id"),
    *("executor_id", "assignee_id", "routing_reason"),
)
_SHOWN = ("category__name", "address", "executor__name", "executor__code")


@dataclass(frozen=True)
class Change:
    """What is to be done to each report. ``value`` is the new status, person, department or answer."""

    action: str
    value: Any
    text: str = ""

    def signature(self) -> list[str]:
        return [self.action, str(getattr(self.value, "pk", self.value) or ""), self.text]


@dataclass(frozen=True)
class Plan:
    """What would happen. ``rows`` are the reports concerned, as dictionaries; ``refused`` those without the right.

    Told are so many ``readers`` of the reports, or the ``addresses`` of the new owners. A body outside is told of each
    report by itself, when nobody can take the change back any more (``handovers.sweeping``): ``handovers`` says by
    which way how many, ``no_way`` how many it cannot be told of.
    """

    change: Change
    rows: list[dict[str, Any]]
    left_out: dict[str, int]
    refused: Sequence[object]
    readers: int
    addresses: list[str]
    digest: str
    handovers: dict[str, int] = field(default_factory=dict)
    no_way: int = 0

    @property
    def mails(self) -> int:
        return self.readers + len(self.addresses)

    @property
    def total(self) -> int:
        return len(self.rows) + sum(self.left_out.values()) + len(self.refused)


def plan_bulk(*, reports: ReportQuerySet, change: Change, actor: User, municipality: Municipality) -> Plan:
    """Say what ``change`` would do to ``reports`` (visible to the actor, at most ``MAX_REPORTS``); changes nothing."""
    may = assigned_by if change.action in (ASSIGN, PASS_ON) else handled_by
    allowed = set(reports.filter(may(actor, municipality.pk)).order_by().values_list("pk", flat=True))
    columns = [*_COLUMNS, *_SHOWN, *(["public_answer"] if change.action == ANSWER else [])]
    candidates = list(reports.order_by("pk").values(*columns))
    refused = [row for row in candidates if row["pk"] not in allowed]
    reason_of = _reasons(change)
    merged = set(Merge.objects.filter(duplicate__in=allowed, undone_at=None).values_list("duplicate", flat=True))
    rows, left_out = [], Counter[str]()
    for row in candidates:
        if row["pk"] in allowed:
            if why := _("sind mit einer anderen zusammengeführt") if row["pk"] in merged else reason_of(row):
                left_out[why] += 1
            else:
                rows.append(row)
    tells_readers = change.action == STATUS or (change.action == ANSWER and change.value)
    return Plan(
        change=change,
        rows=rows,
        left_out=dict(left_out),
        refused=refused,
        readers=_count_readers(rows) if tells_readers else 0,
        addresses=_addresses(change, actor, municipality) if rows else [],
        digest=_digest(change, rows, refused),
        **_handovers(change, rows),
    )


def _reasons(change: Change) -> Callable[[dict[str, Any]], str]:
    """Return the function that says why a report is left out, empty when it is not."""
    if change.action == STATUS:
        label = Status(change.value).label
        return lambda row: (
            _("haben diesen Stand schon")
            if row["status"] == change.value
            else ""
            if may_follow(row["status"], change.value)
            else _("können von „%(old)s“ nicht zu „%(new)s“ wechseln")
            % {"old": Status(row["status"]).label, "new": label}
        )
    if change.action == ASSIGN:
        person = change.value
        if person is None:
            return lambda row: "" if row["assignee_id"] else _("sind schon niemandem zugewiesen")
        desks = set(person.memberships.values_list("department_id", flat=True))
        return lambda row: (
            _("sind dieser Person schon zugewiesen")
            if row["assignee_id"] == person.pk
            else ""
            if row["executor_id"] in desks
            else _("liegen bei einer Stelle, zu der die Person nicht gehört")
        )
    if change.action == PASS_ON:
        is_external = change.value.organisation.is_external
        return lambda row: (
            _("liegen schon bei dieser Stelle")
            if row["executor_id"] == change.value.pk
            else _("sind abgeschlossen")
            if is_external and is_closed(row["status"]) and not may_follow(row["status"], Status.FORWARDED)
            else ""
        )
    return lambda row: _("haben diese Antwort schon") if row["public_answer"] == change.value else ""


def _count_readers(rows: list[dict[str, Any]]) -> int:
    concerned = Report.objects.filter(pk__in=[row["pk"] for row in rows]).only("pk", "publication")
    return len(readers_of_many(list(concerned)))


def _addresses(change: Change, actor: User, municipality: Municipality) -> list[str]:
    if change.action == ASSIGN and change.value is not None and change.value.pk != actor.pk:
        return addresses_of(change.value, municipality)
    if change.action != PASS_ON or change.value.organisation.is_external:
        return []  # a body outside gets each report with a link of its own (``handovers.sweeping``)
    return [change.value.email] if change.value.email else []


def _handovers(change: Change, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Say by which way a body outside is told of how many reports; the category decides (one look for each)."""
    if change.action != PASS_ON or not change.value.organisation.is_external:
        return {}
    by_category = Counter[int](row["category_id"] for row in rows)
    ways, no_way = Counter[str](), 0
    for category, n in sorted(by_category.items()):
        way = way_to(Report(category_id=category, municipality_id=change.value.municipality_id), change.value)
        if way is None:
            no_way += n
        else:
            ways[str(way.title)] += n
    return {"handovers": dict(ways), "no_way": no_way}


def _digest(change: Change, rows: list[dict[str, Any]], refused: Sequence[object]) -> str:
    """Return a fingerprint of what was shown: when any report has changed since, it is another one."""
    shown = [change.signature(), [(row["pk"], row["version"]) for row in rows], len(refused)]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]
