"""Fatma reads official files into Rasterstadt: any German CRS, twice without effect, each omission with its reason."""

import geopandas
import pytest
import shapely
from django.core.management import CommandError, call_command

from apps.places.models import Address, AdministrativeArea, BuiltUpArea, Parcel, Road
from tests.conftest import ORIGIN

X, Y = ORIGIN


def lines(*courses, **columns):
    shapes = [shapely.LineString([(X + x, Y + y) for x, y in course]) for course in courses]
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs=25833)


ROADS = lines([(0, 100), (5000, 100)], [(0, 200), (5000, 200)], [(0, 300), (5000, 300)],
              klasse=["S", "Kreisstraße", ""], bezeichnung=["S 45", "", "K 8367"], id=["a", "b", "c"])  # fmt: skip


@pytest.fixture
def run(town, tmp_path, capsys):
    """Return ``run(kind, frame_or_path, *options)``: the command's report."""

    def call(kind, data, *options, ending="gpkg"):
        path = data
        if isinstance(data, geopandas.GeoDataFrame):
            path = tmp_path / f"{kind}.{ending}"
            data.to_file(path)
        call_command("import_places", kind, str(path), "--town", town.key, *options)
        return capsys.readouterr().out

    return call


def test_roads_come_with_class_and_number(run):
    report = run("road", ROADS)
    assert sorted(Road.objects.values_list("key", "road_class", "number")) == [
        ("a", "S", "S 45"),
        ("b", "K", ""),
        ("c", "K", "K 8367"),
    ]
    assert "neu: 3" in report


def test_a_second_run_changes_nothing(run):
    run("road", ROADS)
    report = run("road", ROADS)
    assert "neu: 0" in report and "geändert: 0" in report and "unverändert: 3" in report
    assert Road.objects.count() == 3


def test_a_dry_run_writes_nothing(run):
    assert "Probelauf" in run("road", ROADS, "--dry-run")
    assert not Road.objects.exists()


@pytest.mark.parametrize("srid", [25833, 25832, 31468, 31469, 4326, 3857, 4647, 5650])
@pytest.mark.parametrize("swapped", [False, True])
def test_every_german_crs_is_found_out_even_with_swapped_axes_and_no_prj(run, srid, swapped):
    frame = ROADS.to_crs(srid)
    if swapped:
        frame = frame.set_geometry(frame.geometry.map(lambda line: shapely.transform(line, lambda c: c[:, ::-1])))
    run("road", geopandas.GeoDataFrame(frame, crs=None).set_crs(None, allow_override=True), ending="shp")
    moved = Road.objects.get(key="a").line
    # Gauß-Krüger without a grid shift file is right to some metres.
    assert abs(moved[0][0] - X) < 5 and abs(moved[0][1] - (Y + 100)) < 5


def test_a_wrong_choice_of_crs_is_answered_with_what_is_possible(run):
    with pytest.raises(CommandError, match="EPSG:25833"):
        run("road", ROADS, "--crs", "25832")


def test_data_of_another_region_is_refused(run):
    far = ROADS.set_geometry(ROADS.translate(500_000, 0))
    with pytest.raises(CommandError, match="Koordinatensystem"):
        run("road", far)


def test_what_is_left_out_is_counted_with_its_reason(run):
    frame = lines(
        [(0, 0), (10, 0)], [(90_000, 0), (90_010, 0)], [(0, 5), (10, 5)], klasse=["S", "S", "?"], id=["a", "b", "c"]
    )
    report = run("road", frame)
    assert "1 – gehört nicht zur Gemeinde" in report and "1 – ohne erkennbare Straßenklasse" in report


def test_a_road_that_left_the_file_stays_until_somebody_says_so(run):
    run("road", ROADS)
    assert "nicht mehr in der Datei" in run("road", ROADS.iloc[:2])
    assert Road.objects.count() == 3
    assert "gelöscht: 1" in run("road", ROADS.iloc[:2], "--remove-missing")


def test_addresses_come_from_a_list_and_doubles_are_named(run, tmp_path):
    path = tmp_path / "adressen.csv"
    rows = ["stn;hnr;adz;plz;x;y", f"Markt;1;;4821;{X + 10};{Y + 10}", f"Markt;1;;04821;{X + 10};{Y + 10}"]
    rows += [f"Markt;2;a;04821;{X};{Y}", f";3;;04821;{X};{Y}", "Markt;4;;04821;;"]
    path.write_text("\n".join(rows))
    report = run("address", path)
    assert sorted(Address.objects.values_list("street", "house_number", "postcode")) == [
        ("Markt", "1", "04821"),
        ("Markt", "2a", "04821"),
    ]
    for reason in ("doppelt in der Datei", "ohne Straße oder Hausnummer", "ohne Lage"):
        assert f"1 – {reason}" in report


def square(west, south, east, north):
    return shapely.box(X + west, Y + south, X + east, Y + north)


