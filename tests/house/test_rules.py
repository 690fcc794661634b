"""House rules that a reader can rely on. Each failure says what to do."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField

from apps.geo.config import PlatformApp
from apps.geo.crs import GEO_SRID

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 400
FOLDERS = ("geo_platform", "apps", "fixtures", "static", "tests")
ORDER = [
    {"geo"},
    {"geofiles"},
    {"places"},
    {"accounts"},
    {"outbox"},
    {"departments"},
    {"contributions"},
    {"citizens"},
    {"reports", "hotspots", "consultations", "ideas", "geoservices", "fifth_kind"},
    {"open311", "statements"},
    {"geo_platform"},
]


def tracked(*patterns):
    """Return the files under version control (and new ones not ignored) that match one of the patterns."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_the_top_level_is_as_a_reader_expects():
    for entry in [
        "manage.py",
        "geo_platform",
        "apps",
        "fixtures",
        "static",
        "tests",
        "docker-compose.yml",
        "README.md",
    ]:
        assert (ROOT / entry).exists(), f"{entry} is missing at the top level"


def test_no_module_is_longer_than_a_reader_can_hold():
    modules = tracked("*.py", "*.js", "*.css", "*.html", "*.sh")
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert not long, f"More than one thing lives in these: divide them. {long}"


def test_no_room_is_called_utils():
    bad = [p for p in tracked("*.py") if p.stem in {"utils", "helpers", "common", "core", "misc"} or "core" in p.parts]
    assert not bad, f"A helper lives with the app whose word it uses: {bad}"


def test_migrations_name_the_storage_crs():
    literal = [str(p) for p in tracked("*/migrations/*.py") if re.search(rf"srid={GEO_SRID}\b", p.read_text())]
    assert not literal, f"Write GEO_SRID instead of the number (manage.py makemigrations does): {literal}"


def test_pages_name_the_storage_crs_by_its_tag():
    literal = [
        str(p) for p in tracked("apps/*.html", "geo_platform/*.html") if re.search(r"\b2583[23]\b", p.read_text())
    ]
    assert not literal, f"GEO_SRID is configurable: write {{% storage_crs %}} (measures). {literal}"


def test_foreign_keys_point_down_like_imports():
    rank = {label: n for n, labels in enumerate(ORDER) for label in labels}
    wrong = []
    for model in apps.get_models(include_auto_created=True):
        here = rank.get(model._meta.app_label)
        if here is None:
            continue
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey | ManyToManyField) and not field.auto_created:
                there = rank.get(field.related_model._meta.app_label, -1)
                siblings = there == here and field.related_model._meta.app_label != model._meta.app_label
                if there > here or siblings:
                    wrong.append(f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}")
    assert not wrong, f"A string foreign key must not climb where an import may not: {wrong}"


def test_every_app_of_the_house_is_in_the_order():
    ranked = set().union(*ORDER)
    labels = {config.label for config in apps.get_app_configs() if isinstance(config, PlatformApp)}
    assert labels <= ranked, f"Give these a place in the import contract and here: {labels - ranked}"


@pytest.mark.parametrize(
    ("library", "pattern"),
    [
        ("django.contrib.gis", r"from django\.contrib\.gis"),
        ("django-leaflet", r"leaflet_tags|leaflet_map"),
        ("shapely", r"\bshapely\b"),
        ("geopandas", r"\bgeopandas\b"),
        ("psycopg", r"\bpsycopg\b"),
        ("djangorestframework", r"from rest_framework"),
    ],
)
def test_each_given_library_does_production_work(library, pattern):
    sources = list(tracked("apps/*.py", "apps/**/*.py", "apps/**/*.html", "geo_platform/**/*.html"))
    assert any(re.search(pattern, path.read_text()) for path in sources), f"{library} is nowhere in production code"


def test_what_reads_and_writes_files_is_not_loaded_by_every_process():
    """Who writes a table or a page loads what it needs.

    Not so pyogrio with pandas and Arrow: loaded after something of GDAL was used it finds no data files.
    """
    program = (
        "import sys, django; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns;"
        "print(*{'openpyxl', 'docx', 'pikepdf', 'weasyprint'} & set(sys.modules));"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "geo_platform.settings"}
    program += "print('' if 'pyogrio' in sys.modules else 'pyogrio is not loaded at the start')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_who_acts_and_in_which_town_has_a_type():
    """The checker sees who may pass what; ``Any`` is for what really is of any kind, and there is less of it."""
    texts = {str(p.relative_to(ROOT)): p.read_text() for p in tracked("apps/**/*.py", "geo_platform/**/*.py")}
    loose = [name for name, text in texts.items() if re.search(r"\b(actor|municipality|town): Any\b", text)]
    assert not loose, f"Write User, Actor, Municipality or a key: {loose}"
    assert sum(len(re.findall(r"\bAny\b", text)) for text in texts.values()) < 700


