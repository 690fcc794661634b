"""From an empty installation to a town."""

import json
from io import StringIO
from pathlib import Path

import geopandas
import pytest
import shapely
from django.core.management import CommandError, call_command

from apps.accounts.models import Role, User
from apps.places.models import AdministrativeArea, Municipality
from geo_platform.models import LegalText

SQUARE = [[[12.5, 51.3], [12.7, 51.3], [12.7, 51.4], [12.5, 51.4], [12.5, 51.3]]]
BOW_TIE = [[[12.5, 51.3], [12.7, 51.4], [12.7, 51.3], [12.5, 51.4], [12.5, 51.3]]]


def run(*arguments: str, **options: object) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def geojson(folder: Path, *features: dict) -> str:
    path = folder / "grenze.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
    return str(path)


def area(coordinates: list, **properties: str) -> dict:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": coordinates}}


@pytest.mark.django_db
def test_a_town_with_boundary_texts_and_administrator(tmp_path):
    (tmp_path / "imprint.md").write_text("# Impressum\n\nMarkt 1")
    out = run(
        *("create_town", "Musterstadt", "14000099", "--boundary", geojson(tmp_path, area(SQUARE))),
        *("--admin-email", "Anna@musterstadt.example", "--texts", str(tmp_path)),
    )
    town = Municipality.objects.get(key="14000099")
    assert not town.is_demo
    boundary = AdministrativeArea.objects.get(municipality=town, kind="municipality")
    assert boundary.area.covers(town.centre)
    user = User.objects.get(email="anna@musterstadt.example")
    assert user.roles_in(town.pk) == {Role.Code.ADMINISTRATOR}
    password = out.split("Passwort: ")[1].split()[0]
    assert user.check_password(password)
    assert LegalText.objects.get().slug == "imprint"
    assert "privacy, accessibility, licences" in out


@pytest.mark.django_db
def test_a_rectangle_is_enough_for_a_start():
    run("create_town", "Musterstadt", "14000099", "--bbox", "12.5,51.3,12.7,51.4", "--admin-email", "a@b.example")
    assert AdministrativeArea.objects.get().area.area == pytest.approx(155e6, rel=0.02)


@pytest.mark.django_db
def test_an_existing_account_becomes_administrator_and_keeps_its_password(make_user, bernd, town):
    before = bernd.password
    out = run("create_town", "M", "14000099", "--bbox", "12.5,51.3,12.7,51.4", "--admin-email", bernd.email.upper())
    assert "Passwort" not in out
    bernd.refresh_from_db()
    assert bernd.password == before


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("Rasterstadt", "14000010", "--bbox", "12.5,51.3,12.7,51.4"), "gibt es schon"),
        (("M", "1400001", "--bbox", "12.5,51.3,12.7,51.4"), "acht Ziffern"),
        (("M", "14000099", "--bbox", "51.3,12.5,51.4,12.7"), "vertauscht"),
        (("M", "14000099", "--bbox", "nan,1,2,3"), "Zahl"),
        (("M", "14000099", "--boundary", "/nirgends.geojson"), "nirgends.geojson gibt es nicht"),
        (("M", "14000099", "--bbox", "12.5,51.3,12.7,51.4", "--hostname", "rasterstadt.example"), "Hostname"),
    ],
)
def test_a_town_that_cannot_be_is_refused_and_leaves_nothing(town, arguments, reason):
    with pytest.raises(CommandError, match=reason):
        run("create_town", *arguments, "--admin-email", "neu@b.example")
    assert Municipality.objects.count() == 1
    assert not User.objects.filter(email="neu@b.example").exists()


@pytest.mark.django_db
def test_a_boundary_that_crosses_itself_is_refused(tmp_path):
    with pytest.raises(CommandError, match="ungültig"):
        run(
            "create_town",
            "M",
            "14000099",
            "--boundary",
            geojson(tmp_path, area(BOW_TIE)),
            "--admin-email",
            "a@b.example",
        )


@pytest.mark.django_db
def test_of_several_areas_the_one_with_the_key_is_taken(tmp_path):
    other = [[[x + 0.5, y] for x, y in SQUARE[0]]]
    path = geojson(tmp_path, area(other, AGS="14000098"), area(SQUARE, AGS="14000099"))
    run("create_town", "M", "14000099", "--boundary", path, "--admin-email", "a@b.example")
    lon = AdministrativeArea.objects.get().area.transform(4326, clone=True).centroid.x
    assert lon == pytest.approx(12.6, abs=0.01)
    with pytest.raises(CommandError, match="keine trägt"):
        run("create_town", "M", "14000097", "--boundary", path, "--admin-email", "a@b.example")


@pytest.mark.django_db
def test_an_official_geopackage_names_its_crs_and_lists_land_and_water_apart(tmp_path):
    path = tmp_path / "vg250.gpkg"
    geopandas.GeoDataFrame(
        {"AGS": ["14000099", "14000099", "14000098"]},
        geometry=[
            shapely.box(330e3, 5680e3, 335e3, 5690e3),
            shapely.box(335e3, 5680e3, 340e3, 5690e3),
            shapely.box(1, 1, 2, 2),
        ],
        crs="EPSG:25833",
    ).to_file(path, layer="vg250_gem", driver="GPKG")
    run("create_town", "M", "14000099", "--boundary", str(path), "--layer", "vg250_gem", "--admin-email", "a@b.example")
    assert AdministrativeArea.objects.get().area.area == pytest.approx(100e6)


def test_texts_come_from_files_also_when_the_web_server_does_not_start(town, tmp_path):
    (tmp_path / "privacy.md").write_text("# Datenschutz\n\n[Name] verarbeitet nichts.")
    out = run("load_texts", town.key, str(tmp_path))
    assert "privacy: created" in out and "1 Stellen" in out
    assert "privacy: same" in run("load_texts", town.key, str(tmp_path))
    with pytest.raises(CommandError):
        run("load_texts", "99999999", str(tmp_path))
    with pytest.raises(CommandError):
        run("load_texts", town.key, str(tmp_path / "leer"))


def _counts() -> dict[str, int]:
    from django.apps import apps

    # Events too: loading twice must not write history.
    return {
        model._meta.label: model._default_manager.count()
        for config in apps.get_app_configs()
        if config.name.startswith("apps.") or config.name == "geo_platform"
        for model in config.get_models()
    }


@pytest.mark.django_db
@pytest.mark.slow(reason="loads the demonstration town twice")
def test_loading_the_demonstration_twice_changes_nothing(settings):
    settings.DEMO = True
    first = run("load_demo")
    assert "Brandis: angelegt" in first
    town = Municipality.objects.get(key="14729070")
    assert town.is_demo and town.hostname == ""
    before = _counts()
    assert "Brandis: ist schon da" in run("load_demo")
    assert _counts() == before


@pytest.mark.django_db
def test_the_demonstration_cannot_come_to_production(settings):
    settings.DEMO = False
    for command in ("load_demo", "demo_logins"):
        with pytest.raises(CommandError):
            run(command)
    assert not Municipality.objects.exists()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_demonstration_does_not_take_over_a_real_town(settings):
    settings.DEMO = True
    run("create_town", "Brandis", "14729070", "--bbox", "12.5,51.3,12.7,51.4", "--admin-email", "a@b.example")
    with pytest.raises(CommandError, match="echte Gemeinde"):
        run("load_demo")