def test_a_changed_boundary_closes_the_former_version(run, town):
    frame = geopandas.GeoDataFrame(
        {"AGS": [town.key, "14000099"], "GEN": ["Rasterstadt", "Fern"]},
        geometry=[square(0, 0, 9000, 10000), square(20000, 0, 30000, 10000)],
        crs=25833,
    )
    run("municipality", frame, "--valid-from", "2026-10-01")
    versions = AdministrativeArea.objects.filter(municipality=town, kind="municipality").order_by("valid_from")
    assert [(str(v.valid_from), str(v.valid_to)) for v in versions] == [
        ("2020-01-01", "2026-10-01"),
        ("2026-10-01", "None"),
    ]
    assert "unverändert: 1" in run("municipality", frame, "--valid-from", "2026-11-01")


def test_a_correction_of_the_same_day_keeps_the_version_that_a_rule_names(run, town):
    [first] = AdministrativeArea.objects.filter(municipality=town, kind="municipality")
    frame = geopandas.GeoDataFrame(
        {"AGS": [town.key], "GEN": ["Rasterstadt"]}, geometry=[square(0, 0, 9000, 10000)], crs=25833
    )
    assert "geändert: 1" in run("municipality", frame, "--valid-from", "2020-01-01")
    [now] = AdministrativeArea.objects.filter(municipality=town, kind="municipality")
    assert (now.pk, round(now.area.area)) == (first.pk, 90_000_000)


def test_an_older_state_never_replaces_a_newer_one(run, town):
    frame = geopandas.GeoDataFrame(
        {"AGS": [town.key], "GEN": ["Rasterstadt"]}, geometry=[square(0, 0, 9000, 10000)], crs=25833
    )
    with pytest.raises(CommandError, match="neueren Stand"):
        run("municipality", frame, "--valid-from", "2019-01-01")


def test_neighbours_are_those_that_touch_the_town(run, town):
    shapes = [square(0, 0, 10000, 10000), square(10000, 0, 20000, 10000), square(30000, 0, 40000, 10000)]
    frame = geopandas.GeoDataFrame(
        {"AGS": [town.key, "14000020", "14000030"], "GEN": ["Rasterstadt", "Neuland", "Weit"]},
        geometry=shapes,
        crs=25833,
    )
    run("neighbour", frame)
    assert [a.name for a in AdministrativeArea.objects.filter(kind="neighbour")] == ["Neuland"]


def test_an_invalid_area_is_repaired_and_said(run):
    bow_tie = shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)])
    frame = geopandas.GeoDataFrame({"id": ["1"], "name": ["Ort"]}, geometry=[bow_tie], crs=25833)
    assert "Hinweis: 1 – Geometrie repariert" in run("builtup", frame)
    assert BuiltUpArea.objects.get().area.valid


def test_a_column_may_be_named_by_hand(run):
    frame = ROADS.rename(columns={"klasse": "foo"}).drop(columns="bezeichnung")
    run("road", frame.iloc[:2], "--map", "road_class=foo")
    assert Road.objects.count() == 2
    with pytest.raises(CommandError, match="Spalten: "):
        run("road", frame, "--map", "road_class=bar")


LOTS = geopandas.GeoDataFrame(
    {
        "flstkennz": ["149901___00123______", "14990100200012000401", "kaputt", "149901___00123"],
        "gemarkung": ["Rasterau"] * 4,
        "flaeche": [812.0, None, 5.0, 812.0],
        "eigentuemer": ["Otto Muster"] * 4,
    },
    geometry=[shapely.box(X + n * 100, Y, X + n * 100 + 40, Y + 20) for n in range(4)],
    crs=25833,
)


def test_parcels_come_with_their_kennzeichen_and_without_owners(run):
    report = run("parcel", LOTS.to_crs(31469))
    assert "neu: 2" in report and "1 – ohne gültiges Flurstückskennzeichen" in report and "1 – doppelt" in report
    lot, part = (
        Parcel.objects.order_by("-official_area_m2").filter(code__contains="123").get(),
        Parcel.objects.get(code="14990100200012000401"),
    )
    assert (str(lot), lot.official_area_m2) == ("Rasterau 123", 812)
    assert (str(part), part.official_area_m2) == ("Rasterau Flur 2, 12/4", None)
    assert abs(part.area.area - 800) < 1
    assert "Muster" not in str(list(Parcel.objects.values()))
    assert "unverändert: 2" in run("parcel", LOTS.to_crs(25833), "--dry-run")


def test_a_kennzeichen_is_put_together_from_its_parts(run):
    parts = LOTS.head(1).assign(flstkennz=None, gemaschl="149901", flur=3, flstnrzae=77, flstnrnen=2)
    run("parcel", parts.drop(columns="flstkennz"))
    assert Parcel.objects.get().code == "14990100300077000200"[:18] + "__"
