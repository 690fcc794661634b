"""The map that stands still: for readers without JavaScript, and on paper."""

import re

import pytest
from django.contrib.gis.geos import LineString, MultiPolygon, Polygon
from django.template import Context, Template

from apps.geo.crs import GEO_SRID
from apps.geo.stills import HEIGHT, SAFE_HEIGHT, SAFE_WIDTH, WIDTH, draw_still
from tests.conftest import at, box

RED = "#aa0000"


def numbers(path):
    values = [float(number) for number in re.findall(r"-?[\d.]+", path)]
    return values[::2], values[1::2]


def test_a_place_stands_in_the_middle_of_its_picture():
    still = draw_still([(at(1000, 1000), RED)], zoom=16)
    (mark,) = still.marks
    assert still.zoom == 16
    assert (mark.x, mark.y, mark.path) == (WIDTH / 2, HEIGHT / 2, "")


def test_tiles_cover_the_whole_picture():
    tiles = draw_still([(at(0, 0), RED)]).tiles
    assert min(tile.x for tile in tiles) <= 0 and min(tile.y for tile in tiles) <= 0
    assert max(tile.x for tile in tiles) + 256 >= WIDTH and max(tile.y for tile in tiles) + 256 >= HEIGHT
    assert len({tile.href for tile in tiles}) == len(tiles) <= 12


@pytest.mark.parametrize(("width", "height"), [(50, 50), (4000, 10), (10, 4000), (900, 700)])
def test_a_long_shape_is_never_cut(width, height):
    (mark,) = draw_still([(box(0, 0, width, height), RED)]).marks
    east, south = numbers(mark.path)
    assert max(east) - min(east) <= SAFE_WIDTH and max(south) - min(south) <= SAFE_HEIGHT
    assert (min(east) + max(east)) / 2 == pytest.approx(WIDTH / 2, abs=1)
    assert (min(south) + max(south)) / 2 == pytest.approx(HEIGHT / 2, abs=1)


def test_a_hole_stays_a_hole_and_a_line_is_not_filled():
    ring = Polygon(((0, 0), (100, 0), (100, 100), (0, 100), (0, 0)), ((40, 40), (60, 40), (60, 60), (40, 60), (40, 40)))
    x, y = at(0, 0).coords
    moved = Polygon(*[[(x + east, y + north) for east, north in part.coords] for part in ring], srid=GEO_SRID)
    line = LineString((x, y), (x + 50, y), srid=GEO_SRID)
    area, way = draw_still([(MultiPolygon(moved, srid=GEO_SRID), RED), (line, RED)]).marks
    assert area.is_area and area.path.count("M") == area.path.count("Z") == 2
    assert not way.is_area and "Z" not in way.path


def test_nothing_to_show_is_no_picture():
    assert draw_still([]) is None
    assert draw_still([(None, RED)]) is None


def test_the_tag_says_in_words_where_it_is_and_needs_no_style():
    template = Template("{% load map_tags %}{% still_map place label zoom=16 %}")
    page = template.render(Context({"place": at(0, 0), "label": "Markt <1>"}))
    assert 'role="img" aria-label="Karte: Markt &lt;1&gt;"' in re.sub(r"\s+", " ", page)
    assert "style=" not in page and "<script" not in page
    assert re.search(r'href="/basemap/16/\d+/\d+"', page)
    assert not re.search(r'[xy]="-?\d+,\d', page)  # numbers of SVG have points, whatever the language
