"""Work on one report: questions to the citizen, ready-made words, a person, a better place, two versions at once."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.utils import timezone

from apps.outbox.models import Message
from apps.reports import services
from apps.reports.changes import ChangeRefused
from apps.reports.links import status_token
from apps.reports.models import Event, Question, ReplyTemplate, Report
from apps.reports.services import ContactData
from tests.conftest import at, lonlat

ANNA = ContactData(email="anna@example.org", name="Anna", wants_updates=False)


def url(report: Report, action: str = "") -> str:
    return f"/intern/meldungen/{report.public_id}/" + (f"{action}/" if action else "")


@pytest.fixture
def bernd_at_depot(client: Any, bernd: Any, member: Any, desks: Any) -> Any:
    client.force_login(member(bernd, desks.depot))
    return client


@pytest.fixture
def asked(submit: Any, bernd: Any) -> Report:
    """A report of Anna's with an open question."""
    report = submit(contact=ANNA).report
    services.ask_citizen(report=report, text="Welche der beiden Lampen?", actor=bernd)
    return Report.objects.get()


def test_a_question_goes_out_with_the_status_link_and_the_report_waits(asked: Report) -> None:
    mail = Message.objects.filter(recipient="anna@example.org").latest("pk")
    assert "Welche der beiden Lampen?" in mail.body and status_token(asked) in mail.body
    assert asked.status == "waiting" and not Event.objects.get(kind="question").is_public


def test_anna_answers_behind_her_link_once_and_the_depot_hears_of_it(asked: Report, client: Any, desks: Any) -> None:
    path = f"/meldungen/status/{status_token(asked)}/"
    assert "Welche der beiden Lampen?" in client.get(path).content.decode()
    typed = {"key": str(uuid.uuid4()), "text": "Die linke."}
    for _ in range(2):
        assert client.post(path + "antwort/", typed).status_code == 302
    report = Report.objects.get()
    assert report.status == "received" and Event.objects.filter(kind="reply").count() == 1
    assert Question.objects.get().reply.text == "Die linke."
    assert Message.objects.filter(recipient=desks.depot.email, body__contains="Die linke.").count() == 1
    assert "Die linke." in client.get(path).content.decode()


def test_an_empty_answer_is_refused_with_a_sentence(asked: Report, client: Any) -> None:
    answer = client.post(f"/meldungen/status/{status_token(asked)}/antwort/", {"key": str(uuid.uuid4()), "text": " "})
    assert answer.status_code == 400 and "Bitte schreiben Sie Ihre Antwort" in answer.content.decode()


def test_one_question_at_a_time_and_none_about_a_closed_report(asked: Report, submit: Any, bernd: Any) -> None:
    with pytest.raises(ChangeRefused, match="noch offen"):
        services.ask_citizen(report=asked, text="Und?", actor=bernd)
    closed = services.change_status(report=submit().report, status="done", actor=bernd)
    with pytest.raises(ChangeRefused, match="abgeschlossen"):
        services.ask_citizen(report=closed, text="Und?", actor=bernd)


def test_after_a_week_anna_is_reminded_once(asked: Report) -> None:
    week = timezone.now() + dt.timedelta(days=7, minutes=1)
    assert services.remind_unanswered(at=week - dt.timedelta(days=1)) == 0
    assert [services.remind_unanswered(at=week), services.remind_unanswered(at=week)] == [1, 0]
    assert Message.objects.filter(subject__startswith="Noch offen").count() == 1


def test_a_template_is_filled_in_behind_what_was_typed(bernd_at_depot: Any, submit: Any, town: Any) -> None:
    report = submit().report
    template = services.save_template(municipality=town, title="Dank", text="Danke für {nummer} ({Kategorie}).")
    typed = {"version": report.version, "text": "Guten Tag!", "template": template.pk, "insert": "1"}
    page = bernd_at_depot.post(url(report, "antwort"), typed)
    filled = page.context["forms"]["antwort"]["text"].value()
    assert page.status_code == 200 and not page.context["forms"]["antwort"].errors
    assert filled == f"Guten Tag!\n\nDanke für {report.reference} (Straßenbeleuchtung)."
    assert Report.objects.get().public_answer == ""


def test_only_templates_for_this_category_and_status_are_offered(
    bernd_at_depot: Any, submit: Any, town: Any, desks: Any
) -> None:
    for title, category, status in [
        ("alle", None, ""),
        ("Lampe", desks.street_light, "done"),
        ("Baum", desks.tree, ""),
        ("nach Ablehnung", None, "submitted"),
    ]:
        services.save_template(municipality=town, title=title, text="x", category=category, status=status)
    report = submit().report
    offered = [t.title for t in bernd_at_depot.get(url(report)).context["templates"]]
    assert offered == ["Lampe", "nach Ablehnung", "alle"]


def test_a_template_with_an_unknown_placeholder_is_refused_with_a_sentence(client: Any, make_user: Any) -> None:
    client.force_login(make_user("Gesa", "administrator"))
    typed = {"title": "Dank", "text": "Guten Tag {vorname}", "status": "", "category": ""}
    answer = client.post("/intern/vorlagen/neu/", typed)
    assert answer.status_code == 400 and "{vorname} kennen wir nicht" in answer.content.decode()
    assert client.post("/intern/vorlagen/neu/", {**typed, "text": "Nummer {nummer}"}).status_code == 302
    assert ReplyTemplate.objects.get().text == "Nummer {nummer}"


