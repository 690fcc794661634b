"""Where a town's rules leave something open, as a list with hectares and as shapes for the desk's map.

Computed when asked, by one statement that is bounded in time: the demonstration town needs some milliseconds, ten
thousand areas of 200 corners some seconds. Nothing is stored, so nothing can be out of date.
"""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.departments import coverage_sql
from apps.departments.models import Category, Jurisdiction
from apps.geo.crs import GEO_SRID
from apps.geo.editing import ChangeRefused

TIMEOUT_MS = 15_000


class CoverageTooLong(ChangeRefused):
    """The areas of the town are too many to be measured while somebody waits."""


@dataclass(frozen=True)
class Finding:
    """One thing left open. ``kind`` is ``gap``, ``tie`` or ``overhang``.

    ``subject`` is the category (or group, or everything) in words, ``rules`` are the rules in question (none for a
    gap), ``hectares`` its size, ``shape`` GeoJSON in WGS 84.
    """

    kind: str
    subject: str
    rules: tuple[Jurisdiction, ...]
    hectares: float
    shape: dict[str, Any]
    category: Category | None = None


def open_questions(municipality_id: int, *, on: dt.date | None = None, strips: bool = True) -> list[Finding]:
    """Return gaps, ties and overhangs of a town as of ``on`` (default: today), each kind largest first.

    Without ``strips`` rules for roads and objects reach nowhere, which takes a fraction of the time. Three statements,
    whatever the number of rules. Raises ``CoverageTooLong``.
    """
    params: dict[str, int | dt.date] = {
        "town": municipality_id,
        "day": on or timezone.localdate(),
        "srid": GEO_SRID,
        "strips": strips,
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{TIMEOUT_MS}ms"])
            cursor.execute(coverage_sql.OPEN_QUESTIONS, params)
            rows = cursor.fetchall()
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":
            raise
        raise CoverageTooLong(
            _("Die Flächen sind zu viele, um sie während Ihres Wartens zu messen. Bitte versuchen Sie es später.")
        ) from error
    categories = Category.objects.select_related("group").in_bulk([row[1] for row in rows if row[0] == "gap"])
    rules = Jurisdiction.objects.select_related("category", "group", "area", "executor", "owner").in_bulk(
        [pk for row in rows if row[0] != "gap" for pk in row[1:3] if pk]
    )
    found: dict[str, list[Finding]] = {"gap": [], "tie": [], "overhang": []}
    for kind, first, second, m2, drawn in rows:
        if kind == "gap":
            category = categories[first]
            finding = Finding(kind, category.name, (), m2 / 10_000, json.loads(drawn), category)
        else:
            named = tuple(rules[pk] for pk in (first, second) if pk)
            about = named[0].category
            finding = Finding(kind, _subject(named[0]), named, m2 / 10_000, json.loads(drawn), about)
        found[kind].append(finding)
    return [finding for kind in found for finding in found[kind]]


KINDS = {"gap": gettext_lazy("Lücke"), "tie": gettext_lazy("Gleichstand"), "overhang": gettext_lazy("Überstand")}
COLOURS = {"gap": "#a2431f", "tie": "#6a3d9a", "overhang": "#1f6a8a"}


def as_features(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the findings as GeoJSON for ``{% shapes_map %}``; ids count from the list's start."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": finding.shape,
                "properties": {
                    "id": str(number),
                    "title": f"{KINDS[finding.kind]}: {finding.subject}",
                    "colour": COLOURS[finding.kind],
                },
            }
            for number, finding in enumerate(findings, start=1)
        ],
    }


def _subject(rule: Jurisdiction) -> str:
    return str(rule.category or rule.group or _("Alle Kategorien"))