def test_what_is_slow_says_why():
    bad = [
        str(p) for p in tracked("tests/*.py") if re.search(r"^[^\"\n]*mark\.slow\b(?!\(reason=\")", p.read_text(), re.M)
    ]
    assert not bad, f'Write @pytest.mark.slow(reason="…") and say why it has to be slow: {bad}'


def test_nothing_third_party_or_built_is_committed():
    bad = [str(p) for p in tracked() if {"node_modules", "vendor", "dist"} & set(p.relative_to(ROOT).parts)]
    assert not bad and not tracked("*.min.js", "*.min.css")


#: Reads a header, and lets through what is no number.
BEFORE_ANY_FORM = "geo_platform/body_limit.py"
# Where text is trusted: our own SVG files, and Markdown that nh3 has cleaned.
TRUSTED = {"geo_platform/templatetags/icons.py", "geo_platform/texts.py"}


@pytest.mark.parametrize(
    "pattern",
    [r"fields\s*=\s*[\"']__all__", r"\.extra\(", r"\bRawSQL\(", r"mark_safe\(", r"\|safe\b"],
)
def test_shortcuts_that_have_leaked_elsewhere_are_not_taken(pattern):
    sources = [p for p in tracked("apps/**", "geo_platform/**") if p.suffix in {".py", ".html"}]
    found = {str(p.relative_to(ROOT)) for p in sources if re.search(pattern, p.read_text())}
    assert not found - TRUSTED, f"{pattern} in {found}"


@pytest.mark.parametrize(
    ("pattern", "door"),
    [
        (r"pghistory\.context\(", "apps/accounts/history.py"),
        # "²".isdigit() is true; int() takes signs and underscores; no key of a row is larger than bigint.
        (r"isascii\(\) and .*isdigit|fullmatch\(r?.(\[0-9\]|\\d)\{1,|\bint\(request\.", "apps/geo/untrusted.py"),
    ],
)
def test_what_has_a_door_of_its_own_goes_through_it(pattern, door):
    sources = [p for p in tracked("apps/*.py", "geo_platform/*.py") if "migrations" not in p.parts]
    found = {str(p.relative_to(ROOT)) for p in sources if re.search(pattern, p.read_text())} - {BEFORE_ANY_FORM}
    assert found == {door}, f"Use {door} instead: {found - {door}}"


def test_user_text_never_reaches_a_crs_parser():
    """SpatialReference objects are built in two places only, from numbers of our own (CVE-2026-114582)."""
    allowed = {"untrusted.py", "degrees.py"}
    found = [
        str(p.relative_to(ROOT))
        for p in tracked("apps/**", "geo_platform/**")
        if p.suffix == ".py" and p.name not in allowed and "SpatialReference(" in p.read_text()
    ]
    assert not found


def test_gdal_is_new_enough_to_refuse_files_and_sockets():
    from django.contrib.gis.gdal import gdal_version

    assert tuple(int(part) for part in gdal_version().decode().split(".")[:2]) >= (3, 9)


def test_the_walk_names_paths_that_exist():
    walk = ROOT / "docs" / "walk.md"
    paths = re.findall(r"`((?:apps|geo_platform|frontend|docs|bin|tests)/[\w./-]+)", walk.read_text())
    missing = [path for path in paths if not (ROOT / path).exists()]
    assert paths and not missing, f"docs/walk.md leads nowhere: {missing}"


def test_each_decision_has_a_number_of_its_own():
    files = sorted(path.name for path in (ROOT / "docs" / "adr").glob("*.md"))
    assert [name[:4] for name in files] == [f"{number:04}" for number in range(1, len(files) + 1)]


def test_no_file_knows_the_folders_of_one_machine():
    folder = re.compile(r"(?<![\w./>-])/(?:root|home|Users|work)/\w")
    texts = [p for p in tracked() if p.suffix in {".py", ".md", ".sh", ".toml", ".yml", ".html", ".js", ".json", ""}]
    found = [str(p.relative_to(ROOT)) for p in texts if folder.search(p.read_text(errors="ignore"))]
    assert not found, f"The repository speaks of the project alone: {found}"
