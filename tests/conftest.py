"""The cast and the town on a round grid.

Rasterstadt is a square of 10 km: x 330000–340000, y 5680000–5690000 in EPSG:25833, divided at x = 335000 into
Weststadt and Oststadt. Neuland, a second town of the installation, is the next square to the east and shares the
border x = 340000. ``at(1000, 2000)`` is the point 1 km east and 2 km north of Rasterstadt's south-west corner.
"""

import asyncio
import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.core.cache import caches
from hypothesis import HealthCheck
from hypothesis import settings as examples

from apps.geo.crs import GEO_SRID
from tests import quick
from tests.once import spare_rubbish_collection, spare_work
from tests.patience import PATIENCE_S
from tests.reckoning import Reckoning, begin_with_the_slow
from tests.template_database import django_db_setup  # noqa: F401  (pytest-django's fixture, replaced)
from tests.visitors import Visitors

# The same examples in each run, however long one takes: whether a change may land is no matter of luck or load.
# New ones are looked for by hand: pytest --hypothesis-profile=search.
_PATIENT: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
}
examples.register_profile("same", derandomize=True, **_PATIENT)
examples.register_profile("search", derandomize=False, max_examples=2000, **_PATIENT)
examples.load_profile("same")

ORIGIN = (330_000, 5_680_000)
SIDE = 10_000


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="what the changes touch first, in the time one waits for")


def pytest_configure(config: pytest.Config) -> None:
    """Start the private cluster, as ``manage.py`` does, when no other database is named."""
    config.pluginmanager.register(Reckoning(config.rootpath))
    if not os.environ.get("DATABASE_URL"):
        from geo_platform import embedded_postgis

        embedded_postgis.ensure_running(config.rootpath)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose and order, after the order was mixed."""
    if config.getoption("--quick"):
        processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
        items[:], left_out = quick.choose(items, config.rootpath, processes)
        config.hook.pytest_deselected(items=left_out)
    begin_with_the_slow(items)


def pytest_collection_finish() -> None:
    """Do once what each test would do again."""
    spare_work()
    spare_rubbish_collection()


def at(east_m: float, north_m: float) -> Point:
    """Return the storage-CRS point that many metres east and north of the town's south-west corner."""
    return Point(ORIGIN[0] + east_m, ORIGIN[1] + north_m, srid=GEO_SRID)


def box(west_m: float, south_m: float, east_m: float, north_m: float) -> MultiPolygon:
    """Return a storage-CRS rectangle in metres from the town's south-west corner."""
    x, y = ORIGIN
    return MultiPolygon(Polygon.from_bbox((x + west_m, y + south_m, x + east_m, y + north_m)), srid=GEO_SRID)


def lonlat(point: Point) -> tuple[float, float]:
    """Return longitude and latitude of a storage-CRS point, rounded to 7 decimals."""
    moved = point.transform(4326, clone=True)
    return round(moved.x, 7), round(moved.y, 7)


def make_town(key: str = "14000010", name: str = "Rasterstadt", west_m: int = 0) -> Any:
    """Return a stored town: a square with two districts, ``west_m`` metres east of the grid's origin."""
    from apps.places.models import AdministrativeArea, Municipality

    town = Municipality.objects.create(
        key=key, name=name, centre=at(west_m + SIDE / 2, SIDE / 2), hostname=f"{name.lower()}.example"
    )
    half = west_m + SIDE / 2
    for kind, area_key, area_name, area in [
        ("municipality", key, name, box(west_m, 0, west_m + SIDE, SIDE)),
        ("district", "west", "Weststadt", box(west_m, 0, half, SIDE)),
        ("district", "east", "Oststadt", box(half, 0, west_m + SIDE, SIDE)),
    ]:
        AdministrativeArea.objects.create(
            municipality=town,
            kind=kind,
            key=area_key,
            name=area_name,
            area=area,
            valid_from=dt.date(2020, 1, 1),
        )
    return town


@pytest.fixture(scope="module", autouse=True)
def _no_event_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """Begin as a process does: Playwright leaves a running loop behind in the thread of the tests after its own.

    Django has another connection inside a loop than outside (``asgiref.local.Local``). A test whose transaction began
    on the one and which then wrote on the other would leave its rows to all after it: so the loop is hidden before
    anything of a single test is set up, and comes back when the last of the module has cleaned up.
    """
    if any("chromium" in item.fixturenames for item in request.session.items if item.path == request.path):
        yield
        return
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What one test's town left in the memory of this process is not the next one's."""
    caches["local"].clear()


@pytest.fixture(scope="session", autouse=True)
def _time_for_honest_work() -> None:
    """A machine that tests is loaded: sandboxed children and long statements may take long by the clock on the wall.

    What bombs run into stays as it is: memory, and seconds of the processor.
    """
    from apps.contributions import photos
    from apps.departments import coverage, rehearsal
    from apps.geofiles import reading
    from apps.statements import attachments

    coverage.TIMEOUT_MS = rehearsal.STATEMENT_TIMEOUT_MS = PATIENCE_S * 1000
    for module in (photos, attachments):
        module.LIMITS = replace(module.LIMITS, wall_seconds=PATIENCE_S)
    reading.PAGE_LIMITS = replace(reading.PAGE_LIMITS, wall_seconds=PATIENCE_S)


@pytest.fixture(scope="session", autouse=True)
def _ledger_of_erasures(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Erasures of invented people do not belong into this machine's ledger."""
    from django.conf import settings

    settings.ERASURE_LEDGER = str(tmp_path_factory.mktemp("ledger") / "erasures.log")


@pytest.fixture(scope="session")
def visitors(live_server: Any) -> Visitors:
    """Who is with the live server."""
    return Visitors(live_server.thread.httpd)


@pytest.fixture
def town(db: None, settings: Any) -> Any:
    """Rasterstadt; it also answers for every host that names no town."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.DEFAULT_MUNICIPALITY = "14000010"
    return make_town()


@pytest.fixture
def other_town(town: Any) -> Any:
    """Neuland, east of Rasterstadt."""
    return make_town("14000020", "Neuland", SIDE)


@pytest.fixture
def make_user(town: Any) -> Callable[..., Any]:
    """Return ``make_user("Bernd", "clerk", ..., municipality=town)``: a staff account with roles."""
    from allauth.account.models import EmailAddress

    from apps.accounts.models import Role, User

    def make(name: str, *roles: str, municipality: Any = None) -> Any:
        user = User.objects.create_user(
            email=f"{name.lower()}@rasterstadt.example", name=name, password="geheim-geheim"
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        Role.objects.bulk_create(Role(user=user, municipality=municipality or town, role=role) for role in roles)
        return user

    return make


@pytest.fixture
def bernd(make_user: Callable[..., Any]) -> Any:
    """Clerk at the depot."""
    return make_user("Bernd", "clerk")


@pytest.fixture
def carla(make_user: Callable[..., Any]) -> Any:
    """Clerk for parks."""
    return make_user("Carla", "clerk")


@pytest.fixture
def dilek(make_user: Callable[..., Any]) -> Any:
    """Moderator."""
    return make_user("Dilek", "moderator", "clerk")


@pytest.fixture
def emil(make_user: Callable[..., Any]) -> Any:
    """Planner."""
    return make_user("Emil", "planner")


@pytest.fixture
def fatma(make_user: Callable[..., Any]) -> Any:
    """GIS desk."""
    return make_user("Fatma", "gis")
