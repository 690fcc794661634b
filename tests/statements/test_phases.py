"""What is allowed when, for whom: each cell of the table as services and pages live it, for both kinds of consultation.

The world is put into a phase, everybody tries everything, and what really happened is compared with the table; what the
law says is written down beside it once more.
"""

import datetime as dt
import uuid

import pytest
from django.db import transaction
from django.urls import reverse

from apps.consultations import services
from apps.consultations.models import Consultation
from apps.consultations.periods.calculator import rolled
from apps.consultations.periods.moments import instants
from apps.consultations.phases import ROUNDS, RUNNING, Action, Kind, Phase, Role, allows, phase_of
from apps.consultations.publication.checks import BASIC_CHECKS
from apps.consultations.services import PeriodValues
from apps.geo.editing import ChangeRefused
from apps.statements.models import Authority, Invitation, Segment, Statement
from apps.statements.rounds import phase_of_body
from apps.statements.services import authorities, drafts, results, retention, standing, weighing
from tests.consultations.conftest import moment, pdf

DAY = dt.date(2026, 12, 1)
NOW = moment(DAY)
FIRST, LAST = DAY - dt.timedelta(days=5), DAY + dt.timedelta(days=41)
#: Every phase that a kind can be in: a round of the other kind is not published (tests/consultations/test_guard.py).
CELLS = [(kind, phase) for kind in Kind for phase in Phase if phase not in RUNNING or phase.value in ROUNDS[kind]]


