"""What is allowed when, for whom: every cell of the table, first as a table, then as the services live it."""

import datetime as dt
import uuid

import pytest
from django.db import transaction

from apps.ideas import services
from apps.ideas.models import Comment, Milestone
from apps.ideas.phases import SCHEDULED, Action, NotNow, Phase, Role, allows, phase_on
from tests.conftest import at, box

DAY = dt.date(2026, 6, 1)

#: Written down a second time on purpose, as a town's desk would read it: x is allowed.
TABLE = """
            outside planned collect support discuss decide realise closed
  citizen submit     x . x . . . . .
  citizen support    x . x x . . . .
  citizen withdraw   x . x x x . . .
  citizen comment    x . x x x . . .
  citizen report     x x x x x x x x
  citizen vote       . . . . . x . .
  citizen enter      . . . . . . . .
  citizen edit       . . . . . . . .
  citizen publish    . . . . . . . .
  citizen hide       . . . . . . . .
  citizen answer     . . . . . . . .
  citizen merge      . . . . . . . .
  citizen assess     . . . . . . . .
  citizen progress   . . . . . . . .
  keeper submit      x . x . . . . .
  keeper support     x . x x . . . .
  keeper withdraw    x . x x x . . .
  keeper comment     x . x x x . . .
  keeper report      x x x x x x x x
  keeper vote        . . . . . x . .
  keeper enter       x . x x . . . .
  keeper edit        x x x x x . x x
  keeper publish     x x x x x . x x
  keeper hide        x x x x x x x x
  keeper answer      x x x x x . x x
  keeper merge       x . x x x . . .
  keeper assess      x x x x x . . .
  keeper progress    x . . . . . x x
"""


def cells():
    head, *lines = TABLE.strip().splitlines()
    for line in lines:
        role, action, *marks = line.split()
        for phase, mark in zip(head.split(), marks, strict=True):
            yield role, action, phase, mark == "x"


ALLOWED = {(role, action, phase): yes for role, action, phase, yes in cells()}


def test_the_table_has_every_cell():
    assert set(ALLOWED) == {(r.value, a.value, p.value) for r in Role for a in Action for p in Phase}


@pytest.mark.parametrize(("role", "action", "phase"), sorted(ALLOWED))
def test_each_cell_of_the_table(role, action, phase):
    assert allows(Action(action), phase, Role(role)) is ALLOWED[role, action, phase]


def starts_for(phase):
    """Return first days by which ``DAY`` falls into the phase, and the last day."""
    if phase == Phase.PLANNED:
        return {"collect": DAY + dt.timedelta(days=1)}, None
    if phase == Phase.CLOSED:
        return {"collect": DAY - dt.timedelta(days=9)}, DAY - dt.timedelta(days=1)
    return {p.value: DAY + dt.timedelta(days=n - SCHEDULED.index(phase)) for n, p in enumerate(SCHEDULED)}, None


