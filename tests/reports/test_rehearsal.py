"""What a change of the rules would do to reports is shown before it counts, and nothing of it remains."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from apps.departments import services as departments
from apps.departments.models import Jurisdiction, RoutingExample
from apps.departments.rehearsal import BreaksExamples, carry_out, rehearse
from apps.departments.services import ChangeRefused
from apps.reports import services
from apps.reports.models import AppliedReport, Report, RuleApplication
from tests.conftest import at, box


@pytest.fixture
def new_rule(town, desks):
    """Return a change: lamps in the first kilometre of the town go to the parks desk."""

    def change(**fields):
        return Jurisdiction.objects.create(
            **{
                "municipality": town,
                "code": "lamps-south-west",
                "category": desks.street_light,
                "own_area": box(0, 0, 1000, 1000),
                "executor": desks.parks,
                "valid_from": "2020-01-01",
                "reason": "Im Park pflegt die Grünpflege auch die Lampen.",
                **fields,
            }
        )

    return change


def test_it_says_who_would_lose_how_many_reports_to_whom(town, desks, submit, new_rule):
    moved = submit(point=at(500, 500)).report
    submit(point=at(5000, 500))
    submit(point=at(500, 600), category=desks.tree)
    found = rehearse(new_rule, municipality=town)
    assert (found.open_count, found.latest_count) == (3, 3)
    (flow,) = found.flows
    assert (flow.before, flow.after, flow.count, flow.open_count) == (desks.depot, desks.parks, 1, 1)
    (move,) = found.moves
    assert (move.thing.pk, move.thing.is_open, move.stays, move.is_latest) == (moved.pk, True, False, True)


def test_it_counts_the_last_reports_and_every_open_one(town, desks, submit, new_rule):
    reports = [submit(point=at(100 + n, 500)).report for n in range(4)]
    for report in reports[1:3]:
        services.change_status(report=report, status="done", actor=None)
    found = rehearse(new_rule, municipality=town, latest=2)
    assert (found.open_count, found.latest_count) == (2, 2)
    assert {move.thing.pk for move in found.moves} == {reports[0].pk, reports[2].pk, reports[3].pk}
    assert {move.thing.pk for move in found.open_moves} == {reports[0].pk, reports[3].pk}
    assert {move.thing.pk for move in found.latest_moves} == {reports[2].pk, reports[3].pk}


def snapshot():
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = sorted(row[0] for row in cursor.fetchall())
        rows = {}
        for table in tables:
            if table.startswith(("departments_", "reports_", "outbox_", "pghistory_", "geo_", "places_")):
                cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {table} t")
                rows[table] = cursor.fetchone()
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        rows["settings"] = cursor.fetchone()
    return rows


def test_a_rehearsal_writes_nothing(town, desks, submit, new_rule):
    submit(point=at(500, 500))
    before = snapshot()
    assert rehearse(new_rule, municipality=town).moves
    assert snapshot() == before


def test_a_change_that_is_refused_leaves_nothing_either(town, desks, new_rule):
    def change():
        new_rule()
        raise ChangeRefused("nein")

    before = snapshot()
    with pytest.raises(ChangeRefused, match="nein"):
        rehearse(change, municipality=town)
    assert snapshot() == before


def test_a_rehearsal_asks_a_fixed_number_of_questions(town, submit, new_rule, django_assert_max_num_queries):
    for n in range(5):
        submit(point=at(100 + n, 500))
    with django_assert_max_num_queries(18):
        rehearse(new_rule, municipality=town)


def test_a_report_given_away_by_hand_is_marked(town, desks, submit, new_rule):
    report = submit(point=at(500, 500)).report
    services.reassign(report=report, department=desks.triage, actor=None, reason="Sonderfall")
    (move,) = rehearse(new_rule, municipality=town).moves
    assert move.stays


def test_only_the_owner_changes_is_counted_apart(town, desks, submit):
    submit(point=at(500, 500))

    def change():
        Jurisdiction.objects.filter(code="lamps").update(owner=desks.roads)

    found = rehearse(change, municipality=town)
    assert (found.moves, found.side_count) == ((), 1)


def example(town, category, point, department):
    return RoutingExample.objects.create(municipality=town, category=category, point=point, department=department)


def test_examples_that_break_that_are_mended_and_that_stay_wrong_are_told_apart(town, desks, new_rule):
    breaks = example(town, desks.street_light, at(500, 500), desks.depot)
    mends = example(town, desks.street_light, at(600, 500), desks.parks)
    wrong = example(town, desks.tree, at(600, 500), desks.depot)
    example(town, desks.street_light, at(5000, 500), desks.depot)
    found = rehearse(new_rule, municipality=town)
    assert [t.example for t in found.broken] == [breaks]
    assert (found.broken[0].before, found.broken[0].after) == (desks.depot, desks.parks)
    assert [t.example for t in found.mended] == [mends]
    assert [t.example for t in found.wrong] == [wrong]
    assert found.example_count == 4


def test_saving_what_breaks_an_example_needs_a_second_step(town, desks, fatma, new_rule):
    example(town, desks.street_light, at(500, 500), desks.depot)
    change = {"municipality": town, "actor": fatma, "reason": "x"}
    with pytest.raises(BreaksExamples) as refusal:
        carry_out(new_rule, **change)
    assert len(refusal.value.rehearsal.broken) == 1
    assert not Jurisdiction.objects.filter(code="lamps-south-west").exists()
    rule, _rehearsal, pages = carry_out(new_rule, **change, confirmed=True)
    assert Jurisdiction.objects.get(code="lamps-south-west") == rule
    assert pages == [] and not RuleApplication.objects.exists()


def test_an_example_that_was_wrong_before_stops_nobody(town, desks, fatma, new_rule):
    example(town, desks.tree, at(500, 500), desks.depot)
    carry_out(new_rule, municipality=town, actor=fatma, reason="x")
    assert Jurisdiction.objects.filter(code="lamps-south-west").exists()


def test_a_kept_change_can_be_ordered_for_the_open_reports_that_it_names(town, desks, fatma, submit, new_rule):
    named = submit(point=at(500, 500)).report
    submit(point=at(5000, 500))
    _rule, _found, pages = carry_out(new_rule, municipality=town, actor=fatma, reason="Neu", apply_to_open=True)
    application = RuleApplication.objects.get()
    assert pages == [f"/intern/meldungen/umverteilung/{application.pk}/"]
    assert [item.report for item in AppliedReport.objects.select_related("report")] == [named]
    assert Report.objects.get(pk=named.pk).executor == desks.depot


def test_a_rule_of_next_month_is_tried_as_of_then_and_moves_nothing_now(town, desks, fatma, submit, new_rule):
    submit(point=at(500, 500))
    begins = timezone.localdate() + dt.timedelta(days=30)

    def change():
        return new_rule(valid_from=begins)

    assert rehearse(change, municipality=town).moves == ()
    assert len(rehearse(change, municipality=town, on=begins).moves) == 1
    carry_out(change, municipality=town, actor=fatma, reason="x", apply_to_open=True, on=begins)
    assert not RuleApplication.objects.exists()


def test_a_rule_saved_through_the_services_is_rehearsed_as_it_will_be(town, desks, fatma, submit):
    submit(point=at(500, 500))
    rule = Jurisdiction.objects.get(code="lamps")

    def change():
        return departments.save_rule(municipality=town, actor=fatma, rule=rule, values={"executor": desks.parks})

    assert [flow.after for flow in rehearse(change, municipality=town).flows] == [desks.parks]
    assert Jurisdiction.objects.get(code="lamps").executor == desks.depot
