"""GeoReport v2 as a client speaks it (open311.org, "GeoReport v2"): questions out, answers read with suspicion.

Answers are JSON or XML (``reading.py``). Servers differ: numbers come with and without quotation marks, an answer is
a list with one element or the element.
"""

import contextlib
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from apps.geo.untrusted import InputRefused, clean_text
from apps.open311.models import Endpoint
from apps.open311.reading import parse_answer
from apps.open311.sealing import CannotOpen, unseal
from apps.open311.transport import Answer, Unreachable, ask

#: Numbers in one question for states; keeps the address short.
AT_ONCE = 50


class Rejected(Exception):
    """The body will not take it, however often it is asked; the text is its reason."""


class NoSense(Exception):
    """Something came back that the standard does not know (a login page, half an answer): later perhaps."""


@dataclass(frozen=True)
class Taken:
    """The answer to a new request: its number, or a token that becomes one."""

    service_request_id: str
    token: str


@dataclass(frozen=True)
class RemoteState:
    """What the body says of one request; ``notes`` are its words, cleaned and short."""

    service_request_id: str
    status: str
    notes: str
    description: str
    updated_at: dt.datetime | None


def post_request(endpoint: Endpoint, fields: Mapping[str, str | list[str]]) -> Taken:
    """POST requests.json. Raises ``Rejected``, ``NoSense``, ``Unreachable``, ``NotAllowed``."""
    form = {**_who(endpoint, with_key=True), **fields}
    rows = _rows(ask("POST", _address(endpoint, "requests"), form=form), "service_requests")
    for row in rows:
        taken = Taken(_word(row, "service_request_id", 120), _word(row, "token", 200))
        if taken.service_request_id or taken.token:
            return taken
    raise NoSense(_("Die Antwort nennt weder Nummer noch Token."))


def number_behind(endpoint: Endpoint, token: str) -> str:
    """GET tokens/…json: the number that a token has become, empty while there is none."""
    rows = _rows(ask("GET", _address(endpoint, f"tokens/{quote(token, safe='')}"), query=_who(endpoint)), "tokens")
    return next((number for row in rows if (number := _word(row, "service_request_id", 120))), "")


def states_of(endpoint: Endpoint, numbers: Iterable[str]) -> dict[str, RemoteState]:
    """GET requests.json for these numbers; of two answers about one the later counts, of strange numbers none."""
    wanted = list(numbers)
    query = {**_who(endpoint), "service_request_id": ",".join(wanted)}
    found: dict[str, RemoteState] = {}
    for row in _rows(ask("GET", _address(endpoint, "requests"), query=query), "service_requests"):
        state = _state(row)
        known = found.get(state.service_request_id)
        if state.service_request_id in wanted and (known is None or _later(state, known)):
            found[state.service_request_id] = state
    return found


def find_request(endpoint: Endpoint, *, code: str, words: str, since: dt.datetime) -> str:
    """GET requests.json of a service since a moment: the number of the one whose description holds ``words``."""
    start = since.astimezone(dt.UTC).isoformat(timespec="seconds")
    query = {**_who(endpoint), "service_code": code, "start_date": start}
    rows = _rows(ask("GET", _address(endpoint, "requests"), query=query), "service_requests")
    return next((s.service_request_id for s in map(_state, rows) if words in s.description), "")


def services_of(endpoint: Endpoint) -> list[tuple[str, str]]:
    """GET services.json: code and name of every service, to test an endpoint and to help with the mapping."""
    rows = _rows(ask("GET", _address(endpoint, "services"), query=_who(endpoint)), "services")
    return [(code, _word(row, "service_name", 120)) for row in rows if (code := _word(row, "service_code", 120))]


def attributes_of(endpoint: Endpoint, code: str) -> list[dict[str, object]]:
    """GET services/….json: what a service asks for; none when the body does not say, or not now."""
    try:
        rows = _rows(ask("GET", _address(endpoint, f"services/{quote(code, safe='')}"), query=_who(endpoint)), "")
    except (Rejected, NoSense, Unreachable):
        return []
    definition = rows[0].get("service_definition", rows[0]) if rows else {}
    found = definition.get("attributes") if isinstance(definition, dict) else None
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _address(endpoint: Endpoint, what: str) -> str:
    return f"{endpoint.url.rstrip('/')}/{what}.{endpoint.answers_in}"


def _who(endpoint: Endpoint, *, with_key: bool = False) -> dict[str, str]:
    """Reading needs no key by the standard, and keys do not belong into addresses, which end up in logs."""
    parts = {"jurisdiction_id": endpoint.jurisdiction_id}
    if with_key:
        try:
            parts["api_key"] = unseal(endpoint.api_key_sealed)
        except CannotOpen:
            raise Rejected(_("Der hinterlegte api_key ist nicht mehr lesbar. Bitte tragen Sie ihn neu ein.")) from None
    return {name: value for name, value in parts.items() if value}


def _rows(answer: Answer, wrapper: str) -> list[dict[str, object]]:
    """Return the objects of an answer; raises what its status or its content means."""
    if answer.status in (408, 425, 429) or answer.status >= 500:
        raise Unreachable(_("Die Gegenstelle meldet einen Fehler (HTTP %(status)s).") % {"status": answer.status})
    if 300 <= answer.status < 400:
        raise Rejected(_("Die Gegenstelle leitet weiter. Bitte tragen Sie die neue Adresse ein."))
    data = parse_answer(answer.body)
    if isinstance(data, dict):
        inner = data.get(wrapper)
        data = inner if isinstance(inner, list) else [data]
    rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else None
    if answer.status >= 400:
        reason = "; ".join(text for row in rows or [] if (text := _word(row, "description", 200)))
        words = _("HTTP %(status)s") % {"status": answer.status}
        raise Rejected(f"{words}: {reason}" if reason else words)
    if rows is None:
        raise NoSense(_("Die Antwort ist kein JSON oder XML nach GeoReport v2."))
    return rows


def _state(row: dict[str, Any]) -> RemoteState:
    moment = None
    with contextlib.suppress(ValueError):
        moment = parse_datetime(_word(row, "updated_datetime", 40))
    if moment is not None and moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return RemoteState(
        service_request_id=_word(row, "service_request_id", 120),
        status=(_word(row, "detailed_status", 60) or _word(row, "status", 60)).lower(),
        notes=_word(row, "status_notes", 1000),
        description=_word(row, "description", 5000),
        updated_at=moment,
    )


def _later(one: RemoteState, other: RemoteState) -> bool:
    return one.updated_at is not None and (other.updated_at is None or one.updated_at > other.updated_at)


def _word(row: dict[str, Any], name: str, most: int) -> str:
    """Return a text or number of an answer as clean text, at most ``most`` characters; empty for everything else."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    try:
        return clean_text(str(value)).strip()[:most]
    except InputRefused:
        return ""
