"""Drawings from outside: read in the sandbox, placed by their own word or by control points, cut into tiles."""

import io
import math
import re
import tempfile
from pathlib import Path

import pytest
from django.contrib.gis.geos import Point
from django.core.files.base import ContentFile

from apps.geo.untrusted import InputRefused
from apps.geofiles import rasters
from apps.geofiles.placing import fit, from_degrees, levels_of, place, read_world_file
from apps.geofiles.rasters import Cutting, RasterRefused, cut_tiles, look_at
from tests.conftest import ORIGIN, SIDE
from tests.geofiles.drawings import (
    HEIGHT,
    SQUARE,
    WIDTH,
    bomb_png,
    colour_at,
    geotiff,
    pdf_of,
    pdf_page,
    picture,
    viewport,
)

EXTENT = (*ORIGIN, ORIGIN[0] + SIDE, ORIGIN[1] + SIDE)
#: Upper left corner of the sheets, EPSG:25833.
CORNER = (ORIGIN[0] + 4000, ORIGIN[1] + 5000)


def corner_in(srid):
    moved = Point(*CORNER, srid=25833).transform(srid, clone=True)
    return round(moved.x, 3), round(moved.y, 3)


def tiles_of(file, placed, page=1):
    size = look_at(file, page=page)
    size = (size.width, size.height)
    cutting = Cutting(page, size, placed.affine, placed.srid, levels_of(placed, size)[:1])
    return dict(cut_tiles(file, cutting))


