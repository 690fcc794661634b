"""A town where every kind has one public thing and one in every invisible state, with canaries in private fields.

One seeder a kind. ``visible`` and ``hidden`` map layer names to public ids.
"""

import contextlib
import hashlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from apps.geo.crs import GEO_SRID
from tests.conftest import ORIGIN, at, box
from tests.outlets.canaries import HIDDEN_EAST, HIDDEN_NORTH, canary, poison
from tests.outlets.sheet_seeds import lay_sheet
from tests.outlets.statements_world import seed_statements
from tests.reports.conftest import make_desks


@dataclass
class World:
    """What the outlets are asked about."""

    town: Any
    desks: Any
    visible: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, list[str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    papers: list[str] = field(default_factory=list)


def hidden_point() -> Point:
    return Point(HIDDEN_EAST, HIDDEN_NORTH, srid=GEO_SRID)


def seed_trees(world: World) -> None:
    from tests.fifth_kind.models import Tree

    tree = Tree.objects.create(municipality=world.town, species="Linde", point=at(1000, 1000))
    poison(tree, state="visible", sparing={"species"})
    secret = Tree.objects.create(municipality=world.town, species="x", point=hidden_point(), is_released=False)
    poison(secret, state="hidden", sparing=set())
    world.visible["trees"], world.hidden["trees"] = tree.public_id, [secret.public_id]


def make_report(world: World, token: str, point: Any, **fields: Any) -> Any:
    """Return a stored report with contact and a first event; ``token`` opens its status page."""
    from apps.reports.models import Contact, Event, Report

    report = Report.objects.create(
        **{
            "municipality": world.town,
            "category": world.desks.street_light,
            "point": point,
            "description": "Die Laterne ist dunkel.",
            "executor": world.desks.depot,
            "owner": world.desks.depot,
            "status_token_hash": hashlib.sha256(token.encode()).hexdigest(),
            **fields,
        }
    )
    Contact.objects.create(report=report, email="anna@rasterstadt.example", name="Anna", phone="034200")
    Event.objects.create(report=report, kind="submitted", text="x")
    Event.objects.create(report=report, kind="note", text="x")
    return report


def seed_reports(world: World) -> None:
    public = {"public_text", "public_answer", "address", "district"}
    released = make_report(
        world, "a" * 32, at(2000, 2000), publication="released", status="in_progress", public_text="Laterne dunkel"
    )
    states = {
        "pending": {"publication": "pending"},
        "hidden": {"publication": "hidden", "status": "in_progress"},
        "rejected": {"publication": "pending", "status": "rejected", "closed_at": timezone.now()},
    }
    world.hidden["reports"] = []
    poison(released, state="visible", sparing=public)
    _poison_about(released, "visible")
    _add_photos(released, "visible")
    for state, fields in states.items():
        report = make_report(world, state.ljust(32, "b"), hidden_point(), **fields)
        poison(report, state=state, sparing=set())
        _poison_about(report, state)
        _add_photos(report, state)
        world.hidden["reports"].append(report.public_id)
    world.visible["reports"] = released.public_id


def _add_photos(report: Any, state: str) -> None:
    """One photo in each state; the files of those that nobody may see hold a canary instead of a picture."""
    from apps.reports.models import ReportPhoto

    for photo_state in ReportPhoto.State.values:
        is_public = state == "visible" and photo_state == "released"
        content = b"a picture" if is_public else canary("photo", state, photo_state).encode()
        names = [f"photos/00/{uuid.uuid4().hex}.webp" for _size in range(2)]
        for name in names:
            default_storage.save(name, ContentFile(content))
        photo = ReportPhoto.objects.create(
            report=report, state=photo_state, file=names[0], thumbnail=names[1], width=4, height=3, sha256="0" * 64
        )
        poison(photo, state=state + photo_state, sparing={"alt"} if is_public else set())
    _add_covered_photo(report, state)


def _add_covered_photo(report: Any, state: str) -> None:
    """A released photo with something to hide: its own files hold a canary, only the covered ones are a picture."""
    from apps.reports.models import BlurredPhoto, ReportPhoto

    is_public = state == "visible"
    contents = {"photo": canary("original", state), "blurred": "a picture" if is_public else canary("blurred", state)}
    names = {kind: [f"photos/00/{uuid.uuid4().hex}.webp" for _size in range(2)] for kind in contents}
    for kind, content in contents.items():
        for name in names[kind]:
            default_storage.save(name, ContentFile(content.encode()))
    size = {"width": 4, "height": 3}
    file, small = names["photo"]
    photo = ReportPhoto.objects.create(
        report=report, state="released", file=file, thumbnail=small, sha256="1" * 64, **size
    )
    file, small = names["blurred"]
    BlurredPhoto.objects.create(photo=photo, file=file, thumbnail=small, sha256="2" * 64, areas=[[0, 0, 4, 3]], **size)


def _poison_about(report: Any, state: str) -> None:
    poison(report.contact, state=state, sparing=set())
    for event in report.events.all():
        poison(event, state=state + event.kind, sparing=set())


def seed_hotspots(world: World) -> None:
    from apps.hotspots.models import Hotspot

    shown = Hotspot.objects.create(municipality=world.town, name="Markt", point=at(3000, 3000))
    poison(shown, state="visible", sparing={"name", "ssid", "operator", "note"})
    secret = Hotspot.objects.create(municipality=world.town, name="x", point=hidden_point(), is_published=False)
    poison(secret, state="hidden", sparing=set())
    world.visible["hotspots"], world.hidden["hotspots"] = shown.public_id, [secret.public_id]


def seed_consultations(world: World) -> None:
    """One that runs, with a published and an internal paper; a draft and a withdrawn one at the hidden place."""
    from apps.consultations import services
    from apps.consultations.models import Consultation
    from apps.consultations.services import PeriodValues
    from tests.consultations.conftest import pdf

    today, now = timezone.localdate(), timezone.now()
    world.hidden["consultations"] = []
    for state in ("visible", "draft", "withdrawn"):
        x, y = (4000, 4000) if state == "visible" else (hidden_point().x - ORIGIN[0], hidden_point().y - ORIGIN[1])
        plan = services.create_draft(
            municipality=world.town,
            actor=None,
            values={"title": "Gartenweg", "summary": "x", "contact": "x", "area": box(x, y, x + 100, y + 100)},
        )
        period = PeriodValues("early_public", today, today + timedelta(days=30))
        plan = services.set_periods(consultation=plan, actor=None, version=plan.version, periods=[period], at=now)
        shown = services.add_document(consultation=plan, actor=None, upload=pdf(), title="Notice", kind="notice")
        secret = services.add_document(
            consultation=plan, actor=None, upload=pdf(), title="Draft", kind="draft", is_published=False
        )
        poison(secret, state=state, sparing={"file", "sha256"})
        lay_sheet(shown, state=state, is_public=state == "visible")
        lay_sheet(secret, state=f"secret{state}", is_public=False)
        plan.refresh_from_db()
        if state != "draft":
            plan = services.publish_consultation(consultation=plan, actor=None, version=plan.version, at=now)
        if state == "withdrawn":
            services.withdraw_consultation(consultation=plan, actor=None, version=plan.version, reason="x")
        if state == "visible":
            public = {f.name for f in Consultation._meta.fields} - {"internal_note"}
            poison(plan, state=state, sparing=public)
            world.visible["consultations"] = plan.public_id
            world.papers += [shown.public_id, secret.public_id]
            _prepare_round(plan, period)
        else:
            poison(plan, state=state, sparing=set())
            poison(shown, state=state, sparing={"file", "sha256"})
            world.hidden["consultations"].append(plan.public_id)
            world.papers += [shown.public_id, secret.public_id]


def _prepare_round(plan: Any, published: Any) -> None:
    """A further round with its notice that only the desk knows yet."""
    from apps.consultations import services
    from apps.consultations.models import ParticipationPeriod, PublicNotice
    from apps.consultations.services import PeriodValues

    later = published.ends_on + timedelta(days=30)
    services.set_periods(
        consultation=plan,
        actor=None,
        version=plan.version,
        periods=[published, PeriodValues("repeat", later, later + timedelta(days=30), reason="x")],
        at=timezone.now(),
    )
    plan.refresh_from_db()
    services.save_notice(
        consultation=plan, actor=None, version=plan.version, kind="repeat", text="x", environmental_information="x"
    )
    poison(ParticipationPeriod.objects.get(consultation=plan, kind="repeat"), state="hidden", sparing={"kind"})
    poison(PublicNotice.objects.get(consultation=plan), state="hidden", sparing={"kind"})
    plan.refresh_from_db()


def seed_ideas(world: World) -> None:
    """See tests/outlets/idea_seeds.py."""
    from tests.outlets.idea_seeds import seed

    seed(world)


SEEDERS: dict[str, Callable[[World], None]] = {
    "trees": seed_trees,
    "reports": seed_reports,
    "hotspots": seed_hotspots,
    "consultations": seed_consultations,
    "statements": seed_statements,  # no layer: nobody but the desk sees any
    "ideas": seed_ideas,
    "ideas_lines": lambda world: None,  # the three layers of ideas are seeded together
    "ideas_areas": lambda world: None,
    "idea_calls": lambda world: None,
}


def make_world(town: Any) -> World:
    """Fill ``town`` and return what was put where."""
    world = World(town, make_desks(town))
    for seed in SEEDERS.values():
        seed(world)
    return world


@contextlib.contextmanager
def standing(build: Callable[[], World]) -> Iterator[World]:
    """Build a world once for a module, in a transaction that never ends well: each test works in a savepoint of it.

    It takes 800 statements to build one. A test gets a copy of it, so that nothing that it does to an object in memory
    reaches the next.
    """
    with transaction.atomic():
        with override_settings(ALLOWED_HOSTS=["*"], DEFAULT_MUNICIPALITY="14000010"):
            world = build()
        yield world
        transaction.set_rollback(True)