def test_clerks_do_not_write_templates(bernd_at_depot: Any) -> None:
    assert bernd_at_depot.get("/intern/vorlagen/").status_code == 404


def test_bernd_takes_a_report_on_himself(bernd_at_depot: Any, submit: Any, bernd: Any) -> None:
    report = submit().report
    bernd_at_depot.post(url(report, "zuweisen"), {"person": bernd.pk, "version": report.version})
    assert Report.objects.get().assignee == bernd


def test_the_slower_one_sees_both_versions_and_who_was_faster(bernd_at_depot: Any, submit: Any, make_user: Any) -> None:
    report = submit().report
    seen = report.version
    services.set_public_answer(
        report=report, text="Wir kommen Montag.", actor=make_user("Carla", "clerk"), version=seen
    )
    page = bernd_at_depot.post(url(report, "antwort"), {"text": "Wir kommen Dienstag.", "version": seen})
    assert page.status_code == 409
    stale = page.context["stale"]
    assert [(f.typed, f.now) for f in stale.fields] == [("Wir kommen Dienstag.", "Wir kommen Montag.")]
    assert [line.who for line in stale.meanwhile] == ["Carla"]
    again = {"text": "Wir kommen Dienstag.", "version": page.context["forms"]["antwort"]["version"].value()}
    assert bernd_at_depot.post(url(report, "antwort"), again).status_code == 302
    assert Report.objects.get().public_answer == "Wir kommen Dienstag."


def test_another_place_asks_the_rules_anew_and_keeps_the_reason(bernd_at_depot: Any, submit: Any, desks: Any) -> None:
    from apps.departments.models import Jurisdiction
    from tests.conftest import box

    Jurisdiction.objects.create(
        municipality=desks.depot.municipality,
        code="east",
        category=desks.street_light,
        executor=desks.parks,
        own_area=box(5000, 0, 10_000, 10_000),
        valid_from=dt.date(2020, 1, 1),
        reason="Im Osten pflegt die Grünpflege.",
    )
    report = submit().report
    lon, lat = lonlat(at(6000, 1000))
    typed = {"lon": lon, "lat": lat, "reason": "Falsch gesetzt", "version": report.version}
    assert bernd_at_depot.post(url(report, "ort"), typed).status_code == 302
    report = Report.objects.get()
    assert report.executor == desks.parks and report.district == "Oststadt"
    hop = Event.objects.get(kind="routed").data
    assert (hop["from"], hop["to"], hop["reason"], hop["moved_m"]) == ("depot", "parks", "Falsch gesetzt", 5000)


def test_a_place_outside_the_town_is_refused_and_nothing_moves(bernd_at_depot: Any, submit: Any) -> None:
    report = submit().report
    lon, lat = lonlat(at(-500, 1000))
    answer = bernd_at_depot.post(url(report, "ort"), {"lon": lon, "lat": lat, "version": report.version})
    assert answer.status_code == 400 and "außerhalb" in answer.content.decode()
    assert Report.objects.get().point.coords == report.point.coords


@pytest.fixture
def parks_in_the_east(desks: Any) -> Any:
    """East of x = 2000 the lamps are the parks' desk's."""
    from apps.departments.models import Jurisdiction
    from tests.conftest import box

    return Jurisdiction.objects.create(
        municipality=desks.depot.municipality,
        code="park",
        category=desks.street_light,
        executor=desks.parks,
        own_area=box(2000, 0, 3000, 3000),
        valid_from=dt.date(2020, 1, 1),
        reason="Im Stadtpark pflegt die Grünpflege.",
    )


@pytest.mark.usefixtures("parks_in_the_east")
def test_the_work_page_explains_in_sentences_and_draws_the_border(bernd_at_depot: Any, submit: Any) -> None:
    report = submit(point=at(1990, 1000)).report
    explanation = bernd_at_depot.get(url(report)).context["explanation"]
    told = " ".join(explanation.sentences)
    assert "Zuständig ist Bauhof." in told and "Die nächste Grenze ist 10 m entfernt." in told
    assert "Es war knapp: Im Umkreis von 15 m wäre auch möglich: Grünpflege" in told
    assert explanation.versions[0][0] == "Regel lamps, Stand 1" and {d.kind for d in explanation.drawn} == {"area"}


@pytest.mark.usefixtures("parks_in_the_east")
def test_near_a_border_anna_is_asked_and_her_answer_counts(client: Any) -> None:
    lon, lat = lonlat(at(1990, 1000))
    typed = {"category": "street_light", "key": str(uuid.uuid4()), "lon": lon, "lat": lat, "description": "Dunkel."}
    page = client.post("/meldungen/neu/", {**typed, "step": "check"})
    assert "Auf welcher Seite der Grenze ist es?" in page.content.decode()
    assert client.post("/meldungen/neu/", {**typed, "side": "parks", "step": "send"}).status_code == 302
    report = Report.objects.get()
    assert report.executor.code == "parks"
    close = Event.objects.get(kind="submitted").data["trace"]["close"]
    assert close["chosen"] == "parks" and close["radius_m"] == 15