def colour_of(tiles, x, y, srid):
    """Return the colour that the finest tiles have at a place; through GeoDjango's transformation, not the worker's."""
    zoom = next(iter(tiles))[0]
    spot = Point(x, y, srid=srid).transform(3857, clone=True)
    world = 2 * math.pi * 6_378_137
    across, down = ((spot.x / world + 0.5) * 256 * 2**zoom, (0.5 - spot.y / world) * 256 * 2**zoom)
    tile = tiles[(zoom, int(across // 256), int(down // 256))]
    return colour_at(tile, int(across % 256), int(down % 256))


def is_red(colour):
    return colour[0] > 200 and colour[1] < 40 and colour[3] == 255


def is_white(colour):
    return min(colour) > 235


@pytest.mark.parametrize("srid", [25833, 25832, 31469])
def test_a_geotiff_lies_where_it_says_within_a_pixel(tmp_path, srid):
    file = geotiff(tmp_path, srid=srid, origin=corner_in(srid))
    raster = look_at(file)
    assert (raster.ending, raster.width, raster.height, raster.srid) == ("tif", WIDTH, HEIGHT, srid)

    placed = place(raster.affine, (WIDTH, HEIGHT), EXTENT, srid=raster.srid)
    tiles = tiles_of(file, placed)

    east, north = corner_in(srid)
    left, top, right, bottom = SQUARE
    for column, row, inside in [
        (left + 1.5, top + 1.5, True),
        (right - 1.5, bottom - 1.5, True),
        (left - 1.5, top + 50, False),
        (right + 1.5, top + 50, False),
        (left + 50, top - 1.5, False),
        (left + 50, bottom + 1.5, False),
    ]:
        colour = colour_of(tiles, east + column, north - row, srid)
        assert is_red(colour) if inside else is_white(colour), (column, row, colour)
    # Beside the sheet nothing hides the map.
    assert colour_of(tiles, east - 5, north - 50, srid)[3] == 0


def test_a_page_of_a_pdf_lies_where_its_control_points_say():
    file = pdf_page()
    raster = look_at(file)
    assert raster.ending == "pdf" and raster.affine is None
    scale = raster.width / WIDTH  # pixels of a point
    # A sheet of 800 × 600 m, turned by 30 degrees.
    turn = math.radians(30)

    def ground(column, row):
        x, y = 2 * column, -2 * row
        return (
            CORNER[0] + x * math.cos(turn) - y * math.sin(turn),
            CORNER[1] + x * math.sin(turn) + y * math.cos(turn),
        )

    points = [(column * scale, row * scale, *ground(column, row)) for column, row in [(0, 0), (WIDTH, 0), (50, HEIGHT)]]
    affine, residual = fit(points)
    assert residual < 0.001
    tiles = tiles_of(file, place(affine, (raster.width, raster.height), EXTENT, srid=25833))

    left, top, right, bottom = SQUARE
    assert is_red(colour_of(tiles, *ground(left + 2, bottom - 2), 25833))
    assert is_red(colour_of(tiles, *ground(right - 2, top + 2), 25833))
    assert is_white(colour_of(tiles, *ground(left - 2, top + 50), 25833))
    assert is_white(colour_of(tiles, *ground(right + 2, top + 50), 25833))


ESRI = """PROJCS["ETRS_1989_UTM_Zone_33N",GEOGCS["GCS_ETRS_1989",DATUM["D_ETRS_1989",SPHEROID["GRS_1980",6378137.0,
298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER[
"False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",15.0],PARAMETER["Scale_Factor",
0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]""".replace("\n", "")


def degrees_of(corners, srid):
    return [Point(x, y, srid=25833).transform(srid, clone=True).coords for x, y in corners]


@pytest.mark.parametrize(
    ("gcs", "datum", "srid", "look"),
    [
        ("/Type /PROJCS /EPSG 25833", 4258, 25833, ""),
        ("/Type /GEOGCS /EPSG 4326", 4326, 4326, "/Rotate 90"),
        ("/Type /PROJCS /EPSG 31469", 4314, 31469, "/Rotate 180"),
        (f"/Type /PROJCS /WKT ({ESRI})", 4258, 25833, "/Rotate 270 /CropBox [40 20 380 280]"),
    ],
)
def test_a_geospatial_pdf_lies_where_its_viewport_says_however_its_page_is_turned_and_cut(gcs, datum, srid, look):
    """The map fills 300 × 200 points of the page, one metre a point; beside it is room for a legend."""
    west, north = CORNER
    corners = [(west, north - 200), (west, north), (west + 300, north), (west + 300, north - 200)]
    file = pdf_page(f"{look} {viewport(degrees_of(corners, datum), gcs, box='50 80 350 280')}")
    raster = look_at(file)
    assert raster.srid == srid and len(raster.points) == 4

    affine, residual = fit(from_degrees(raster.points, raster.srid))
    assert residual < 0.02
    tiles = tiles_of(file, place(affine, (raster.width, raster.height), EXTENT, srid=25833))
    left, top, right, bottom = SQUARE  # on the page; the map begins 50 right of its corner and 20 below
    for column, row, inside in [
        (left + 1.5, top + 1.5, True),
        (right - 1.5, bottom - 1.5, True),
        (left - 1.5, top + 50, False),
        (right + 1.5, top + 50, False),
        (left + 50, bottom + 1.5, False),
    ]:
        colour = colour_of(tiles, west + column - 50, north - row + 20, 25833)
        assert is_red(colour) if inside else is_white(colour), (column, row, colour)


def test_of_several_viewports_the_largest_counts_and_its_own_corners():
    """An overview map beside it lies elsewhere; LPTS name the corners in another order than the standard's."""
    west, north = CORNER
    overview = viewport(degrees_of([(0, 0), (0, 9), (9, 9), (9, 0)], 4258), "/EPSG 25833", box="360 10 390 40")
    corners = [(west, north), (west + 400, north), (west + 400, north - 300), (west, north - 300)]
    plan = viewport(
        degrees_of(corners, 4258), "/EPSG 25833", box=f"0 0 {WIDTH} {HEIGHT}", local="/LPTS [0 1 1 1 1 0 0 0]"
    )
    raster = look_at(pdf_page(overview.removesuffix("]") + plan.removeprefix("/VP [")))
    affine, _residual = fit(from_degrees(raster.points, raster.srid))
    assert affine[2::3] == pytest.approx(CORNER, abs=0.02)


@pytest.mark.parametrize(
    "page",
    [
        "/VP 3 0 R",
        "/VP [ << /BBox [0 0 9 9] /Measure << /Subtype /RL >> >> ]",
        viewport([(12.6, 51.2)] * 2, "/EPSG 25833", box="0 0 400 300"),
        viewport([(12.6, 51.2)] * 4, "/EPSG 25833", box="0 0 (a) 300"),
        viewport([(12.6, 51.2)] * 4, "/WKT (nonsense)", box="0 0 400 300"),
        viewport([(12.6, 51.2)] * 4, "/EPSG 25833", box="0 0 400 300", local="/LPTS [0 0 0 0 0 0 0 1e400]"),
    ],
)
def test_a_viewport_that_says_nothing_leaves_the_page_to_be_placed_by_hand(page):
    raster = look_at(pdf_page(page))
    assert (raster.points, raster.srid) == ((), None) and raster.width > WIDTH


def test_degrees_of_an_unknown_datum_are_no_place():
    for srid in (0, 999_999, -1):
        with pytest.raises(InputRefused, match="nicht bekannt"):
            from_degrees([(0, 0, 12.6, 51.2)], srid)


def test_degrees_that_are_none_are_no_place():
    pixels = [(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)]
    points = [(column, row, 1e6, 5e5) for column, row in pixels]
    with pytest.raises(InputRefused, match="keine Orte"):
        place(fit(from_degrees(points, 25833))[0], (WIDTH, HEIGHT), EXTENT, srid=25833)


def test_a_third_point_betrays_a_mistake_and_four_even_out_stretched_paper():
    good = [(0, 0, 332000, 5684000), (400, 0, 332400, 5684000), (400, 300, 332400, 5683700)]
    assert fit(good)[1] == pytest.approx(0, abs=1e-6)
    assert fit([*good[:2], (400, 300, 332430, 5683700)])[1] > 5
    stretched = [
        (0, 0, 332000, 5684000),
        (400, 0, 332420, 5684000),
        (400, 300, 332420, 5683700),
        (0, 300, 332000, 5683700),
    ]
    affine, residual = fit(stretched)
    assert residual == pytest.approx(0, abs=1e-6) and affine[0] == pytest.approx(1.05)


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([(0, 0, 332000, 5684000)], "mindestens zwei"),
        ([(0, 0, 332000, 5684000), (0, 0, 332400, 5684000)], "derselben Stelle"),
        ([(n, 0, 332000 + n, 5684000) for n in (0, 10, 20, 30)], "Geraden"),
    ],
)
def test_points_that_say_too_little_are_refused(points, words):
    with pytest.raises(InputRefused, match=words):
        fit(points)


@pytest.mark.parametrize(
    ("affine", "srid", "words"),
    [
        ((1, 0, 500_000, 0, -1, 5_684_000), 25833, "Weder in EPSG:25833 noch"),
        ((1, 0, 332_000, 0, -1, 5_684_000), 25832, "Möglich: EPSG:25833"),
        ((1, 0, 332_000, 0, -1, 5_684_000), 2056, "nicht bekannt"),
        ((1, 0, 332_000, 0, -1, 5_684_000), 0, "nicht bekannt"),
        ((1, 0, 332_000, 0, 1, 5_684_000), 25833, "spiegelverkehrt"),
        ((1, 0, 332_000, 0, -4, 5_684_000), 25833, "verzerrt"),
        ((0.0005, 0, 332_000, 0, -0.0005, 5_684_000), 25833, "Bildpunkt"),
    ],
)
def test_a_place_that_cannot_be_meant_is_refused_and_never_guessed(affine, srid, words):
    with pytest.raises(InputRefused, match=words):
        place(affine, (WIDTH, HEIGHT), EXTENT, srid=srid)


def test_a_world_file_counts_from_the_middle_of_the_first_pixel():
    assert read_world_file(b"0.5\r\n0\r\n0\r\n-0,5\r\n332000.25\r\n5683999.75\r\n") == (
        0.5,
        0,
        332000,
        0,
        -0.5,
        5684000,
    )
    assert place(read_world_file(b"1 0 0 -1 332000 5684000"), (WIDTH, HEIGHT), EXTENT).srid == 25833
    for bad in (b"", b"1\n2\n3", b"a b c d e f", b"1 " * 600):
        with pytest.raises(InputRefused):
            read_world_file(bad)


def halved(file):
    data = file.read()
    return data[: len(data) // 2]


VRT = b"""<VRTDataset rasterXSize="10" rasterYSize="10"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>
<SourceFilename>/etc/passwd</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"""


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (lambda: ContentFile(b"", "a.tif"), "empty"),
        (lambda: ContentFile(VRT, "plan.tif"), "kind"),
        (lambda: ContentFile(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "plan.png"), "kind"),
        (bomb_png, "pixels"),
        (lambda: ContentFile(halved(picture("PNG", "plan.png")), "plan.png"), "damaged"),
        (lambda: ContentFile(halved(picture("JPEG", "plan.jpg")), "plan.jpg"), "damaged"),
        (lambda: ContentFile(halved(picture("TIFF", "plan.tif")), "plan.tif"), "damaged"),
        (lambda: ContentFile(b"II*\0" + b"\xff" * 500, "plan.tif"), "damaged"),
        (lambda: ContentFile(pdf_of(b"", box="0 0 900000 900000"), "plan.pdf"), "pixels"),
        (lambda: ContentFile(b"%PDF-1.4\nnothing\n%%EOF", "plan.pdf"), "damaged"),
    ],
)
def test_hostile_and_broken_files_are_refused_with_a_sentence(file, code):
    with pytest.raises(RasterRefused) as refused:
        look_at(file())
    assert refused.value.code == code and str(refused.value).endswith(".")


