"""The demonstration town's ideas and calls: invented, with supporters and comments that nobody has given."""

import datetime as dt
import json
import uuid
from pathlib import Path
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import transaction
from django.utils import timezone

from apps.geo.crs import WGS84
from apps.geo.degrees import to_storage
from apps.geo.untrusted import parse_geojson_geometry, parse_lonlat
from apps.ideas import services
from apps.ideas.ballot import preparing, rights, voting
from apps.ideas.codes import Status
from apps.ideas.models import Ballot, Call, Idea, Milestone, Support, shape_columns
from apps.places.models import Municipality


def load(town: Municipality, folder: Path) -> str:
    """Store the ideas of ``content/ideas.json`` and answer them as the desk does. Running it twice changes nothing."""
    rows = json.loads((folder / "content" / "ideas.json").read_text(encoding="utf-8"))
    known = set(Idea.objects.filter(municipality=town).values_list("title", flat=True))
    new = [row for row in rows if row["title"] not in known]
    for row in new:
        _add(town, row)
    calls = json.loads((folder / "content" / "idea_calls.json").read_text(encoding="utf-8"))
    titles = set(Call.objects.filter(municipality=town).values_list("title", flat=True))
    for row in calls:
        if row["title"] not in titles:
            _add_call(town, row)
    return f"Ideen: {len(rows)}, davon neu {len(new)}; Aufrufe: {len(calls)}"


@transaction.atomic
def _add(town: Municipality, row: dict[str, Any]) -> None:
    if "geometry" in row:
        geometry = parse_geojson_geometry(row["geometry"], allowed=("LineString", "MultiPolygon"))
    else:
        geometry = parse_lonlat(row["lon"], row["lat"])
    received = timezone.localdate(timezone.now() - dt.timedelta(days=row["received_days_ago"]))
    idea = services.submit_idea(
        municipality=town,
        actor=None,
        values={
            **{name: row[name] for name in ("title", "text", "topic", "channel")},
            **shape_columns(geometry),
            "received_on": received,
        },
    )
    if row["status"] == Status.SUBMITTED:
        return
    idea = services.publish_idea(idea=idea, actor=None, version=idea.version)
    if row["status"] != Status.PUBLISHED:
        services.answer_idea(
            idea=idea,
            actor=None,
            version=idea.version,
            status=row["status"],
            official_answer=row["official_answer"] or "",
        )
    if row["status"] == Status.REALISED and not Milestone.objects.filter(idea=idea).exists():
        for days, percent, title in ((60, 30, "Auftrag vergeben"), (20, 100, "Fertig")):
            day = timezone.localdate() - dt.timedelta(days=days)
            services.add_milestone(idea=idea, actor=None, day=day, title=title, percent=percent)


@transaction.atomic
def _add_call(town: Municipality, row: dict[str, Any]) -> Call:
    """Store a call with the days counted from today, and the ideas that were sent to it."""
    today = timezone.localdate()
    area = to_storage(MultiPolygon(Polygon.from_bbox(row["bbox"]), srid=WGS84))
    values = {**{name: row[name] for name in ("title", "summary", "text")}, "area": area}
    starts = {phase: today + dt.timedelta(days=days) for phase, days in row["starts_in_days"].items()}
    # Nobody prepares a vote that runs: until everything is there the call stays in its first phase.
    first = {"collect": today - dt.timedelta(days=100)}
    call = services.save_call(municipality=town, actor=None, values=values, starts=first)
    call = services.publish_call(call=call, actor=None)
    ideas = [
        _add_called_idea(town, call, idea, today - dt.timedelta(days=10 + number))
        for number, idea in enumerate(row["ideas"])
    ]
    ballot = _add_ballot(call, row, ideas) if "ballot" in row else None
    call = services.save_call(
        municipality=town, actor=None, values=values, starts=starts, call=call, version=call.version
    )
    if ballot:
        for number, basket in enumerate(row["ballot"]["baskets"]):
            token = rights.invite_by_mail(ballot=ballot, email=f"person{number}@example.invalid", may_mail=False)
            if voter := rights.find_voter(token):
                voting.cast_vote(voter=voter, numbers=basket)
    return call


def _add_ballot(call: Call, row: dict[str, Any], ideas: list[Idea]) -> Ballot:
    """Store the vote of a call with what each idea costs."""
    values = {name: row["ballot"][name] for name in ("total_eur", "electorate", "rule")}
    ballot = preparing.save_ballot(call=call, actor=None, values=values)
    for idea, told in zip(ideas, row["ideas"], strict=True):
        no = told.get("not_eligible", "")
        preparing.assess_idea(
            ballot=ballot,
            idea=idea,
            actor=None,
            cost_eur=told["cost_eur"],
            eligibility="no" if no else "yes",
            reason=no,
        )
    return ballot


def _add_called_idea(town: Municipality, call: Call, row: dict[str, Any], day: dt.date) -> Idea:
    """Store a public idea of a call with its supporters and comments, whatever phase the call is in by now."""
    idea = Idea.objects.create(
        municipality=town,
        call=call,
        status=Status.PUBLISHED,
        received_on=day,
        channel="web",
        **{name: row[name] for name in ("title", "text", "topic")},
        **shape_columns(parse_lonlat(row["lon"], row["lat"])),
    )
    Support.objects.bulk_create(
        Support(municipality=town, idea=idea, identity=uuid.uuid4().hex, token_hash=uuid.uuid4().hex, confirmed_at=now)
        for now in [timezone.now()] * row["supporters"]
    )
    services.recount_supports(idea)
    first = None
    for name, text in row.get("comments", ()):
        comment = services.add_comment(idea=idea, text=text, name=name, idempotency_key=uuid.uuid4())
        first = first or services.moderate_comment(comment=comment, actor=None, state="released")
        services.moderate_comment(comment=comment, actor=None, state="released")
    if first and row.get("town_says"):
        answer = services.add_comment(idea=idea, text=row["town_says"], parent=first, idempotency_key=uuid.uuid4())
        type(answer).objects.filter(pk=answer.pk).update(state="released", is_official=True, name="")
    return idea
