"""Many reports at once: what would happen, doing it in one go, taking it back within a minute."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.utils import timezone

from apps.outbox.models import Message
from apps.reports import services
from apps.reports.changes import ChangeRefused, StaleEdit
from apps.reports.models import BulkChange, Contact, Event, Report
from apps.reports.services import Change, ContactData
from apps.reports.timeline import desk_timeline, public_timeline
from tests.conftest import at

ANNA = ContactData(email="anna@example.org", name="Anna", wants_updates=True)
URL = "/intern/meldungen/auswahl/"


@pytest.fixture
def seated(member: Any, desks: Any, bernd: Any, carla: Any) -> None:
    member(bernd, desks.depot)
    member(carla, desks.parks)


@pytest.fixture
def change(town: Any, bernd: Any) -> Any:
    """Return ``change(Change(…), actor=)``: the change of all reports that the actor may read."""

    def make(what: Change, *, actor: Any = None, **more: Any) -> BulkChange:
        actor = actor or bernd
        return services.change_many(
            **{
                "reports": Report.objects.visible_to(actor),
                "change": what,
                "actor": actor,
                "municipality": town,
                "key": uuid.uuid4(),
                **more,
            }
        )

    return make


pytestmark = pytest.mark.usefixtures("seated")
IN_PROGRESS = Change("stand", "in_progress", "Nächste Woche sind wir im Viertel.")


def held_back() -> Any:
    return Message.objects.exclude(batch="")


def test_all_change_with_history_each_and_a_mail_to_who_wants_it(submit: Any, change: Any, bernd: Any) -> None:
    reports = [submit(contact=ANNA).report, submit().report]
    change(IN_PROGRESS)
    assert set(Report.objects.values_list("status", "version")) == {("in_progress", 2)}
    lines = Event.objects.filter(kind="status")
    assert {line.report_id for line in lines} == {report.pk for report in reports}
    assert all(line.data == {"from": "submitted", "to": "in_progress"} and line.actor == bernd for line in lines)
    assert [mail.recipient for mail in held_back()] == ["anna@example.org"]


def test_the_mails_wait_until_nobody_can_take_it_back(submit: Any, change: Any) -> None:
    submit(contact=ANNA)
    made = change(IN_PROGRESS)
    assert held_back().get().next_attempt_at > made.undo_until
    assert not Message.objects.due().exclude(batch="").exists()


def test_what_would_not_change_is_left_out_and_counted(submit: Any, town: Any, bernd: Any, change: Any) -> None:
    services.change_status(report=submit().report, status="in_progress", actor=bernd)
    services.change_status(report=submit().report, status="done", actor=bernd)
    submit()
    waiting = Change("stand", "waiting")
    services.change_status(report=Report.objects.get(status="submitted"), status="received", actor=bernd)
    plan = services.plan_bulk(reports=Report.objects.all(), change=waiting, actor=bernd, municipality=town)
    assert len(plan.rows) == 2 and sum(plan.left_out.values()) == 1
    change(waiting)
    assert Report.objects.filter(status="waiting").count() == 2 and Report.objects.filter(status="done").exists()


def test_one_report_of_another_department_refuses_the_whole(submit: Any, change: Any, desks: Any) -> None:
    submit(), submit(category=desks.tree)
    with pytest.raises(ChangeRefused, match="nichts wurde geändert"):
        change(IN_PROGRESS)
    assert not Event.objects.filter(kind="status").exists() and not BulkChange.objects.exists()


def test_the_same_key_changes_once(submit: Any, change: Any) -> None:
    submit()
    key = uuid.uuid4()
    assert change(IN_PROGRESS, key=key) == change(IN_PROGRESS, key=key)
    assert Event.objects.filter(kind="status").count() == 1


def test_what_changed_since_the_preview_is_looked_at_again(submit: Any, town: Any, bernd: Any, change: Any) -> None:
    report = submit().report
    plan = services.plan_bulk(reports=Report.objects.all(), change=IN_PROGRESS, actor=bernd, municipality=town)
    services.change_status(report=report, status="received", actor=bernd)
    with pytest.raises(StaleEdit):
        change(IN_PROGRESS, digest=plan.digest)


def test_undo_brings_everything_back_and_the_public_hears_nothing(submit: Any, change: Any, bernd: Any) -> None:
    report = submit(contact=ANNA).report
    made = change(Change("stand", "done", "Fertig."))
    assert Contact.objects.get().dies_on
    assert services.undo_many(change=made, actor=bernd) == 1
    report.refresh_from_db()
    assert (report.status, report.closed_at, Contact.objects.get().dies_on) == ("submitted", None, None)
    assert not held_back().exists()
    assert [line.title for line in public_timeline(report)] == ["Meldung eingegangen"]
    assert desk_timeline(report)[0].title.startswith("Zurückgenommen")


def test_undo_leaves_alone_what_somebody_changed_since(submit: Any, change: Any, bernd: Any) -> None:
    touched, other = submit(contact=ANNA).report, submit(contact=ANNA).report
    made = change(IN_PROGRESS)
    services.change_status(report=touched, status="waiting", actor=bernd)
    assert services.undo_many(change=made, actor=bernd) == 1
    states = dict(Report.objects.values_list("pk", "status"))
    assert states == {touched.pk: "waiting", other.pk: "submitted"}
    assert [mail.reference for mail in held_back()] == [touched.public_id]


@pytest.mark.parametrize("late", [True, False])
def test_undo_is_for_a_minute_and_for_whoever_did_it(
    submit: Any, change: Any, bernd: Any, carla: Any, late: bool
) -> None:
    submit()
    made = change(IN_PROGRESS)
    moment = timezone.now() + dt.timedelta(seconds=61 if late else 0)
    with pytest.raises(ChangeRefused, match="nicht mehr zurücknehmen"):
        services.undo_many(change=made, actor=bernd if late else carla, at=moment)


def test_a_second_undo_changes_nothing(submit: Any, change: Any, bernd: Any) -> None:
    submit()
    made = change(IN_PROGRESS)
    services.undo_many(change=made, actor=bernd)
    with pytest.raises(ChangeRefused, match="schon zurückgenommen"):
        services.undo_many(change=made, actor=bernd)


def test_a_mail_that_is_on_its_way_holds_the_change(submit: Any, change: Any, bernd: Any) -> None:
    submit(contact=ANNA)
    made = change(IN_PROGRESS)
    held_back().update(attempts=1)
    with pytest.raises(ChangeRefused, match="schon unterwegs"):
        services.undo_many(change=made, actor=bernd)
    assert Report.objects.get().status == "in_progress"


def test_assigning_tells_the_person_once(submit: Any, change: Any, make_user: Any, member: Any, desks: Any) -> None:
    hanna = member(make_user("Hanna", "clerk"), desks.depot)
    submit(), submit()
    made = change(Change("zuweisen", hanna))
    assert set(Report.objects.values_list("assignee", flat=True)) == {hanna.pk}
    mail = held_back().get()
    assert mail.recipient == hanna.email and "2 Meldungen liegen jetzt bei Ihnen" in mail.subject
    services.undo_many(change=made, actor=made.actor)
    assert set(Report.objects.values_list("assignee", flat=True)) == {None} and not held_back().exists()


def test_a_supervisor_passes_on_what_belongs_to_others(
    submit: Any, change: Any, make_user: Any, desks: Any, bernd: Any
) -> None:
    greta = make_user("Greta", "supervisor")
    report = services.assign(report=submit().report, person=bernd, actor=bernd)
    made = change(Change("weitergeben", desks.parks, "Urlaub im Bauhof"), actor=greta)
    report.refresh_from_db()
    assert (report.executor, report.assignee) == (desks.parks, None) and "Urlaub" in report.routing_reason
    assert held_back().get().recipient == desks.parks.email
    data = report.events.get(kind="reassigned").data
    assert (data["from"], data["to"]) == (desks.depot.code, desks.parks.code)  # codes, as when one is passed on
    services.undo_many(change=made, actor=greta)
    report.refresh_from_db()
    assert (report.executor, report.assignee) == (desks.depot, bernd)
    with pytest.raises(ChangeRefused):
        change(IN_PROGRESS, actor=greta)


def test_the_number_of_statements_does_not_grow(
    submit: Any, change: Any, django_assert_max_num_queries: Any, bernd: Any
) -> None:
    def count(what: Change) -> int:
        with django_assert_max_num_queries(40) as asked:
            change(what)
        return len(asked)

    submit(contact=ANNA)
    few = count(IN_PROGRESS)
    for _ in range(6):
        submit(contact=ANNA)
    services.change_many(
        reports=Report.objects.filter(status="submitted"),
        change=Change("stand", "received"),
        actor=bernd,
        municipality=bernd.roles.get().municipality,
        key=uuid.uuid4(),
    )
    assert count(Change("stand", "waiting")) <= few


@pytest.fixture
def page(client: Any, bernd: Any) -> Any:
    client.force_login(bernd)
    return client


def ticked(*reports: Report) -> str:
    return "ids=" + ",".join(report.public_id for report in reports)


def test_bernd_selects_checks_changes_and_takes_back(page: Any, submit: Any) -> None:
    one, two, spared = (submit().report for _ in range(3))
    html = page.get(URL, {"tick": [one.public_id, two.public_id]}).content.decode()
    assert "2 Meldungen sind ausgewählt." in html
    asked = {"selection": ticked(one, two), "action": "stand", "status": "received", "note": ""}
    preview = page.post(URL, asked)
    assert "2 Meldungen werden geändert" in preview.content.decode()
    assert not Event.objects.filter(kind="status").exists()
    plan, key = preview.context["plan"], preview.context["key"]
    done = page.post(URL, {**asked, "confirm": "1", "digest": plan.digest, "key": str(key)})
    assert done.status_code == 302 and "Rückgängig machen" in page.get(done.url).content.decode()
    assert set(Report.objects.filter(status="received")) == {one, two}
    assert page.post(done.url).status_code == 302
    assert not Report.objects.exclude(status="submitted").exists() and spared.status == "submitted"


def test_all_found_means_what_the_filter_finds(page: Any, submit: Any) -> None:
    submit(), submit(point=at(6000, 1000))
    html = page.get(URL, {"scope": "all", "filter": "district=Oststadt"}).content.decode()
    assert "Eine Meldung ist ausgewählt." in html


def test_the_preview_names_what_bernd_may_not_change(page: Any, submit: Any, desks: Any) -> None:
    own, theirs = submit().report, submit(category=desks.tree).report
    asked = {"selection": ticked(own, theirs), "action": "stand", "status": "received"}
    answer = page.post(URL, asked)
    html = answer.content.decode()
    assert answer.status_code == 403 and "liegt bei: Grünpflege" in html and 'name="confirm"' not in html
    plan = answer.context["plan"]
    assert answer.context["only_mine"] == f"ids={own.public_id}"
    refused = page.post(URL, {**asked, "confirm": "1", "digest": plan.digest, "key": str(uuid.uuid4())})
    assert refused.status_code == 403 or refused.status_code == 409
    assert not Event.objects.filter(kind="status").exists()


@pytest.mark.parametrize(
    "query",
    [{}, {"tick": "x"}, {"scope": "all", "filter": "area=1,2"}, {"scope": "all", "filter": "ids=nonsense"}],
)
def test_a_selection_that_is_none_leads_back(page: Any, query: dict[str, str]) -> None:
    assert page.get(URL, query).status_code == 302


@pytest.mark.parametrize("data", [{}, {"action": "stand"}, {"action": "x"}, {"action": "antwort", "text": "\x00"}])
def test_a_refused_form_keeps_the_selection(page: Any, submit: Any, data: dict[str, str]) -> None:
    answer = page.post(URL, {"selection": ticked(submit().report), **data})
    assert answer.status_code == 400 and "Eine Meldung ist ausgewählt." in answer.content.decode()


def test_without_the_digest_of_a_preview_nothing_happens(page: Any, submit: Any) -> None:
    asked = {"selection": ticked(submit().report), "action": "stand", "status": "received", "confirm": "1"}
    assert page.post(URL, {**asked, "key": str(uuid.uuid4())}).status_code == 409
    assert page.post(URL, {**asked, "key": "x"}).status_code == 400
    assert Report.objects.get().status == "submitted"


def test_somebody_elses_change_is_not_there(client: Any, page: Any, submit: Any, change: Any, carla: Any) -> None:
    submit()
    made = change(IN_PROGRESS)
    client.force_login(carla)
    assert client.get(f"{URL}{made.key}/").status_code == 404
    assert client.post(f"{URL}{made.key}/").status_code == 404


def test_the_selection_comes_as_a_file(page: Any, submit: Any) -> None:
    one, other = submit().report, submit().report
    answer = page.get("/intern/downloads/reports.csv", {"list": ticked(one)})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert one.public_id in text and other.public_id not in text
    assert page.get("/intern/downloads/reports.csv", {"list": "ids=nonsense"}).status_code == 400
    assert page.get("/downloads/reports.csv", {"list": ticked(one)}).status_code == 400
