"""The proof of publication on paper (WeasyPrint)."""

import datetime as dt
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from apps.consultations.codes import PeriodKind, State
from apps.consultations.models import ProofEntry

#: What the page tells entry by entry; self-checks appear as stretches of time.
_TOLD = {ProofEntry.Kind.SHOWN, ProofEntry.Kind.WITHDRAWN, ProofEntry.Kind.OVERRIDE, ProofEntry.Kind.PORTAL}
STATUS_WORDS = {
    "proven": "nachgewiesen erreichbar",
    "interrupted": "unterbrochen",
    "unproven": "nicht belegt",
}


def readable(document: dict[str, Any]) -> dict[str, object]:
    """Return the proof for a template: moments as datetimes, only what changed, stretches in words."""
    kinds, states, rounds_words = dict(ProofEntry.Kind.choices), dict(State.choices), dict(PeriodKind.choices)
    told = [
        {
            **entry,
            "at": dt.datetime.fromisoformat(entry["at"]),
            "words": kinds[entry["kind"]],
            "state": states.get(entry["body"].get("state"), ""),
        }
        for entry in document["entries"]
        if entry["kind"] in _TOLD
    ]
    failed = [
        {**entry, "at": dt.datetime.fromisoformat(entry["at"])}
        for entry in document["entries"]
        if entry["kind"] == ProofEntry.Kind.CHECKED and not entry["body"].get("ok")
    ]
    rounds = [
        {
            **one,
            "starts_at": dt.datetime.fromisoformat(one["starts_at"]),
            "ends_at": dt.datetime.fromisoformat(one["ends_at"]),
            "words": rounds_words.get(one["kind"], one["kind"]),
            # Half-open: the last day is the one before the midnight at which it ends.
            "last_day": timezone.localdate(dt.datetime.fromisoformat(one["ends_at"])) - dt.timedelta(days=1),
            "totals": [(STATUS_WORDS[s], length_words(one[f"{s}_seconds"]), s) for s in STATUS_WORDS],
            "stretches": [
                {
                    "begins_at": dt.datetime.fromisoformat(stretch["from"]),
                    "ends_at": dt.datetime.fromisoformat(stretch["until"]),
                    "words": STATUS_WORDS[stretch["status"]],
                    "status": stretch["status"],
                }
                for stretch in one["stretches"]
            ],
        }
        for one in document["summary"]
    ]
    shown = [entry for entry in told if entry["kind"] == ProofEntry.Kind.SHOWN]
    return {
        **document,
        "exported_at": dt.datetime.fromisoformat(document["exported_at"]),
        "told": told,
        "failed": failed,
        "rounds": rounds,
        "now_shown": shown[-1]["body"] if shown else None,
        "checks": sum(entry["kind"] == ProofEntry.Kind.CHECKED for entry in document["entries"]),
    }


def length_words(seconds: int) -> str:
    """Return "12 Tage 3 Std. 20 Min."."""
    minutes = seconds // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "Tag" if days == 1 else "Tage"), (hours, "Std."), (minutes, "Min.")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 Min."


def proof_pdf(document: dict[str, Any]) -> bytes:
    """Return the proof as a tagged PDF. The page names nothing outside itself, and nothing would be fetched."""
    from weasyprint import HTML

    page = render_to_string("consultations/proof_print.html", {"proof": readable(document)})
    return HTML(string=page, url_fetcher=_fetch_nothing).write_pdf(pdf_variant="pdf/ua-1") or b""


def _fetch_nothing(url: str, *args: Any, **kwargs: Any) -> Any:
    from weasyprint.urls import URLFetchingError

    raise URLFetchingError("the proof stands for itself")
