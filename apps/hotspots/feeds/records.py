"""What every feed is turned into: a key, a place, and the few values that we keep.

Owners, addresses of devices, firmware and numbers of clients are personal or technical data: they are not read, so
they cannot be stored.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.geo.untrusted import InputRefused, Json, clean_text, parse_number

_LOCAL = ZoneInfo("Europe/Berlin")
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T?(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_LENGTHS = {"name": 120, "ssid": 32, "operator": 120, "note": 500}
_TRUE = {"true", "1", "yes", "ja", "online", "up", "in betrieb"}
_FALSE = {"false", "0", "no", "nein", "offline", "down", "gestört"}
_INDOOR = {"indoor", "innen", "im gebäude", "inside"}
_OUTDOOR = {"outdoor", "außen", "aussen", "im freien", "outside"}


class Skipped(ValueError):
    """A row that is not taken; the text is the reason as the summary counts it."""


@dataclass(frozen=True)
class Found:
    """One hotspot of a feed. ``lon``, ``lat`` as given (WGS 84 degrees, unchecked); ``values`` what the feed says."""

    key: str
    lon: Json
    lat: Json
    values: dict[str, Any]


def found(raw: Mapping[str, Json], *, now: dt.datetime) -> Found:
    """Return the record made from plain values under our names; raises ``Skipped``.

    ``raw`` may hold key, lon, lat, name, ssid, operator, note, environment, radius_m, status and last_seen. What is
    empty or cannot be read is left out, so that it overwrites nothing.
    """
    if _is_empty(raw.get("lon")) or _is_empty(raw.get("lat")):
        raise Skipped(_("ohne Standort"))
    try:
        values: dict[str, Any] = {name: _text(raw.get(name), most) for name, most in _LENGTHS.items()}
        key = _text(raw.get("key"), 120) or values["name"]
    except InputRefused as refusal:
        raise Skipped(_("unlesbarer Text")) from refusal
    if not key:
        raise Skipped(_("ohne Kennung und Namen"))
    values["name"] = values["name"] or key
    values["environment"] = _environment(raw.get("environment"))
    values["radius_m"] = _radius(raw.get("radius_m"))
    values["last_seen_at"] = parse_moment(raw.get("last_seen"), now=now)
    values["status"] = _status(raw.get("status"))
    return Found(key, raw.get("lon"), raw.get("lat"), {name: value for name, value in values.items() if value})


def parse_moment(value: Json, *, now: dt.datetime) -> dt.datetime | None:
    """Return the instant that a feed means, or None.

    Takes seconds since 1970, stray blanks and offsets without a colon; a time without an offset is German local
    time. ``0001-01-01`` is what yanic writes when it does not know (``jsontime.go``), and a clock of tomorrow is wrong.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            moment = dt.datetime.fromtimestamp(value, tz=dt.UTC)
        else:
            matched = _MOMENT.fullmatch(re.sub(r"\s+", "", str(value or ""))[:60])
            if not matched:
                return None
            *numbers, offset = matched.groups()
            moment = dt.datetime(*(int(number or 0) for number in numbers), tzinfo=_zone(offset))  # type: ignore[misc,arg-type]
        moment = moment.astimezone(dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if dt.datetime(2000, 1, 1, tzinfo=dt.UTC) <= moment <= now + dt.timedelta(days=1) else None


def _zone(offset: str | None) -> dt.tzinfo:
    if not offset:
        return _LOCAL
    if offset == "Z":
        return dt.UTC
    sign = -1 if offset[0] == "-" else 1
    return dt.timezone(sign * dt.timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:])))


def _is_empty(value: Json) -> bool:
    return value is None or str(value).strip() == ""


def _text(value: Json, most: int) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    return re.sub(r"\s+", " ", clean_text(str(value)[: most * 4])).strip()[:most].strip()


def _word(value: Json) -> str:
    return str(value).strip().lower() if isinstance(value, str | bool | int) else ""


def _status(value: Json) -> str:
    if _is_empty(value):
        return ""
    word = _word(value)
    return "online" if word in _TRUE else "offline" if word in _FALSE else "unknown"


def _environment(value: Json) -> str:
    word = _word(value)
    return "indoor" if word in _INDOOR else "outdoor" if word in _OUTDOOR else ""


def _radius(value: Json) -> int | None:
    try:
        metres = round(parse_number(value, "")) if not _is_empty(value) else 0
    except InputRefused:
        return None
    return metres if 1 <= metres <= 1000 else None
