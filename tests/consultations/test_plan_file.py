"""What is read from a plan file: areas in the storage CRS, the CRS named, everything left out listed."""

import pytest

from apps.consultations.areas.plan_file import read_plan
from apps.geo.drawn_check import find_fault, measure
from apps.geo.drawn_text import parse_drawn
from apps.geo.untrusted import InputRefused
from tests.consultations import plan_files as files


@pytest.fixture(autouse=True)
def _gml_without_a_process(monkeypatch):
    """What a document means needs no sandbox; that the sandbox reads it is asked by the hostile corpus."""
    monkeypatch.setattr("apps.geofiles.areas._ask", files.ask_in_process)


def area_of(option):
    return parse_drawn(option.shape, allowed=("MultiPolygon",))


@pytest.mark.parametrize(
    ("ending", "srid", "crs"),
    [
        ("gpkg", 25833, "EPSG:25833"),
        ("zip", 25832, "EPSG:25832"),
        ("zip", 31469, "EPSG:31469"),
        ("geojson", 4326, "EPSG:4326"),
        ("kml", 4326, "EPSG:4326"),
        ("dxf", 25833, "EPSG:25833"),
        ("dxf", 25832, "EPSG:25832"),
        ("dxf", 5650, "EPSG:5650"),
        ("gml", 25833, "EPSG:25833"),
    ],
)
def test_the_usual_files_give_the_same_area_whatever_their_crs(town, ending, srid, crs):
    plan = read_plan(town, files.upload(files.gdal_file(ending, srid), f"Plan Ä.{ending}"))

    assert [option.crs.partition(" ")[0] for option in plan.options] == [crs] and plan.facts is None
    area = area_of(plan.options[0])
    whole = 20_000 if ending == "dxf" else files.AREA_M2  # a drawing's rings are looked at below
    assert measure(area).area_m2 == pytest.approx(whole, rel=0.04 if ending == "dxf" else 0.001)
    assert area.extent == pytest.approx((331000, 5681000, 331200, 5681100), abs=3)


@pytest.mark.parametrize(
    ("polygon", "crs", "said"),
    [
        (files.polygon(25833), "EPSG:25833 (ETRS89 / UTM 33N)", ""),
        (files.polygon(25832), "EPSG:25832 (ETRS89 / UTM 32N)", ""),
        (files.polygon(25833, name="urn:ogc:def:crs:EPSG::25833"), "EPSG:25833 (ETRS89 / UTM 33N)", ""),
        (files.polygon(25833, name="http://www.opengis.net/def/crs/EPSG/0/25833"), "EPSG:25833 (ETRS89 / UTM 33N)", ""),
        (files.polygon(31469), "EPSG:31469 (DHDN / Gauß-Krüger 5)", "um wenige Meter"),
        (files.polygon(25833, swapped=True), "EPSG:25833 (ETRS89 / UTM 33N, Achsen vertauscht)", "vertauscht"),
        (files.polygon(25833, prefix=33), "EPSG:5650 (ETRS89 / UTM 33N (zE-N))", "Die Datei nennt EPSG:25833"),
        (files.polygon(25833, name="EPSG:25832"), "EPSG:25833 (ETRS89 / UTM 33N)", "Die Datei nennt EPSG:25832"),
        (files.polygon(25833, name="/etc/passwd"), "EPSG:25833 (ETRS89 / UTM 33N)", ""),
    ],
)
def test_the_numbers_of_a_plan_are_tried_until_they_lie_in_the_town(town, polygon, crs, said):
    (option,) = read_plan(town, files.upload(files.xplan(area=polygon), "plan.gml")).options

    assert option.crs == crs
    assert said in " ".join(option.notes)
    assert option.area_m2 == pytest.approx(files.AREA_M2, rel=0.001)


def test_an_area_far_from_the_town_is_refused(town):
    far = files.polygon().replace(" 568", " 578")
    plan = read_plan(town, files.upload(files.xplan(area=far), "plan.gml"))

    assert plan.options == () and any("liegt eine Fläche" in note for note in plan.notes)


@pytest.mark.parametrize("version", ["5/0", "5/4", "6/0"])
def test_a_plan_tells_name_number_codes_and_rounds(town, version):
    data = files.xplan(version=version, plan=files.ROUNDS, part="<xplan:verfahren>3000</xplan:verfahren>")
    plan = read_plan(town, files.upload(data, "plan.gml"))

    assert plan.kind == f"XPlanGML {version.replace('/', '.')}"
    assert plan.facts.values == {
        "title": "Kiebitzgrund",
        "plan_number": "27",
        "plan_type": "3000",
        "legal_status": "2400",
        "procedure": "3000",
    }
    rounds = [(one.kind, f"{one.starts_on} {one.ends_on}") for one in plan.facts.rounds]
    assert rounds == [("publication", "2026-11-23 2026-12-22"), ("repeat", "2027-03-01 2027-03-15")]
    assert plan.notes == ()


def test_the_procedure_is_read_at_the_plan_too(town):
    data = files.xplan(version="5/4", plan="<xplan:verfahren>2000</xplan:verfahren>")
    assert read_plan(town, files.upload(data, "plan.gml")).facts.values["procedure"] == "2000"