def test_a_locked_pdf_and_a_missing_page_say_what_to_do():
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(pdf_page().open()))
    writer.encrypt("geheim")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(RasterRefused, match="ohne Kennwort"):
        look_at(ContentFile(out.getvalue(), "plan.pdf"))
    with pytest.raises(RasterRefused, match="Seitenzahl"):
        look_at(pdf_page(), page=2)


def test_what_lies_beside_a_drawing_on_disk_is_not_looked_at(tmp_path, monkeypatch):
    """A world file, an .aux.xml or overviews of that name would be an address into somebody else's files."""

    class Crowded(tempfile.TemporaryDirectory):
        def __enter__(self):
            name = super().__enter__()
            for ending in (".tfw", ".wld"):
                (Path(name) / f"drawing{ending}").write_text("1\n0\n0\n-1\n0\n0\n")
            (Path(name) / "drawing.aux.xml").write_bytes(
                b"<PAMDataset><SRS>EPSG:4326</SRS><GeoTransform>1,1,0,1,0,-1</GeoTransform></PAMDataset>"
            )
            return name

    monkeypatch.setattr(rasters.tempfile, "TemporaryDirectory", Crowded)
    raster = look_at(picture("TIFF", "plan.tif"))
    assert raster.affine is None and raster.srid is None


def test_the_site_itself_never_loads_a_second_gdal():
    """Rasterio and PDFium are imported inside the child's functions, in the files that only children run."""
    root = Path(__file__).resolve().parents[2]
    sources = [*root.glob("apps/**/*.py"), *root.glob("geo_platform/**/*.py")]
    found = [
        (path.name, line)
        for path in sources
        for line in path.read_text().splitlines()
        if re.match(r"\s*(import|from) (rasterio|pypdfium2|pypdf)", line)
    ]
    assert {name for name, _line in found} == {"raster_worker.py", "pdf_place_worker.py"}
    assert all(line.startswith("    ") for _name, line in found)
