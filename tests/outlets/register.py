"""The register of outlets: every address of the site, what kind of door it is, and how to knock at it.

A route that is not listed here fails ``test_register.py``. ``PUBLIC`` doors answer everybody and are searched for
canaries; the others need a token, a sign-in or a role, or take data in.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.geo.layers import all_layers
from apps.geofiles.writing import FORMATS
from tests.geoservices.test_tiles import tile_at
from tests.outlets.canaries import HIDDEN_EAST, HIDDEN_NORTH
from tests.outlets.sheet_seeds import TILE
from tests.outlets.world import World, hidden_point

Knock = Callable[[World], list[str]]


def here(*queries: str) -> Any:
    """A route without arguments, also asked with these query strings."""
    return lambda name: lambda world: [reverse(name) + query for query in ("", *queries)]


def each_layer(**more: Any) -> Any:
    """A route with a layer in its path."""
    return lambda name: (
        lambda world: [reverse(name, args=[layer.name, *more.get("args", [])]) for layer in all_layers()]
    )


def items(name: str) -> Knock:
    """Features of every layer, in every CRS, as page too, and around the hidden place."""
    box = f"{HIDDEN_EAST - 5},{HIDDEN_NORTH - 5},{HIDDEN_EAST + 5},{HIDDEN_NORTH + 5}"
    crs = "http://www.opengis.net/def/crs/EPSG/0/25833"
    queries = ("", "?f=html", f"?crs={crs}", f"?bbox={box}&bbox-crs={crs}", "?limit=1", "?datetime=2000-01-01/..")
    return lambda world: [reverse(name, args=[layer.name]) + q for layer in all_layers() for q in queries]


def one_item(name: str) -> Knock:
    """Each layer's visible feature, and each hidden one by its id."""
    return lambda world: [
        reverse(name, args=[layer, public_id]) for layer, public_ids in _ids(world).items() for public_id in public_ids
    ]


def _ids(world: World) -> dict[str, list[str]]:
    return {layer: [public_id, *world.hidden[layer]] for layer, public_id in world.visible.items()}


def detail(layer: str) -> Any:
    """A kind's page of one thing: the visible one and each hidden one."""
    return lambda name: lambda world: [reverse(name, args=[public_id]) for public_id in _ids(world)[layer]]


def papers(name: str) -> Knock:
    """The shown and the internal paper of each consultation that there is, visible or not."""
    return lambda world: [
        reverse(name, args=[plan, paper]) for plan in _ids(world)["consultations"] for paper in world.papers
    ]


def drawings(name: str) -> Knock:
    """Each paper of each consultation as if it were a picture."""
    return lambda world: [
        reverse(name, args=[plan, paper, "png"]) for plan in _ids(world)["consultations"] for paper in world.papers
    ]


def sheet_tiles(name: str) -> Knock:
    """The tile that each plan sheet has, below each consultation, visible or not."""
    return lambda world: [
        reverse(name, args=[plan, paper, *TILE]) for plan in _ids(world)["consultations"] for paper in world.papers
    ]


def sheet_pictures(name: str) -> Knock:
    """Picture and legend of each plan sheet, below each consultation, visible or not."""
    return lambda world: [
        reverse(name, args=[plan, paper, picture])
        for plan in _ids(world)["consultations"]
        for paper in world.papers
        for picture in ("vorschau", "legende")
    ]


def area_versions(name: str) -> Knock:
    """The first two versions of the area of each consultation that there is, visible or not."""
    return lambda world: [reverse(name, args=[plan, n]) for plan in _ids(world)["consultations"] for n in (1, 2)]


def tiles(name: str) -> Knock:
    """The tiles over the hidden place at a low, a middle and a high zoom."""
    return lambda world: [
        reverse(name, args=[layer.name, z, *tile_at(hidden_point(), z)]) for layer in all_layers() for z in (8, 13, 17)
    ]


def files(name: str) -> Knock:
    return lambda world: [reverse(name, args=[layer.name, ending]) for layer in all_layers() for ending in FORMATS]


def photos(name: str) -> Knock:
    """Both sizes of every photo that there is, of reports in every state, also under the report that is shown."""
    from apps.reports.models import ReportPhoto

    return lambda world: [
        reverse(name, args=[report, photo.public_id, size])
        for photo in ReportPhoto.objects.select_related("report")
        for report in {photo.report.public_id, world.visible["reports"]}
        for size in ("gross", "klein")
    ]


def idea_photos(name: str) -> Knock:
    """Both sizes of every photo of an idea that there is, also under the idea that is shown."""
    from apps.ideas.models import IdeaPhoto

    return lambda world: [
        reverse(name, args=[idea, photo.public_id, size])
        for photo in IdeaPhoto.objects.select_related("idea")
        for idea in {photo.idea.public_id, world.visible["ideas"]}
        for size in ("gross", "klein")
    ]


def map_data(name: str) -> Knock:
    lon, lat = hidden_point().transform(4326, clone=True).coords
    around = f"?bbox={lon - 0.001:.6f},{lat - 0.001:.6f},{lon + 0.001:.6f},{lat + 0.001:.6f}&zoom=17"
    whole = "?bbox=12,51,13,52&zoom=9"
    return lambda world: [
        reverse(name, args=[layer.name]) + query for layer in all_layers() for query in (around, whole)
    ]