def test_a_procedure_that_contradicts_itself_is_left_to_the_planner(town):
    code = "<xplan:verfahren>{}</xplan:verfahren>"
    data = files.xplan(plan=code.format(1000), part=code.format(3000))
    plan = read_plan(town, files.upload(data, "plan.gml"))

    assert "procedure" not in plan.facts.values
    assert "widersprüchlich" in " ".join(plan.notes)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("<xplan:auslegungsStartDatum>2026-11-23</xplan:auslegungsStartDatum>", "Zu 1 Anfangstagen gibt es 0 Endtage"),
        (
            "<xplan:auslegungsStartDatum>2026-11-23</xplan:auslegungsStartDatum>"
            "<xplan:auslegungsEndDatum>2026-11-01</xplan:auslegungsEndDatum>",
            "Kein Zeitraum: 2026-11-23 bis 2026-11-01",
        ),
        (
            "<xplan:traegerbeteiligungsStartDatum>2026-11-23</xplan:traegerbeteiligungsStartDatum>"
            "<xplan:traegerbeteiligungsEndDatum>2026-12-23</xplan:traegerbeteiligungsEndDatum>",
            "Beteiligung der Behörden vom 23.11.2026",
        ),
        ("<xplan:planArt>777</xplan:planArt>", "planArt 777 ist hier unbekannt"),
        ("<xplan:satzungsbeschlussDatum>2026-01-01</xplan:satzungsbeschlussDatum>", "satzungsbeschlussDatum"),
        ("<xplan:rechtsstand>9</xplan:rechtsstand>", "rechtsstand 9 ist hier unbekannt"),
    ],
)
def test_what_is_not_taken_is_listed(town, more, said):
    plan = read_plan(town, files.upload(files.xplan(plan=more), "plan.gml"))

    assert said in " ".join(plan.notes) and plan.facts.rounds == ()


def test_a_plan_of_another_town_is_told(town):
    data = files.xplan().replace(b"14000010", b"14729070")
    assert "AGS 14729070" in " ".join(read_plan(town, files.upload(data, "plan.gml")).notes)


def test_an_arc_becomes_straight_pieces(town):
    curve = (
        '<gml:Polygon srsName="EPSG:25833"><gml:exterior><gml:Ring><gml:curveMember><gml:Curve><gml:segments><gml:Arc>'
        "<gml:posList>331000 5681000 331100 5681100 331200 5681000</gml:posList></gml:Arc><gml:LineStringSegment>"
        "<gml:posList>331200 5681000 331000 5681000</gml:posList></gml:LineStringSegment></gml:segments></gml:Curve>"
        "</gml:curveMember></gml:Ring></gml:exterior></gml:Polygon>"
    )
    (option,) = read_plan(town, files.upload(files.xplan(area=curve), "plan.gml")).options
    assert option.area_m2 == pytest.approx(3.14159 * 100**2 / 2, rel=0.001)


def test_several_parts_and_patches_are_one_area(town):
    west = files.ring([(331000, 5681000), (331010, 5681000), (331010, 5681010)])
    east = files.ring([(332000, 5681000), (332010, 5681000), (332010, 5681010)])
    member = "<gml:surfaceMember>{}</gml:surfaceMember>"
    parts = member.format(f"<gml:Polygon><gml:exterior>{west}</gml:exterior></gml:Polygon>") + member.format(
        f"<gml:Surface><gml:patches><gml:PolygonPatch><gml:exterior>{east}</gml:exterior></gml:PolygonPatch>"
        "</gml:patches></gml:Surface>"
    )
    area = f'<gml:MultiSurface srsName="EPSG:25833">{parts}</gml:MultiSurface>'
    (option,) = read_plan(town, files.upload(files.xplan(area=area), "plan.gml")).options
    assert len(area_of(option)) == 2 and option.area_m2 == pytest.approx(100, rel=0.001)


def test_a_delivered_archive_gives_its_plan_and_names_the_rest(town):
    data = files.zipped({"Plan/27.gml": files.xplan(), "Plan/Begründung.pdf": b"%PDF-", "Plan/27.tif": b"II*"})
    plan = read_plan(town, files.upload(data, "lieferung.zip"))

    assert plan.facts.title == "Kiebitzgrund"
    assert "Begründung.pdf" in " ".join(plan.notes)


def test_a_fault_in_the_outline_stays_to_be_explained(town):
    data = files.xplan(
        area=f'<gml:Polygon srsName="EPSG:25833"><gml:exterior>{files.ring(files.BOW_TIE)}</gml:exterior></gml:Polygon>'
    )
    (option,) = read_plan(town, files.upload(data, "plan.gml")).options
    fault = find_fault(area_of(option))
    assert "331050.0 Ost" in fault.sentence and "5.000,0 m² größer" in fault.offer


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (files.xplan(version="4/1"), "Diese Fassung von XPlanGML"),
        (files.xplan().replace(b"BP_Plan", b"BP_Baugebiet"), "kein Plan"),
        (b"<a/>", "keine Fläche"),
        (b"", "leer"),
    ],
)
def test_a_document_without_a_plan_is_refused_with_a_sentence(town, data, said):
    with pytest.raises(InputRefused, match=said):
        read_plan(town, files.upload(data, "plan.gml"))
