"""The German content of the demonstration town is complete, believable and inside the town. No Django, no database."""

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import shapely
from PIL import Image
from pyproj import Transformer
from shapely import Point
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

BRANDIS = Path(__file__).resolve().parents[2] / "fixtures" / "brandis"
CONTENT = BRANDIS / "content"
PHOTOS = BRANDIS / "photos"

CATEGORIES = {
    *("road_damage", "footway_damage", "street_light", "traffic_sign", "traffic_light", "drain_manhole", "water_leak"),
    *("waste_illegal", "container_full", "dog_dirt", "graffiti", "vandalism", "green_tree", "playground", "bench"),
    *("bin", "wreck_vehicle", "winter_service", "water_body", "cemetery", "public_building", "wifi", "rail", "noise"),
    *("animal", "other"),
}
STATUSES = {
    *("submitted", "received", "in_progress", "waiting", "forwarded"),
    *("done", "not_possible", "not_responsible", "duplicate", "rejected"),
}
IDEA_STATUSES = {"submitted", "published", "under_review", "accepted", "partly", "rejected", "realised"}
TEXTS = {"imprint", "privacy", "accessibility", "licences", "about", "simple_language"}

# A plate ("L-AB 123") and a telephone number ("034292 655-0") have no place in a text that was released.
PLATE = re.compile(r"\b[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2} ?\d{1,4}\b")
PHONE = re.compile(r"\d[\d /()-]{4,}\d")
MAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")


def load(name: str) -> list[dict[str, Any]]:
    """Return the rows of one content file."""
    rows: list[dict[str, Any]] = json.loads((CONTENT / f"{name}.json").read_text("utf-8"))
    return rows


@pytest.fixture(scope="module")
def town() -> BaseGeometry:
    """Return the municipality's outline in CRS84, as ``areas.geojson`` draws it."""
    path = BRANDIS / "areas.geojson"
    if not path.exists():
        pytest.skip("areas.geojson is not there")
    for feature in json.loads(path.read_text("utf-8"))["features"]:
        if feature["properties"].get("kind") == "municipality":
            return shape(feature["geometry"])
    raise AssertionError("areas.geojson names no municipality")


def test_reports_cover_every_category_and_every_state() -> None:
    reports = load("reports")

    assert len(reports) >= 70
    assert {report["category"] for report in reports} == CATEGORIES
    assert {report["status"] for report in reports} == STATUSES
    assert {report["channel"] for report in reports} == {"web", "phone", "counter", "letter", "api"}
    assert {report["publication"] for report in reports} == {"pending", "released", "hidden"}


@pytest.mark.parametrize("name", ["reports", "hotspots", "consultations", "ideas"])
def test_keys_are_unique(name: str) -> None:
    counts = Counter(row["key"] for row in load(name))

    assert [key for key, count in counts.items() if count > 1] == []


def test_a_report_just_submitted_is_not_yet_public() -> None:
    assert {report["publication"] for report in load("reports") if report["status"] == "submitted"} == {"pending"}


def test_a_finished_report_tells_the_citizen_why() -> None:
    finished = [r for r in load("reports") if r["status"] in {"done", "not_possible", "not_responsible"}]

    assert [report["key"] for report in finished if not report["public_answer"]] == []


def test_a_history_runs_forward_and_ends_in_the_present_state() -> None:
    for report in load("reports"):
        days = [0.0, *(step["days_after"] for step in report["history"]), report["received_days_ago"]]
        assert days == sorted(days), report["key"]
        states = ["submitted", *(step["to_status"] for step in report["history"])]
        assert states[-1] == report["status"], report["key"]
        assert all(before != after for before, after in pairwise(states)), report["key"]


def test_released_words_carry_no_plate_no_telephone_number_and_no_address() -> None:
    for report in load("reports"):
        notes = [step["note_public"] or "" for step in report["history"]]
        words = "\n".join([report["description"], report["public_answer"] or "", *notes])
        for pattern in (PLATE, PHONE, MAIL):
            assert not pattern.search(words), f"{report['key']}: {pattern.search(words)}"


def test_everything_on_the_map_lies_inside_the_town(town: BaseGeometry) -> None:
    outside = [row["key"] for name in ("reports", "hotspots") for row in load(name) if not town.covers(_point(row))]
    outside += [row["key"] for row in load("ideas") if not town.covers(_geometry(row))]
    outside += [row["key"] for row in load("consultations") if not town.covers(shape(row["area"]))]

    assert outside == []