def near(name: str) -> Knock:
    lon, lat = hidden_point().transform(4326, clone=True).coords
    return lambda world: [f"{reverse(name)}?lon={lon:.6f}&lat={lat:.6f}"]


def basemap(name: str) -> Knock:
    return lambda world: [reverse(name, args=[14, *tile_at(hidden_point(), 14)])]


PUBLIC: dict[str, Knock] = {
    name: door(name)
    for name, door in {
        "home": here(),
        "healthz": here(),
        **dict.fromkeys(
            [
                "text_imprint",
                "text_privacy",
                "text_accessibility",
                "text_licences",
                "text_about",
                "text_simple_language",
            ],
            here(),
        ),
        "report_barrier": here(),
        "barrier_reported": here(),
        "map": here("?sort=nah", "?layer=reports&days=30"),
        "map_list": here("?sort=nah", "?bbox=12,50,14,52"),
        "place_search": here("?q=markt"),
        "place_search_json": here("?q=markt"),
        "place_nearest_json": near,
        "map_config": here(),
        "map_data": map_data,
        "basemap_tile": basemap,
        "reports:list": here("?q=cnry", "?stand=in_progress"),
        "reports:new": here("?suche=licht", "?kategorie=street_light"),
        "reports:detail": detail("reports"),
        "reports:follow": detail("reports"),
        "reports:feed": detail("reports"),
        "reports:photo": photos,
        "contributions:challenge": here(),
        "hotspots:list": near,
        "hotspots:detail": detail("hotspots"),
        "hotspots:nearest": near,
        "ideas:list": here("?thema=green", "?stand=rejected", "?sort=unterstuetzt", "?sort=nah&ort=markt"),
        "ideas:detail": detail("ideas"),
        "ideas:new": lambda name: (
            lambda world: [
                reverse(name) + query for query in ("", *(f"?aufruf={call}" for call in _ids(world)["idea_calls"]))
            ]
        ),
        "ideas:call": detail("idea_calls"),
        "ideas:ballot": detail("idea_calls"),
        "ideas:ballot_count": detail("idea_calls"),
        "ideas:support": detail("ideas"),
        "ideas:comment": detail("ideas"),
        "ideas:report_abuse": detail("ideas"),
        "ideas:photo": idea_photos,
        "consultations:list": here(),
        "consultations:detail": detail("consultations"),
        "consultations:calendar": detail("consultations"),
        "consultations:document": papers,
        "consultations:drawing": drawings,
        "consultations:sheet_tile": sheet_tiles,
        "consultations:sheet_picture": sheet_pictures,
        "consultations:area_version": area_versions,
        "statements:new": detail("consultations"),
        "statements:results": detail("consultations"),
        "api": here(),
        "api_schema": here(),
        "api_docs": here(),
        "ogc_landing": here("?f=html"),
        "ogc_api": here("?f=html"),
        "ogc_conformance": here("?f=html"),
        "ogc_collections": here("?f=html"),
        "ogc_collection": each_layer(),
        "ogc_items": items,
        "ogc_item": one_item,
        "tilejson": each_layer(),
        "tile": tiles,
        "downloads": here(),
        "download": files,
    }.items()
}
# Doors with a lock: a token in the address, or a person's own account.
TOKEN = {
    "reports:receipt",
    "reports:status",
    "reports:still_broken",
    "reports:reply",
    "reports:following",
    "reports:own_photo",
    "reports:handover",
    "reports:handover_answer",
    "reports:handover_new_link",
    "reports:handover_photo",
    "contributions:draft_photo",
    "statements:draft",
    "statements:invited",
    "statements:receipt",
    "statements:status",
    "statements:confirm",
    "statements:change",
    "statements:own_attachment",
    "ideas:ballot_paper",
    "ideas:status",
    "ideas:own_photo",
    "ideas:supporting",
}
ACCOUNT = re.compile(r"(account|mfa)_\w+")
# Below /intern/: staff only.
STAFF = re.compile(
    r"(desk|checklist|texts|edit_text|desk_\w+|intern_\w+"
    r"|\w+:(desk|desk_\w+|inbox|staff_\w+|work|work_order|act|review_photo|\w+_act))"
)
# Takes data in and never shows any: answers GET with 401 or 405.
INTAKE = {
    "ideas:check_shape",
    "reports:api",
    "contributions:upload_photo",
    "contributions:remove_photo",
    "statements:check_shape",
}


def routes() -> dict[str, str]:
    """Return full route name → pattern of every address that the site answers; unnamed ones under their pattern."""
    return dict(_walk(get_resolver()))


def _walk(resolver: Any, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, path, inner)
        elif isinstance(entry, URLPattern):
            yield (f"{namespace}{entry.name}" if entry.name else path), path


def is_registered(name: str, pattern: str) -> bool:
    """Is the route in exactly one of the registers, with an address that fits it?"""
    is_internal = pattern.startswith("intern/")
    groups = [name in PUBLIC, name in TOKEN, bool(ACCOUNT.fullmatch(name)), name in INTAKE, is_internal]
    return sum(groups) == 1 and (not is_internal or bool(STAFF.fullmatch(name)))
