"""How every change of a report is written: locked, checked for staleness, with its line of history."""

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.geo.editing import ChangeRefused
from apps.reports.models import Event, Report


class StaleEdit(ChangeRefused):
    """Somebody else was faster: the form was made from an older version of the report."""


def lock(report: Report, *, version: int | None = None) -> Report:
    """Return the report, locked until the transaction ends; ``StaleEdit`` when it is not at ``version`` any more."""
    fresh = (
        Report.objects.select_for_update(of=("self",))
        .select_related("category", "executor__organisation", "owner__organisation", "municipality")
        .defer("search_text")
        .get(pk=report.pk)
    )
    if version is not None and fresh.version != version:
        raise StaleEdit(
            _(
                "Jemand anderes hat die Meldung inzwischen geändert. "
                "Bitte lesen Sie den neuen Stand und speichern Sie dann noch einmal."
            )
        )
    return fresh


def save(report: Report, *fields: str) -> None:
    """Store the named fields of a locked report and count its version up."""
    report.version += 1
    report.save(update_fields=[*fields, "version", "changed_at"])


def record(report: Report, kind: Event.Kind, *, actor: User | None = None, **fields: object) -> Event:
    """Write one line of history. ``fields``: ``at``, ``is_public``, ``text``, ``data``, ``idempotency_key``.

    Call it before ``save``: the line carries the version that the report will have then.
    """
    version = report.version + (kind != Event.Kind.SUBMITTED)
    return Event.objects.create(report=report, kind=kind, actor=actor, version=version, **fields)
