"""The demonstration town is drawn well: valid, complete, near to the truth, and not a copy of it.

The files are CRS84; lengths and areas here come from a local flat projection around the Markt, whose scale
is right to 0.2 % over the town: enough for these limits, and it needs no projection library.
"""

import csv
import itertools
import json
import math
from pathlib import Path

import pytest
import shapely
from shapely.geometry import Point, Polygon, shape
from shapely.ops import unary_union

ROOT = Path(__file__).resolve().parents[2]
TOWN = ROOT / "fixtures" / "brandis"
OUTLINE = ROOT.parent / "shared" / "data" / "brandis_vg5000_4326.geojson"
NOTE = "Näherungsweise Demonstrationsdaten – keine amtlichen Geodaten"
LAYERS = ["areas", "roads", "builtup", "landuse", "lines", "assets", "landmarks", "buildings", "parcels"]
DISTRICTS = {"brandis", "beucha", "polenz", "waldsteinberg"}
MARKT = (51.3339, 12.6095)

# Points (lat, lon) with the district they lie in; of the last three only the rough place is known.
SOURCED = {
    "Brandis": (51.333915, 12.609467, "brandis"),
    "Markt": (*MARKT, "brandis"),
    "Beucha": (51.323889, 12.566667, "beucha"),
    "Bergkirche": (51.323633, 12.564801, "beucha"),
    "Polenz": (51.318333, 12.642778, "polenz"),
    "Waldsteinberg": (51.310, 12.603, "waldsteinberg"),
    "Kleinsteinberg": (51.315, 12.573, "beucha"),
    "Wolfshain": (51.313, 12.547, "beucha"),
}
# Centres of the municipalities around, with the key of the neighbour drawn there.
NEIGHBOUR_CENTRES = {
    "14729250": (51.358963, 12.628959),
    "14729030": (51.360574, 12.710898),
    "14729400": (51.289139, 12.754884),
    "14729300": (51.278107, 12.587583),
    "14729060": (51.347926, 12.538822),
}


def collection(name):
    return json.loads((TOWN / f"{name}.geojson").read_text(encoding="utf-8"))


def features(layer, **wanted):
    """List of (properties, shapely geometry in degrees) whose properties have the wanted values."""
    found = []
    for feature in collection(layer)["features"]:
        if all(feature["properties"].get(key) == value for key, value in wanted.items()):
            found.append((feature["properties"], shape(feature["geometry"])))
    return found


def metres(geometry):
    """The geometry in metres east and north of the Markt (flat, WGS84 radii at its latitude)."""
    phi = math.radians(MARKT[0])
    north = 111132.954 - 559.822 * math.cos(2 * phi) + 1.175 * math.cos(4 * phi)
    east = 111412.84 * math.cos(phi) - 93.5 * math.cos(3 * phi)
    return shapely.transform(geometry, lambda c: (c - (MARKT[1], MARKT[0])) * (east, north))


def municipality():
    return features("areas", kind="municipality")[0][1]


def districts():
    return {properties["key"]: geometry for properties, geometry in features("areas", kind="district")}


