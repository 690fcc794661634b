"""The formats: GeoJSON, ``meshviewer.json`` (yanic), ``nodelist.json`` 1.0 and CSV."""

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from apps.geo.untrusted import InputRefused, Json, parse_json
from apps.hotspots.feeds.records import Found, Skipped, found

MAX_BYTES = 20_000_000
MAX_DEPTH = 12
MAX_ROWS = 20_000

#: Names under which the tables and properties of others keep what we look for; the first that is there counts.
_NAMES = {
    "key": ("key", "id", "node_id", "kennung", "nr", "@id", "osm_id"),
    "name": ("name", "hostname", "bezeichnung", "standort", "title"),
    "ssid": ("ssid", "internet_access:ssid", "netz"),
    "operator": ("operator", "betreiber"),
    "environment": ("environment", "umgebung", "indoor_outdoor"),
    "radius_m": ("radius_m", "radius", "reichweite", "reichweite_m"),
    "status": ("status", "zustand", "is_online", "online"),
    "last_seen": ("last_seen_at", "last_seen", "lastseen", "lastcontact", "zuletzt"),
    "note": ("note", "hinweis", "description", "bemerkung"),
    "lon": ("lon", "long", "lng", "longitude", "länge", "laenge", "x"),
    "lat": ("lat", "latitude", "breite", "y"),
}


Record = dict[str, Json]


@dataclass
class Feed:
    """A feed as read: which format it was, its hotspots, and why how many rows were left out."""

    format: str
    found: list[Found] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def read_feed(raw: bytes, *, now: dt.datetime) -> Feed:
    """Recognise the format by its content and read it; raises ``InputRefused`` for what is none of the four."""
    if len(raw) > MAX_BYTES:
        raise InputRefused(_("Die Datei ist zu groß: höchstens %(mb)d MB.") % {"mb": MAX_BYTES // 1_000_000})
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return _collect("csv", _table(raw), _by_names, now)
    data = parse_json(raw.removeprefix(b"\xef\xbb\xbf"), max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)
    if isinstance(data, dict) and data.get("type") == "FeatureCollection":
        return _collect("geojson", _list(data, "features"), _from_geojson, now)
    if isinstance(data, dict) and isinstance(nodes := data.get("nodes"), list):
        if any(isinstance(node, dict) and "node_id" in node for node in nodes) or "links" in data:
            return _collect("meshviewer", nodes, _from_meshviewer, now)
        return _collect("nodelist", nodes, _from_nodelist, now)
    raise InputRefused(_("Das ist weder GeoJSON noch meshviewer.json, nodelist.json oder CSV."))


def _collect(name: str, rows: Iterable[Json], read: Callable[[Record], Record], now: dt.datetime) -> Feed:
    feed, keys = Feed(name), set()
    for number, row in enumerate(rows):
        if number >= MAX_ROWS:
            raise InputRefused(_("Die Datei hat zu viele Einträge: höchstens %(n)d.") % {"n": MAX_ROWS})
        try:
            if not isinstance(row, dict):
                raise Skipped(_("kein Eintrag"))
            record = found(read(row), now=now)
            if record.key in keys:
                raise Skipped(_("doppelt in der Datei"))
        except Skipped as reason:
            feed.skipped[str(reason)] += 1
        else:
            keys.add(record.key)
            feed.found.append(record)
    return feed


def _list(data: Record, name: str) -> list[Json]:
    value = data.get(name)
    if not isinstance(value, list):
        raise InputRefused(_("In der Datei fehlt die Liste „%(name)s“.") % {"name": name})
    return value


def _dict(value: Json) -> Record:
    return value if isinstance(value, dict) else {}


def _by_names(row: Record) -> Record:
    values = {str(name).strip().lower(): value for name, value in row.items()}
    chosen = {}
    for ours, theirs in _NAMES.items():
        chosen[ours] = next((values[name] for name in theirs if values.get(name) not in (None, "")), None)
    return chosen


def _from_geojson(feature: Record) -> Record:
    values = _by_names(_dict(feature.get("properties")))
    geometry = _dict(feature.get("geometry"))
    position = geometry.get("coordinates")
    if geometry.get("type") != "Point" or not isinstance(position, list) or len(position) < 2:
        raise Skipped(_("kein Punkt") if geometry else _("ohne Standort"))
    return {**values, "key": values["key"] or feature.get("id"), "lon": position[0], "lat": position[1]}


def _from_meshviewer(node: Record) -> Record:
    # Struct of yanic, output/meshviewer-ffrgb/struct.go; "owner" and "network" are never touched.
    place = _dict(node.get("location"))
    return {
        "key": node.get("node_id"),
        "name": node.get("hostname"),
        "status": node.get("is_online"),
        "last_seen": node.get("lastseen"),
        "lon": place.get("longitude"),
        "lat": place.get("latitude"),
    }


def _from_nodelist(node: Record) -> Record:
    place, status = _dict(node.get("position")), _dict(node.get("status"))
    return {
        "key": node.get("id"),
        "name": node.get("name"),
        "status": status.get("online"),
        "last_seen": status.get("lastcontact"),
        "lon": place.get("long", place.get("lon")),
        "lat": place.get("lat"),
    }


def _table(raw: bytes) -> Iterator[Record]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")  # Excel's habit in Germany
    if "\x00" in text:
        raise InputRefused(_("Das ist weder GeoJSON noch meshviewer.json, nodelist.json oder CSV."))
    header = text.partition("\n")[0]
    delimiter = max(";,\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    names = {str(name).strip().lower() for name in reader.fieldnames or ()}
    if not names & set(_NAMES["lon"]) or not names & set(_NAMES["lat"]):
        raise InputRefused(_("Die Tabelle braucht Spalten für Länge und Breite, zum Beispiel „lon“ und „lat“."))
    try:
        yield from ({name: value for name, value in row.items() if isinstance(name, str)} for row in reader)
    except csv.Error as error:
        raise InputRefused(_("Die Tabelle ist nicht lesbar.")) from error
