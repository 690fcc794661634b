"""A geometry as people write and draw it: read, explained, measured, mended."""

import pytest

from apps.geo.drawn_check import find_fault, measure, report
from apps.geo.drawn_text import as_coordinates, parse_drawn
from apps.geo.untrusted import GeometryRefused
from tests.conftest import ORIGIN, at, box, lonlat

AREA = ("MultiPolygon",)
ANY = ("Point", "LineString", "MultiPolygon")


def listed(*rings):
    """Write rings given in metres from the corner of the town."""
    x, y = ORIGIN
    return "\n\n".join("\n".join(f"{x + east} {y + north}" for east, north in ring) for ring in rings)


SQUARE = [(0, 0), (100, 0), (100, 100), (0, 100)]
HOLE = [(40, 40), (60, 40), (60, 60), (40, 60)]
BOW_TIE = [(0, 0), (100, 100), (100, 0), (0, 100)]


def test_a_list_of_corners_is_an_area():
    assert parse_drawn(listed(SQUARE), allowed=AREA).equals(box(0, 0, 100, 100))


def test_a_ring_inside_another_is_its_hole_in_any_order(db):
    for rings in ((SQUARE, HOLE), (HOLE, SQUARE)):
        drawn = parse_drawn(listed(*rings), allowed=AREA)
        assert len(drawn) == 1 and len(drawn[0]) == 2
        assert measure(drawn).area_m2 == pytest.approx(9600)


def test_a_ring_beside_another_is_a_further_part():
    drawn = parse_drawn(listed(SQUARE, [(200, 0), (300, 0), (300, 100)]), allowed=AREA)

    assert [len(part) for part in drawn] == [1, 1]


@pytest.mark.parametrize("separator", [" ", "; ", "\t", ", "])
def test_degrees_are_told_from_metres_by_their_size(separator):
    lon, lat = lonlat(at(5, 5))
    drawn = parse_drawn(f"{lon}{separator}{lat}", allowed=ANY)

    assert drawn.distance(at(5, 5)) < 0.02


def test_decimal_commas_are_read():
    assert parse_drawn("333475,25 5689672,5", allowed=ANY).coords == (333475.25, 5689672.5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Bitte zeichnen"),
        ("1 2 3", "zwei Zahlen"),
        ("hallo welt", "keine Zahl"),
        ("nan nan", "keine Zahl"),
        ("1e999 1", "keine endliche Zahl"),
        ("51.33 12.6", "vertauscht"),
        ("5689672 333475", "vertauscht"),
        ("33333475 5689672", "Zonenkennziffer"),
        ("1 1\n2 2\n3 1", "nicht in Deutschland"),
        ("333475 5689672\n333475 5689672\n333475 5689672", "weniger als drei"),
        ("9" * 70_000, "zu lang"),
        ("333475 5689672\n" * 3000, "weniger als drei"),
    ],
)
def test_a_list_that_means_nothing_is_refused_with_a_sentence(text, said):
    with pytest.raises(GeometryRefused, match=said):
        parse_drawn(text, allowed=AREA)


@pytest.mark.parametrize("shape", [at(3, 4), box(0, 0, 50, 50)])
@pytest.mark.parametrize("closed", [True, False])
def test_a_list_reads_back_as_it_was_written(shape, closed):
    allowed = ANY if closed or shape.geom_type == "Point" else AREA
    assert parse_drawn(as_coordinates(shape, closed=closed), allowed=allowed).equals_exact(shape, 0.001)


def test_a_valid_drawing_has_no_fault(db):
    assert find_fault(box(0, 0, 10, 10)) is None


def test_a_bow_tie_is_explained_with_its_place_and_mended(db):
    fault = find_fault(parse_drawn(listed(BOW_TIE), allowed=AREA))

    assert fault.sentence == (
        "Die Umrisslinie kreuzt oder berührt sich selbst, und zwar bei 330050.0 Ost, 5680050.0 Nord (EPSG:25833)."
    )
    assert fault.repaired.valid and fault.change_m2 == pytest.approx(5000)
    assert fault.offer == "Reparieren: Die Fläche wird um 5.000,0 m² größer"


def test_a_hole_over_the_edge_is_mended_with_the_change_in_square_metres(db):
    drawn = parse_drawn(
        '{"type": "Polygon", "coordinates": %s}'
        % [
            [list(lonlat(at(*corner))) for corner in (*ring, ring[0])]
            for ring in (SQUARE, [(90, 10), (110, 10), (110, 20), (90, 20)])
        ],
        allowed=AREA,
    )
    fault = find_fault(drawn)

    assert fault.repaired.valid
    assert measure(fault.repaired).area_m2 == pytest.approx(9900, abs=5)


def test_a_report_is_ready_for_json(db):
    told = report(parse_drawn(listed(SQUARE, HOLE), allowed=AREA))

    assert told["area_m2"] == 9600 and told["fault"] == "" and told["offer"] == ""
    assert told["geojson"].startswith('{"type":"MultiPolygon"')
    assert told["coordinates"].count("\n\n") == 1