def addresses():
    with (TOWN / "addresses.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def vertices(geometry):
    return {(round(x, 6), round(y, 6)) for x, y in shapely.get_coordinates(geometry)}


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_says_that_it_is_demonstration_data(name):
    assert collection(name)["note"] == NOTE


@pytest.mark.parametrize("name", LAYERS)
def test_every_geometry_is_valid(name):
    faults = [p for p, geometry in features(name) if geometry.is_empty or not geometry.is_valid]
    assert faults == []


@pytest.mark.parametrize("name", LAYERS)
def test_coordinates_have_at_most_six_decimals_and_lie_around_the_town(name):
    coordinates = shapely.get_coordinates([geometry for _, geometry in features(name)])
    assert abs(coordinates - coordinates.round(6)).max() < 1e-9
    assert (coordinates.min(axis=0) > (12.4, 51.2)).all()
    assert (coordinates.max(axis=0) < (12.9, 51.5)).all()


def test_the_files_stay_small():
    assert sum(path.stat().st_size for path in TOWN.iterdir()) <= 900_000


def test_the_town_has_its_key_and_about_its_area():
    (properties, geometry), *others = features("areas", kind="municipality")
    assert (properties["key"], properties["name"], others) == ("14729070", "Brandis", [])
    assert metres(geometry).area / 1e6 == pytest.approx(34.9, rel=0.01)


def test_the_districts_tile_the_town_exactly():
    parts = districts()
    assert set(parts) == DISTRICTS
    town = municipality()
    assert unary_union(list(parts.values())).symmetric_difference(town).area < 1e-14
    assert sum(part.area for part in parts.values()) == pytest.approx(town.area, abs=1e-14)
    assert vertices(town) <= set().union(*map(vertices, parts.values()))


def test_neighbouring_areas_share_the_vertices_of_their_border():
    # Mapped edge by edge: an edge inside the drawing belongs to exactly two areas, in opposite directions.
    areas = [*districts().values(), *(geometry for _, geometry in features("areas", kind="neighbour"))]
    edges = set()
    for area in areas:
        ring = list(shapely.geometry.polygon.orient(area).exterior.coords)
        edges |= set(itertools.pairwise(ring))
    lonely = [edge for edge in edges if edge[::-1] not in edges]
    around = unary_union(areas)
    assert lonely
    assert all(around.exterior.covers(Point(a)) and around.exterior.covers(Point(b)) for a, b in lonely)


def test_neighbours_surround_the_town_without_touching_its_inside_or_each_other():
    town = municipality()
    around = [geometry for _, geometry in features("areas", kind="neighbour")]
    assert len(around) == 6
    whole = unary_union([town, *around])
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert sum(area.area for area in [town, *around]) == pytest.approx(whole.area, abs=1e-12)
    assert metres(town).distance(metres(whole).exterior) > 2500


def test_the_county_covers_the_town_and_its_neighbours_but_not_leipzig():
    county = features("areas", kind="county", key="14729")[0][1]
    assert county.covers(municipality())
    for properties, geometry in features("areas", kind="neighbour"):
        assert county.covers(geometry) == (properties["key"] != "14713000")


@pytest.mark.parametrize("name", SOURCED)
def test_a_known_point_lies_in_its_district(name):
    latitude, longitude, key = SOURCED[name]
    point = Point(longitude, latitude)
    assert municipality().contains(point)
    assert [k for k, area in districts().items() if area.contains(point)] == [key]


@pytest.mark.parametrize("key", NEIGHBOUR_CENTRES)
def test_the_centre_of_a_neighbour_lies_in_that_neighbour(key):
    latitude, longitude = NEIGHBOUR_CENTRES[key]
    point = Point(longitude, latitude)
    assert not municipality().covers(point)
    assert features("areas", kind="neighbour", key=key)[0][1].contains(point)


def real_outline():
    if not OUTLINE.exists():
        pytest.skip("the real outline to compare with is not kept in this repository")
    return shape(json.loads(OUTLINE.read_text())["features"][0]["geometry"])


def test_the_outline_resembles_the_real_one():
    real, drawn = metres(real_outline()), metres(municipality())
    assert real.intersection(drawn).area / real.union(drawn).area >= 0.85


def test_the_outline_is_not_a_copy_of_the_real_one():
    real = real_outline()
    assert not vertices(real) & vertices(municipality())
    # nor a resampling: hardly a vertex of ours lies on its edges
    border, drawn = metres(real).exterior, shapely.get_coordinates(metres(municipality()))
    on_edge = [c for c in drawn if border.distance(Point(c)) < 5]
    assert len(on_edge) < 0.1 * len(vertices(municipality()))


def test_no_classified_road_comes_near_the_markt():
    classified = [metres(g) for p, g in features("roads") if p["road_class"] != "G"]
    assert min(road.distance(Point(0, 0)) for road in classified) > 60


def test_the_known_roads_are_there_with_their_class():
    roads = features("roads")
    numbers = {(p["road_class"], p["number"]) for p, _ in roads}
    known = {("A", "A 14"), ("B", "B 6"), ("S", "S 43"), ("S", "S 45")}
    known |= {("K", "K 8361"), ("K", "K 8367"), ("K", "K 8369")}
    assert known <= numbers
    names = {(p["number"], p["name"]) for p, _ in roads}
    assert {("S 45", "Grimmaische Straße"), ("K 8367", "Beuchaer Straße")} <= names
    town = municipality()
    assert not any(g.intersects(town) for p, g in roads if p["road_class"] == "B")


def test_every_class_has_road_inside_and_outside_the_built_up_areas():
    built_up = unary_union([geometry for _, geometry in features("builtup")])
    open_country = municipality().difference(built_up)
    for road_class in "SKG":
        lines = unary_union([g for p, g in features("roads", road_class=road_class)])
        assert metres(lines.intersection(built_up)).length > 1000
        assert metres(lines.intersection(open_country)).length > 1000
    motorway = unary_union([g for _, g in features("roads", road_class="A")])
    assert metres(motorway.intersection(open_country)).length > 1000


def test_each_district_has_its_local_streets():
    streets = [(p, g) for p, g in features("roads", road_class="G") if not p.get("path")]
    assert len(streets) >= 120
    for area in districts().values():
        assert sum(area.intersects(g) for _, g in streets) >= 12
    assert {p.get("path") for p, _ in features("roads", road_class="G")} == {None, "field", "forest"}


def test_all_roads_but_the_motorway_hang_together():
    lines = [g.coords[:] for p, g in features("roads") if p["road_class"] != "A"]
    reached, open_lines = set(lines[0]), lines[1:]
    while True:
        joined = [line for line in open_lines if reached & set(line)]
        if not joined:
            break
        for line in joined:
            reached |= set(line)
        open_lines = [line for line in open_lines if line not in joined]
    assert open_lines == []


def test_the_built_up_areas_are_the_six_places():
    names = {p["name"] for p, _ in features("builtup")}
    assert names == {"Brandis", "Beucha", "Kleinsteinberg", "Wolfshain", "Polenz", "Waldsteinberg"}
    assert all(municipality().contains(geometry) for _, geometry in features("builtup"))


def test_land_use_overlaps_no_more_than_simplified_edges_do():
    areas = [metres(geometry) for _, geometry in features("landuse")]
    tree = shapely.STRtree(areas)
    overlaps = [(a, b) for a, b in zip(*tree.query(areas, predicate="overlaps"), strict=True) if a < b]
    assert sum(areas[a].intersection(areas[b]).area for a, b in overlaps) < 1e-4 * sum(area.area for area in areas)


def test_the_places_of_the_reference_are_drawn():
    names = {p["name"] for p, _ in features("landuse")}
    assert {"Kirchbruch", "Tollertsbruch", "Spittelbruch", "Hausbruch", "Autobahnsee", "Kohlenberg"} <= names
    assert {"Solarpark Waldpolenz", "Gewerbegebiet Beucha", "Tongrube Brandis", "Freibad Brandis"} <= names
    owners = [p["owner"] for p, _ in features("landuse", kind="cemetery")]
    assert (owners.count("town"), owners.count("church")) == (2, 1)
    assert [p["number"] for p, _ in features("lines", kind="rail", closed=True)] == ["6823"]


def test_assets_have_unique_keys_and_every_kind_is_there():
    assets = features("assets")
    keys = [p["key"] for p, _ in assets]
    assert len(keys) == len(set(keys))
    least = {"railway_property": 1, "forest_state": 2, "container_site": 5, "playground": 5, "bus_stop": 6}
    least |= {"traffic_light": 2, "street_lamp": 50, "tree": 30, "water_first_order": 1}
    for kind, count in least.items():
        assert sum(p["kind"] == kind for p, _ in assets) >= count, kind


def test_the_assets_lie_in_the_town():
    town = municipality().buffer(1e-5)
    assert all(town.covers(geometry) for _, geometry in features("assets"))


def test_state_forest_lies_in_the_forest():
    forest = unary_union([g for _, g in features("landuse", kind="forest", name="Kohlenberg")]).buffer(1e-5)
    assert all(forest.covers(geometry) for _, geometry in features("assets", kind="forest_state"))


def test_buildings_stand_apart_from_carriageways_and_each_other():
    footprints = [metres(g) for _, g in features("buildings")]
    tree = shapely.STRtree(footprints)
    assert all(isinstance(footprint, Polygon) for footprint in footprints)
    for properties, geometry in features("roads"):
        carriageway = metres(geometry).buffer(properties["width_m"] / 2)
        assert len(tree.query(carriageway, predicate="intersects")) == 0, properties["name"]
    pairs = zip(*tree.query(footprints, predicate="intersects"), strict=True)
    assert [pair for pair in pairs if pair[0] != pair[1]] == []


def test_there_are_enough_addresses_and_the_known_ones():
    rows = addresses()
    assert 150 <= len(rows) <= 200
    known = {(row["street"], row["house_number"]) for row in rows}
    assert known >= {
        ("Markt", "1"),
        ("Grimmaische Straße", "12"),
        ("Poststraße", "20"),
        ("Am Bahnhof", "2"),
        ("Kirchberg", "11"),
    }
    full = [(row["postcode"], row["street"], row["house_number"]) for row in rows]
    assert len(full) == len(set(full))


def test_every_address_lies_in_its_district_and_beside_its_street():
    areas, streets = districts(), {}
    for properties, geometry in features("roads"):
        streets.setdefault(properties["name"], []).append(metres(geometry))
    for row in addresses():
        point = Point(float(row["lon"]), float(row["lat"]))
        assert areas[row["district_key"]].contains(point), row
        assert min(line.distance(metres(point)) for line in streets[row["street"]]) <= 40, row
        assert row["postcode"] == ("04824" if row["district_key"] == "beucha" else "04821"), row


def test_every_address_stands_on_a_building():
    footprints = [metres(g) for _, g in features("buildings")]
    tree = shapely.STRtree(footprints)
    for row in addresses():
        point = metres(Point(float(row["lon"]), float(row["lat"])))
        assert len(tree.query(point, predicate="within")) == 1, row
