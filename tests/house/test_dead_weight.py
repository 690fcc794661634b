"""What nothing uses goes: libraries that nothing imports, and looks that no page wears."""

import json
import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions

import pytest

from tests.house.test_rules import ROOT, tracked

# ---- Libraries ----------------------------------------------------------------------------------------------------

#: Distributions that work without being imported by our code: the file that names them, and how.
NAMED_ELSEWHERE = {
    "argon2-cffi": ("geo_platform/settings.py", "Argon2PasswordHasher"),  # Django hashes passwords with it
    "gunicorn": ("Dockerfile", "gunicorn"),  # the web server, started as a command
}
#: The same for packages of npm.
COMMANDS = {"@biomejs/biome": ("bin/test", "node_modules/@biomejs/cli-")}  # lays out and lints
_IMPORT = re.compile(r"^\s*(?:from|import)[ \t]+(\w+)", re.MULTILINE)
_LOAD = re.compile(r"\{% load ([^%]+) %\}")
_NPM = re.compile(r"""(?:\bfrom|\bimport|@import)\s*\(?\s*["']((?:@[\w.-]+/)?[\w.-]+)""")


def distribution(requirement: str) -> str:
    """Return the normalised name in ``Psycopg_Name[extra]~=3.3``."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[=~<>!;@ ]", requirement)[0]).lower()


def modules_of() -> dict[str, set[str]]:
    """Return what each installed distribution lets one import."""
    found: dict[str, set[str]] = {}
    for module, names in packages_distributions().items():
        for name in names:
            found.setdefault(distribution(name), set()).add(module)
    return found


def imported() -> set[str]:
    """Return the top modules that production code imports, and those whose template tags a page loads.

    A name in INSTALLED_APPS or MIDDLEWARE is not enough: there a library stands long after its last use.
    """
    tops = {top for path in tracked("apps/*.py", "geo_platform/*.py") for top in _IMPORT.findall(path.read_text())}
    pages = tracked("apps/*.html", "geo_platform/*.html")
    loaded = {word for path in pages for words in _LOAD.findall(path.read_text()) for word in words.split()}
    from django.template.backends.django import get_installed_libraries

    return tops | {place.split(".")[0] for word, place in get_installed_libraries().items() if word in loaded}


def without_use(requirements: Iterable[str], modules: dict[str, set[str]], used: set[str]) -> list[str]:
    names = [distribution(requirement) for requirement in requirements]
    return [name for name in names if name not in NAMED_ELSEWHERE and not modules.get(name, set()) & used]


def test_every_library_of_ours_is_imported_by_something() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    unused = without_use(project["dependencies"], modules_of(), imported())
    assert not unused, f"Nothing imports these: take them out of pyproject.toml, settings and uv.lock. {unused}"
    for name, (file, word) in NAMED_ELSEWHERE.items():
        assert word in (ROOT / file).read_text(), f"{file} does not name {name} any more"
        assert name in map(distribution, project["dependencies"]), f"{name} is no library of ours any more"


def test_a_library_that_only_the_settings_name_is_found() -> None:
    modules = {"djangorestframework-gis": {"rest_framework_gis"}, "django-htmx": {"django_htmx"}, "django": {"django"}}
    asked = ["djangorestframework-gis~=1.3.0", "django_htmx~=1.29", "Django~=5.2.19"]
    assert without_use(asked, modules, imported()) == ["djangorestframework-gis", "django-htmx"]


def packages_without_use(packages: Iterable[str]) -> list[str]:
    sources = tracked("frontend/*.js", "frontend/*.css", "vite.config.js")
    used = {name for path in sources for name in _NPM.findall(path.read_text())}
    started = {name for name, (file, word) in COMMANDS.items() if word in (ROOT / file).read_text()}
    return [name for name in packages if name not in used | started]


def test_every_package_of_the_browser_code_is_imported_by_something() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    unused = packages_without_use([*package["dependencies"], *package["devDependencies"]])
    assert not unused, f"Nothing imports these: take them out of package.json. {unused}"
    assert packages_without_use(["htmx.org", "leaflet"]) == ["htmx.org"]


# ---- Looks --------------------------------------------------------------------------------------------------------

#: Classes that a library writes into the page.
FOREIGN = re.compile(r"(?:leaflet|altcha)-.+|control-icon")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_NOT_A_SELECTOR = re.compile(r"""@import[^;]*;|url\([^)]*\)|"[^"]*\"""")
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_QUOTED = re.compile(r"""["'](.*?)["']""", re.DOTALL)
_ATTRIBUTE = re.compile(r"""\bclass=(?:"([^"]*)"|([\w-]+))""")
_BLOCK = re.compile(r"\{% block \w*class\w* %\}(.*?)\{% endblock")
_WORD = re.compile(r"[A-Za-z][\w-]*")


def classes_of(css: str) -> set[str]:
    """Return the classes in the selectors of a style sheet."""
    css = _NOT_A_SELECTOR.sub("", _COMMENT.sub("", css))
    return {
        name for selector in re.findall(r"([^{};]*)\{", css) for name in re.findall(r"\.([a-zA-Z][\w-]*)", selector)
    }


def words_of_page(page: str) -> set[str]:
    """Return the words in a template's classes, and in whatever its tags quote (``{% button class="…" %}``)."""
    tags = _TAG.findall(page)
    # A value put in ends a word like a blank: "state--{{ … }}" leaves the beginning "state--".
    attributes = (" ".join(found) for found in _ATTRIBUTE.findall(_TAG.sub(" ", page)))
    quoted = (text for tag in tags for text in _QUOTED.findall(tag))
    return {word for text in (*attributes, *quoted, *_BLOCK.findall(page)) for word in _WORD.findall(text)}


def unworn(classes: Iterable[str], words: set[str]) -> list[str]:
    """Return the classes that nobody writes, neither whole nor from a beginning like ``state--``."""
    begun = tuple(word for word in words if word.endswith(("--", "__")))
    return sorted(name for name in classes if name not in words and not name.startswith(begun))


def test_every_look_is_worn_by_something() -> None:
    words: set[str] = set()
    for path in tracked("apps/*.html", "geo_platform/*.html"):
        words |= words_of_page(path.read_text())
    for path in tracked("apps/*.py", "geo_platform/*.py", "frontend/*.js", "static/*.svg"):
        words |= set(_WORD.findall(path.read_text()))
    there = set().union(*(classes_of(path.read_text()) for path in tracked("*.css")))
    dead = [name for name in unworn(there, words) if not FOREIGN.fullmatch(name)]
    assert len(there) > 300 and not dead, f"No page, script or module writes these classes: delete their rules. {dead}"


@pytest.mark.parametrize(
    ("page", "dead"),
    [
        ('<p class="site-header__out state--done">', []),
        ('<p class="site-header__out state--{{ state }}">', []),
        ('<p class="{% if a == "b" %}site-header__out{% endif %} state--{% firstof x %}">', []),
        ('{% button class="site-header__out" %}{% block main_class %}state--done{% endblock %}', []),
        ('<p class="site-header"> state--done site-header__out', ["site-header__out", "state--done"]),
    ],
)
def test_a_look_that_nobody_wears_is_found(page: str, dead: list[str]) -> None:
    sheet = '@import "./x.css"; /* .gone { } */ .site-header__out, .state--done:hover { background: url(a.png); }'
    assert unworn(classes_of(sheet), words_of_page(page)) == dead