@pytest.fixture
def stage(make_draft, publish, submit, emil, media, monkeypatch):
    """Return ``stage(kind, phase)``: a consultation there, with a decided statement, and three bodies: one has
    answered, one was asked, one was not."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)

    def make(kind, phase):
        usual = "informal" if kind == Kind.INFORMAL else "publication"
        plan = make_draft(plan_type="street" if kind == Kind.INFORMAL else "10001")
        plan = publish(plan, (FIRST, LAST), at=NOW, kind=phase.value if phase in RUNNING else usual)
        said = submit(consultation=plan, name="Anna", at=NOW).statement
        Segment.objects.create(municipality_id=plan.municipality_id, statement=said, text="Lärm", decision="followed")
        bodies = [Authority.objects.create(municipality=plan.municipality, name=name) for name in "ABC"]
        period = plan.periods.get()
        asked = authorities.invite_authorities(period=period, authorities=bodies[:2], answers_until=LAST, at=NOW)
        submit(consultation=plan, invitation=asked[0], kind="authority", at=NOW)
        days = {
            Phase.ANNOUNCED: (DAY + dt.timedelta(days=1), LAST),
            **dict.fromkeys((Phase.ENDED, Phase.DECIDED), (FIRST, DAY - dt.timedelta(days=1))),
        }.get(phase, (FIRST, LAST))
        begin, end = instants(*days)
        plan.periods.update(starts_on=days[0], ends_on=days[1], starts_at=begin, ends_at=end)
        if phase == Phase.DECIDED:
            Consultation.objects.filter(pk=plan.pk).update(legal_status="4000")
        if phase in (Phase.ENDED, Phase.DECIDED):
            Invitation.objects.update(answers_until=days[1])
        if phase in (Phase.DRAFT, Phase.WITHDRAWN):
            Consultation.objects.filter(pk=plan.pk).update(state=phase.value)
        plan = Consultation.objects.get(pk=plan.pk)
        assert phase_of(plan, NOW) == phase
        return plan

    return make


def attempts(plan, submit, emil):
    """Return (role, action) → what is tried: the services themselves, with nothing before them."""
    period, paper = plan.periods.get(), plan.documents.get()
    anna, body = Statement.objects.order_by("number")
    waiting, third = Invitation.objects.get(answered_at=None), Authority.objects.get(name="C")
    desk = {"consultation": plan, "actor": emil, "version": plan.version}

    def rounds(last, *more):
        values = PeriodValues(period.kind, period.starts_on, last)
        return services.set_periods(**desk, periods=[values, *more], at=NOW)

    def publish():
        later = PeriodValues(period.kind, DAY + dt.timedelta(days=100), DAY + dt.timedelta(days=140))
        fresh = rounds(period.ends_on, later)
        return services.publish_consultation(
            consultation=fresh, actor=emil, version=fresh.version, at=NOW, checks=BASIC_CHECKS
        )

    def prepare(role):
        return drafts.keep_draft(consultation=plan, number=uuid.uuid4(), values={}, role=role)

    longer = rolled(period.ends_on + dt.timedelta(days=7), plan.municipality.key)
    change = services.change_consultation
    kept = {"kind": period.kind, "text": "Bekannt", "environmental_information": ""}
    entry = {"kind": period.kind, "entered_on": DAY, "url": "https://portal.example/7"}
    tries = {
        (Role.PUBLIC, Action.SUBMIT): lambda: submit(consultation=plan, at=NOW),
        (Role.PUBLIC, Action.TAKE_BACK): lambda: standing.withdraw_statement(statement=anna, at=NOW),
        (Role.BODY, Action.SUBMIT): lambda: submit(consultation=plan, invitation=waiting, kind="authority", at=NOW),
        (Role.BODY, Action.TAKE_BACK): lambda: standing.withdraw_statement(statement=body, at=NOW),
        (Role.PLANNER, Action.EDIT): lambda: change(**desk, values={"title": "Neu"}),
        (Role.PLANNER, Action.DROP_AREA): lambda: change(**desk, values={"area": None}),
        (Role.PLANNER, Action.CHANGE_PAPERS): lambda: services.replace_document(
            document=paper, actor=emil, upload=pdf()
        ),
        (Role.PLANNER, Action.CHANGE_ROUNDS): lambda: rounds(period.ends_on - dt.timedelta(days=1)),
        (Role.PLANNER, Action.EXTEND): lambda: rounds(longer),
        (Role.PLANNER, Action.NOTICE): lambda: services.save_notice(**desk, **kept),
        (Role.PLANNER, Action.PORTAL): lambda: services.record_portal_entry(**desk, **entry),
        (Role.PLANNER, Action.PUBLISH): publish,
        (Role.PLANNER, Action.WITHDRAW): lambda: services.withdraw_consultation(**desk, reason="Fehler"),
        (Role.PLANNER, Action.INVITE): lambda: authorities.invite_authorities(
            period=period, authorities=[third], answers_until=LAST, at=NOW
        ),
        (Role.PLANNER, Action.ENTER): lambda: submit(consultation=plan, channel="letter", received_at=NOW, at=NOW),
        (Role.PLANNER, Action.WEIGH): lambda: weighing.add_segment(statement=anna, actor=emil, values={"text": "x"}),
        (Role.PLANNER, Action.TELL_RESULT): lambda: results.tell_results(consultation=plan, at=NOW),
        (Role.PLANNER, Action.SHOW_RESULT): lambda: results.publish_results(consultation=plan, at=NOW),
        (Role.PLANNER, Action.HAND_OVER): lambda: retention.acknowledge_handover(
            consultation=plan, actor=emil, on=DAY, to="Archiv", today=DAY
        ),
    }
    return tries | {(role, Action.PREPARE): lambda role=role: prepare(role) for role in Role}


def test_every_action_is_tried(stage, submit, emil):
    tried = {action for _role, action in attempts(stage(Kind.FORMAL, Phase.PUBLICATION), submit, emil)}
    assert tried == set(Action)


@pytest.mark.parametrize(("kind", "phase"), CELLS)
def test_the_services_live_by_the_table(stage, submit, emil, kind, phase):
    plan = stage(kind, phase)
    theirs = phase_of_body(Invitation.objects.get(answered_at=None), NOW)
    for (role, action), do in attempts(plan, submit, emil).items():
        try:
            with transaction.atomic():
                do()
                transaction.set_rollback(True)
            done = True
        except ChangeRefused:
            done = False
        expected = allows(action, kind, theirs if role == Role.BODY else phase, role)
        assert done is expected, f"{role} {action} in {kind} {phase}"


#: Action → desk page → what is found there when it is offered.
OFFERS = {
    Action.NOTICE: ("consultations:desk_edit", "/bekanntmachung/"),
    Action.PORTAL: ("consultations:desk_edit", "/landesportal/"),
    Action.WITHDRAW: ("consultations:desk_edit", "/zurueckziehen/"),
    Action.INVITE: ("statements:desk_invitations", 'name="authorities"'),
    Action.TELL_RESULT: ("statements:desk_closing", 'value="tell"'),
    Action.SHOW_RESULT: ("statements:desk_closing", 'value="publish"'),
    Action.HAND_OVER: ("statements:desk_closing", 'value="handover"'),
}


@pytest.mark.parametrize(("kind", "phase"), CELLS)
def test_pages_offer_what_will_be_done_and_to_whom(client, stage, emil, bernd, kind, phase):
    plan = stage(kind, phase)
    page = client.get(reverse("consultations:detail", args=[plan.public_id]))
    assert (page.status_code == 200) is (phase not in (Phase.DRAFT, Phase.WITHDRAWN))
    offered = reverse("statements:new", args=[plan.public_id]) in page.text
    assert offered is allows(Action.SUBMIT, kind, phase, Role.PUBLIC)
    for user, role in ((emil, Role.PLANNER), (bernd, Role.PUBLIC)):
        client.force_login(user)
        shown = {name: client.get(reverse(name, args=[plan.public_id])).text for name, _mark in OFFERS.values()}
        for action, (name, mark) in OFFERS.items():
            assert (mark in shown[name]) is allows(action, kind, phase, role), f"{role} {action} in {kind} {phase}"


def test_what_the_law_says_of_formal_and_nobody_of_informal_ones():
    late = {kind: allows(Action.SUBMIT, kind, Phase.ENDED, Role.PUBLIC) for kind in Kind}
    assert late == {Kind.FORMAL: True, Kind.INFORMAL: False}
    for running in RUNNING:
        assert allows(Action.SUBMIT, Kind.FORMAL, running, Role.PUBLIC)
        assert not allows(Action.SHOW_RESULT, Kind.FORMAL, running, Role.PLANNER)
        assert not allows(Action.CHANGE_ROUNDS, Kind.FORMAL, running, Role.PLANNER)
    assert not any(allows(Action.NOTICE, Kind.INFORMAL, phase, Role.PLANNER) for phase in Phase)
    assert not any(allows(action, kind, phase, Role.BODY) for kind, phase in CELLS for action in OFFERS)


def test_a_late_visitor_of_an_informal_consultation_is_told_and_keeps_the_words(client, stage):
    plan = stage(Kind.INFORMAL, Phase.ENDED)
    page = client.get(reverse("consultations:detail", args=[plan.public_id])).text
    assert "Stellungnahmen nehmen wir nicht mehr an." in page
    address = reverse("statements:new", args=[plan.public_id])
    answer = client.post(address, {"text": "Mehr Bänke", "step": "send", "number": str(uuid.uuid4())})
    assert answer.status_code == 409 and "Mehr Bänke" in answer.text and "ist beendet" in answer.text
    assert 'value="send"' not in answer.text


def test_an_informal_round_may_end_on_a_sunday_and_needs_no_notice(make_draft, emil):
    sunday = dt.date(2026, 12, 6)
    draft = services.set_periods(
        consultation=make_draft(plan_type="isek"),
        actor=emil,
        version=1,
        periods=[PeriodValues("informal", FIRST, sunday)],
        at=NOW,
    )
    plan = services.publish_consultation(consultation=draft, actor=emil, version=draft.version, at=NOW)
    assert (plan.state, plan.ends_on) == ("open", sunday)