@pytest.fixture
def noon():
    return dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def living(town, make_idea, emil, noon, monkeypatch):
    """Return ``living(phase)``: two public ideas in that phase on ``DAY``, with a comment, a milestone and supports."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)

    def make(phase):
        call = None
        ideas = [make_idea("Bank", at(1000, 1000)), make_idea("Sitzbank", at(1010, 1000))]
        if phase != Phase.OUTSIDE:
            starts, ends_on = starts_for(phase)
            values = {"title": "Aufruf", "summary": "Wo?", "area": box(0, 0, 5000, 5000), "ends_on": ends_on}
            call = services.save_call(municipality=town, actor=emil, values=values, starts=starts, today=DAY)
            call = services.publish_call(call=call, actor=emil)
            for idea in ideas:
                idea.call = call
                idea.save(update_fields=["call"])
        Milestone.objects.create(municipality=town, idea=ideas[0], day=DAY, title="Plan", percent=10)
        Comment.objects.create(municipality=town, idea=ideas[0], text="Gut", state="released")
        return call, ideas

    return make


def attempts(town, call, ideas, actor):
    """Return action → what a person would do; the services themselves, with nothing before them."""
    idea, other = ideas
    values = {"title": "Neu", "text": "x", "point": at(1500, 1500)}
    support = idea.supports.exclude(confirmed_at=None).first()

    def answer():
        status = "under_review"
        return services.answer_idea(
            idea=idea, actor=actor, version=idea.version, status=status, official_answer="Wir prüfen."
        )

    return {
        "submit": lambda: services.submit_idea(
            municipality=town, actor=None, values={**values, "channel": "web"}, call=call
        ),
        "support": lambda: services.ask_support(idea=idea, email="anna@example.org"),
        "withdraw": lambda: services.withdraw_support(support=support),
        "comment": lambda: services.add_comment(idea=idea, text="Ja", idempotency_key=uuid.uuid4()),
        "report": lambda: services.report_abuse(
            idea=idea, comment=None, reason="Werbung", idempotency_key=uuid.uuid4()
        ),
        "enter": lambda: services.submit_idea(
            municipality=town, actor=actor, values={**values, "channel": "letter"}, call=call
        ),
        "edit": lambda: services.change_idea(idea=idea, actor=actor, version=idea.version, values={"title": "Bänke"}),
        "hide": lambda: services.hide_idea(idea=idea, actor=actor, version=idea.version, reason="x"),
        "answer": answer,
        "merge": lambda: services.merge_ideas(idea=idea, main=other, actor=actor),
        "progress": lambda: services.add_milestone(idea=idea, actor=actor, day=DAY, title="Bau", percent=50),
    }


@pytest.mark.parametrize("phase", Phase)
def test_the_services_live_by_the_table(living, town, dilek, bernd, noon, phase):
    call, ideas = living(phase)
    ideas[0].supports.create(municipality=town, identity="i", token_hash="t", confirmed_at=noon)
    for role, actor in (("keeper", dilek), ("citizen", bernd)):
        for action, do in attempts(town, call, ideas, actor).items():
            said = f"{role} {action} in {phase}"
            try:
                with transaction.atomic():
                    do()
                    transaction.set_rollback(True)
                done = True
            except NotNow:
                done = False
            assert done is ALLOWED[role, action, phase], said


@pytest.mark.parametrize(
    ("day", "phase"),
    [
        ("2026-05-31", "planned"),
        ("2026-06-01", "collect"),
        ("2026-06-14", "collect"),
        ("2026-06-15", "decide"),
        ("2026-06-30", "decide"),
        ("2026-07-01", "closed"),
    ],
)
def test_a_phase_begins_on_its_first_day_and_the_last_day_counts(day, phase):
    starts = [("collect", dt.date(2026, 6, 1)), ("decide", dt.date(2026, 6, 15))]
    assert phase_on(dt.date.fromisoformat(day), starts, dt.date(2026, 6, 30)) == phase


def test_phases_follow_each_other(town, emil):
    values = {"title": "Aufruf", "summary": "Wo?", "area": box(0, 0, 10, 10)}
    for starts in ({"collect": DAY, "support": DAY}, {"support": DAY, "collect": DAY + dt.timedelta(days=1)}):
        with pytest.raises(services.ChangeRefused, match="aufeinander"):
            services.save_call(municipality=town, actor=emil, values=values, starts=starts)


def test_a_moderator_is_offered_no_page_that_only_planners_open(town, client, dilek, emil):
    values = {"title": "Mehr Bänke", "summary": "Wo?", "area": box(0, 0, 10, 10)}
    call = services.save_call(municipality=town, actor=emil, values=values, starts={"collect": DAY})
    edit = f"/intern/ideen/aufrufe/{call.public_id}/"
    for user, offered in ((dilek, False), (emil, True)):
        client.force_login(user)
        page = client.get("/intern/ideen/aufrufe/").text
        assert "Mehr Bänke" in page
        assert [edit in page, "/intern/ideen/aufrufe/neu/" in page] == [offered, offered]


def test_the_job_moves_a_call_on_and_catches_up(town, emil):
    values = {"title": "Aufruf", "summary": "Wo?", "area": box(0, 0, 10, 10)}
    starts = {"collect": DAY, "discuss": DAY + dt.timedelta(days=7)}
    call = services.save_call(municipality=town, actor=emil, values=values, starts=starts, today=DAY)
    # 22:30 UTC is half past midnight of the next day in Brandis: the eighth day has begun.
    assert services.switch_phases(at=dt.datetime(2026, 6, 7, 21, 30, tzinfo=dt.UTC)) == 0
    assert services.switch_phases(at=dt.datetime(2026, 6, 7, 22, 30, tzinfo=dt.UTC)) == 1
    assert services.switch_phases(at=dt.datetime(2026, 6, 7, 22, 31, tzinfo=dt.UTC)) == 0
    call.refresh_from_db()
    assert call.phase == "discuss"


def test_days_of_two_phases_may_be_exchanged_with_others(town, emil):
    values = {"title": "Aufruf", "summary": "Wo?", "area": box(0, 0, 10, 10)}
    one, two, three = (DAY + dt.timedelta(days=n) for n in range(3))
    call = services.save_call(
        municipality=town, actor=emil, values=values, starts={"collect": one, "support": two}, today=DAY
    )
    services.save_call(
        municipality=town,
        actor=emil,
        values=values,
        starts={"collect": two, "support": three},
        call=call,
        version=call.version,
        today=DAY,
    )
    assert dict(call.phases.values_list("phase", "starts_on")) == {"collect": two, "support": three}
