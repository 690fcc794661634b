"""Ideas for the outlets: a call, ideas of each shape in each state, and what people added to them; with canaries."""

import datetime as dt
import uuid
from typing import Any

from django.contrib.gis.geos import LineString, MultiPolygon
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from apps.geo.crs import GEO_SRID
from tests.conftest import ORIGIN, at, box
from tests.outlets.canaries import canary, poison

LAYERS = ("ideas", "ideas_lines", "ideas_areas")


def seed(world: Any) -> None:
    """Fill ``visible`` and ``hidden`` of the three layers of ideas and of the calls."""
    seed_calls(world)
    for number, layer in enumerate(LAYERS):
        world.hidden[layer] = []
        for state in ("visible", "submitted", "hidden"):
            idea = _idea(world, number, state)
            if state == "visible":
                world.visible[layer] = idea.public_id
            else:
                world.hidden[layer].append(idea.public_id)
            if layer == "ideas":
                _add_voices(idea, state)
                _add_photos(idea, state)


def seed_calls(world: Any) -> None:
    """One that collects, for ever; one that nobody has published, at the hidden place."""
    from apps.ideas import services
    from tests.outlets.world import hidden_point

    world.hidden["idea_calls"] = []
    for state in ("visible", "draft"):
        x, y = (5000, 5000) if state == "visible" else (hidden_point().x - ORIGIN[0], hidden_point().y - ORIGIN[1])
        call = services.save_call(
            municipality=world.town,
            actor=None,
            values={"title": "Bank gesucht", "summary": "Wo?", "area": box(x - 50, y - 50, x + 100, y + 50)},
            starts={"collect": dt.date(2020, 1, 1)},
        )
        if state == "visible":
            call = services.publish_call(call=call, actor=None)
            poison(call, state=state, sparing={"title", "summary", "text"})
            world.visible["idea_calls"] = call.public_id
        else:
            poison(call, state=state, sparing=set())
            world.hidden["idea_calls"].append(call.public_id)


def _idea(world: Any, number: int, state: str) -> Any:
    from apps.ideas import services
    from apps.ideas.models import SHAPES, Call, Contact, shape_columns
    from tests.outlets.world import hidden_point

    spot = at(5000 + 10 * number, 5000) if state == "visible" else hidden_point()
    shapes = (spot, LineString(spot.coords, (spot.x + 9, spot.y), srid=GEO_SRID), spot.buffer(5))
    area = MultiPolygon(shapes[2], srid=GEO_SRID)
    idea = services.submit_idea(
        municipality=world.town,
        actor=None,
        values={"title": "Bank", "text": "x", **shape_columns((*shapes[:2], area)[number])},
        call=Call.objects.filter(is_published=True).first() if state == "visible" else None,
    )
    if state != "submitted":
        idea = services.publish_idea(idea=idea, actor=None, version=idea.version)
    if state == "hidden":
        idea = services.hide_idea(idea=idea, actor=None, version=idea.version, reason="x")
    sparing = {"title", "text", "official_answer"} if state == "visible" else set()
    poison(idea, state=state, sparing=sparing | set(SHAPES) | {"status_token_hash"})
    poison(Contact.objects.create(idea=idea, email="anna@a.example", name="x"), state=state, sparing=set())
    return idea


def _add_voices(idea: Any, state: str) -> None:
    """Comments in each state, an answer to a hidden one, a note about abuse, a supporter with an address."""
    from apps.ideas.models import AbuseNote, Comment, Support, SupportContact

    known = {"municipality": idea.municipality, "idea": idea}
    for comment_state in Comment.State.values:
        comment = Comment.objects.create(**known, text="Gut", name="Otto", state=comment_state)
        public = {"text", "name"} if (state, comment_state) == ("visible", "released") else set()
        poison(comment, state=state + comment_state, sparing=public)
        answer = Comment.objects.create(**known, text="Ja", parent=comment, state="released")
        poison(answer, state=state + comment_state + "answer", sparing=public)
    poison(AbuseNote.objects.create(**known, reason="x"), state=state, sparing=set())
    support = Support.objects.create(**known, identity=uuid.uuid4().hex, token_hash=uuid.uuid4().hex)
    row = SupportContact.objects.create(support=support, email="otto@a.example", name="x", wants_updates=True)
    poison(row, state=state, sparing=set())


def _add_photos(idea: Any, state: str) -> None:
    """One photo in each state; the files of those that nobody may see hold a canary instead of a picture."""
    from apps.ideas.models import IdeaPhoto

    for photo_state in IdeaPhoto.State.values:
        is_public = (state, photo_state) == ("visible", "released")
        content = b"a picture" if is_public else canary("ideaphoto", state, photo_state).encode()
        names = [f"photos/00/{uuid.uuid4().hex}.webp" for _size in range(2)]
        for name in names:
            default_storage.save(name, ContentFile(content))
        photo = IdeaPhoto.objects.create(
            idea=idea, state=photo_state, file=names[0], thumbnail=names[1], width=4, height=3, sha256="3" * 64
        )
        poison(photo, state=state + photo_state, sparing={"alt"} if is_public else set())