@pytest.mark.parametrize(
    ("category", "layer", "wanted", "within_m"),
    [
        ("road_damage", "roads", None, 2.5),
        ("footway_damage", "roads", None, 7.0),
        ("street_light", "assets", "street_lamp", 2.0),
        ("container_full", "assets", "container_site", 5.0),
        ("rail", "assets", "railway_property", 5.0),
        ("cemetery", "landuse", "cemetery", 0.0),
    ],
)
def test_a_report_lies_beside_what_it_is_about(category: str, layer: str, wanted: str | None, within_m: float) -> None:
    path = BRANDIS / f"{layer}.geojson"
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    features = json.loads(path.read_text("utf-8"))["features"]
    things = [shape(f["geometry"]) for f in features if wanted in (None, f["properties"].get("kind"))]
    target = _metric(unary_union(things))
    far = {r["key"]: target.distance(_metric(_point(r))) for r in load("reports") if r["category"] == category}

    assert {key: round(metres, 1) for key, metres in far.items() if metres > within_m} == {}


def test_plan_areas_are_valid_and_one_has_a_hole() -> None:
    areas = [shape(row["area"]) for row in load("consultations")]

    assert all(area.is_valid and area.geom_type == "MultiPolygon" for area in areas)
    assert any(polygon.interiors for area in areas for polygon in area.geoms)


def test_a_draft_is_published_for_at_least_a_month() -> None:
    """BauGB § 3(2): one month, at least 30 days; the last day counts."""
    for row in load("consultations"):
        for period in row["periods"]:
            days = period["ends_in_days"] - period["starts_in_days"] + 1
            assert days >= (31 if period["kind"] == "publication" else 1), row["key"]


def test_one_consultation_is_announced_one_open_one_closed_with_a_result() -> None:
    states = {}
    for row in load("consultations"):
        first, last = row["periods"][0]["starts_in_days"], row["periods"][-1]["ends_in_days"]
        states["announced" if first > 0 else "closed" if last < 0 else "open"] = row

    assert set(states) == {"announced", "open", "closed"}
    assert states["closed"]["result"] and not states["open"]["result"]


def test_ideas_show_every_state_and_three_kinds_of_geometry() -> None:
    ideas = load("ideas")

    assert len(ideas) == 10
    assert {idea["status"] for idea in ideas} == IDEA_STATUSES
    assert {_geometry(idea).geom_type for idea in ideas} == {"Point", "LineString", "Polygon"}


def test_twenty_reports_have_an_illustration_and_every_illustration_is_used() -> None:
    used = [report["photo"] for report in load("reports") if report["photo"]]

    assert sorted(used) == sorted(path.name for path in PHOTOS.iterdir())
    assert len(used) == 20


def test_illustrations_are_small_and_carry_no_metadata() -> None:
    for path in PHOTOS.glob("*.webp"):
        assert path.stat().st_size <= 45_000, path.name
        with Image.open(path) as image:
            assert image.size == (960, 720), path.name
            assert not {"exif", "xmp", "icc_profile"} & set(image.info), path.name


def test_every_service_text_has_a_title_and_places_to_fill_in() -> None:
    for name in TEXTS:
        text = (CONTENT / "texts" / f"{name}.md").read_text("utf-8")
        assert text.startswith("# "), name
        assert re.search(r"\[[^\]]+\]", text), name


def test_mail_addresses_lead_nowhere() -> None:
    for path in CONTENT.rglob("*.*"):
        for domain in MAIL.findall(path.read_text("utf-8")):
            assert domain.endswith(".invalid"), f"{path.name}: {domain}"


def test_the_content_stays_below_one_megabyte() -> None:
    assert sum(path.stat().st_size for folder in (CONTENT, PHOTOS) for path in folder.rglob("*.*")) <= 1_000_000


def _metric(geometry: BaseGeometry) -> BaseGeometry:
    """Return a CRS84 geometry in metres (EPSG:25833)."""
    to_metres = Transformer.from_crs("OGC:CRS84", "EPSG:25833", always_xy=True)
    return shapely.transform(geometry, to_metres.transform, interleaved=False)


def _point(row: dict[str, Any]) -> BaseGeometry:
    """Return where a row lies, in CRS84."""
    return Point(row["lon"], row["lat"])


def _geometry(row: dict[str, Any]) -> BaseGeometry:
    """Return an idea's geometry: drawn, or the point it names."""
    return shape(row["geometry"]) if row.get("geometry") else _point(row)
