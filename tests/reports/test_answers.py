"""The category's questions in every way in, and who reads the answers."""

import json
import uuid
from typing import Any

import pytest
from django.urls import reverse

from apps.departments.answers import AnswersRefused
from apps.departments.models import Category, Jurisdiction
from apps.reports.answered import StoppedByAnswer, told_inside, told_publicly
from apps.reports.models import Report
from apps.reports.services import reroute
from tests.conftest import at, lonlat
from tests.reports.test_form_pages import URL, hidden, typed

QUESTIONS = [
    {
        "key": "where",
        "kind": "choice",
        "label": "Wo ist die Leuchte?",
        "is_public": True,
        "options": [{"value": "street", "label": "an der Straße"}, {"value": "park", "label": "im Park"}],
    },
    {
        "key": "what",
        "kind": "choices",
        "label": "Was ist kaputt?",
        "options": [
            {"value": "dark", "label": "dunkel"},
            {"value": "live", "label": "Kabel liegt frei", "advice": "Bitte halten Sie Abstand und rufen Sie 112 an."},
        ],
    },
    {"key": "mast", "kind": "text", "label": "Nummer am Mast?"},
]


@pytest.fixture
def asking(desks: Any) -> Any:
    """Lamps are asked about; in the park they are for the parks."""
    Category.objects.filter(pk=desks.street_light.pk).update(questions=QUESTIONS)
    desks.street_light.refresh_from_db()
    Jurisdiction.objects.create(
        municipality=desks.street_light.municipality,
        code="lamps-park",
        category=desks.street_light,
        answers={"where": ["park"]},
        executor=desks.parks,
        valid_from="2020-01-01",
        reason="Die Leuchten im Park pflegt die Grünpflege.",
    )
    return desks


@pytest.mark.usefixtures("asking")
def test_the_form_asks_and_the_answer_decides_without_javascript(client: Any) -> None:
    page = client.get(URL, {"kategorie": "street_light"}).content.decode()
    assert "Wo ist die Leuchte?" in page and 'value="park"' in page
    data = typed(step="check", frage_where="park", frage_what=["dark"], frage_mast="117")
    checked = client.post(URL, data).content.decode()
    assert "Grünpflege" in checked and "im Park" in checked and "117" in checked
    client.post(URL, {**hidden(checked), "step": "send"})
    report = Report.objects.get()
    assert report.answers["given"] == {"where": "park", "what": ["dark"], "mast": "117"}
    assert report.executor.code == "parks"
    trace = report.events.get(kind="submitted").data["trace"]
    assert (trace["rule"], trace["rule_version"]) == ("lamps-park", 1)
    assert trace["category_version"] == report.answers["version"] == 2


@pytest.mark.usefixtures("asking")
def test_a_stop_answer_shows_its_advice_and_stores_nothing(client: Any) -> None:
    """Also while the rest of the form is still empty: nobody has to finish a form in danger."""
    answer = client.post(URL, typed(step="check", frage_what=["dark", "live"], lon="", lat="", description=""))
    text = answer.content.decode()
    assert "Bitte halten Sie Abstand und rufen Sie 112 an." in text and "Meine Antwort ändern" in text
    client.post(URL, typed(step="send", frage_what=["live"]))
    assert not Report.objects.exists()
    back = client.post(URL, {**hidden(text), "frage_what": ["dark"], "step": "details"}).content.decode()
    assert "Wo ist die Leuchte?" in back


@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize("bad", [{"frage_where": "wald"}, {"frage_what": ["x"]}, {"frage_mast": "x" * 501}])
def test_an_answer_that_is_none_keeps_what_was_typed(client: Any, bad: dict[str, Any]) -> None:
    answer = client.post(URL, typed(step="check", **bad))
    assert answer.status_code == 400 and "Die Lampe vor der Schule ist dunkel." in answer.content.decode()


def test_another_category_does_not_take_answers_along(client: Any, asking: Any) -> None:
    data = typed(step="check", category="other", frage_where="park")
    client.post(URL, {**data, "step": "send"})
    assert Report.objects.get().answers == {}


@pytest.mark.usefixtures("asking")
def test_the_api_takes_answers_and_refuses_those_that_do_not_fit(client: Any, town: Any) -> None:
    from apps.accounts.services import create_api_key

    key = create_api_key(municipality=town, name="App")[1]

    def post(**changes: Any) -> Any:
        body = {
            "category": "street_light",
            "point": {"type": "Point", "coordinates": list(lonlat(at(1000, 1000)))},
            "description": "Dunkel.",
            **changes,
        }
        headers = {"Authorization": f"Api-Key {key}"}
        return client.post("/api/v1/reports/", json.dumps(body), content_type="application/json", headers=headers)

    assert post(answers={"where": "park", "what": ["dark"]}).json()["department"]["code"] == "parks"
    assert post().status_code == 201
    unknown = post(answers={"colour": "red"})
    assert unknown.status_code == 400 and "where, what, mast" in unknown.json()["answers"]["colour"][0]
    value = post(answers={"where": "wald"})
    assert value.status_code == 400 and "street, park" in value.json()["answers"]["where"][0]
    stopped = post(answers={"what": ["live"]})
    assert stopped.status_code == 400 and "112" in stopped.json()["answers"][0]
    for odd in ("text", ["where"], 3, {"where": {"a": 1}}, {"mast": "\x00"}):
        assert post(answers=odd).status_code == 400
    assert Report.objects.count() == 2


@pytest.mark.usefixtures("asking")
def test_staff_are_shown_the_questions_before_the_report_is_stored(client: Any, make_user: Any) -> None:
    client.force_login(make_user("Hanna", "administrator"))
    page = reverse("reports:staff_new")
    data = typed(channel="phone")
    first = client.post(page, data)
    assert "Wo ist die Leuchte?" in first.content.decode() and not Report.objects.exists()
    assert 'name="asked" value="street_light"' in first.content.decode()
    client.post(page, {**data, "asked": "street_light", "frage_where": "park"})
    assert Report.objects.get().executor.code == "parks"


@pytest.mark.usefixtures("asking")
def test_the_desk_reads_all_answers_and_the_public_only_public_ones(client: Any, submit: Any, make_user: Any) -> None:
    report = submit(answers={"where": "park", "what": ["dark"], "mast": "117"}).report
    Report.objects.filter(pk=report.pk).update(publication="released", public_text="Lampe")
    report.refresh_from_db()
    public = client.get(reverse("reports:detail", args=[report.public_id])).content.decode()
    assert "im Park" in public and "117" not in public and "Was ist kaputt?" not in public
    assert [answer for _question, answer in told_inside(report)] == ["im Park", "dunkel", "117"]
    client.force_login(make_user("Hanna", "administrator"))
    inside = client.get(reverse("reports:work", args=[report.public_id])).content.decode()
    assert "im Park" in inside and "117" in inside


def test_an_answer_given_in_confidence_never_becomes_public_and_can_be_taken_back(asking: Any, submit: Any) -> None:
    open_report = submit(answers={"where": "park"}).report
    private = [{**QUESTIONS[0], "is_public": False}, *QUESTIONS[1:]]
    Category.objects.filter(pk=asking.street_light.pk).update(questions=private)
    asking.street_light.refresh_from_db()
    closed_report = submit(category=asking.street_light, answers={"where": "park"}).report
    assert told_publicly(Report.objects.get(pk=open_report.pk)) == []
    Category.objects.filter(pk=asking.street_light.pk).update(questions=QUESTIONS)
    assert told_publicly(Report.objects.get(pk=open_report.pk)) == [("Wo ist die Leuchte?", "im Park")]
    assert told_publicly(Report.objects.get(pk=closed_report.pk)) == []


def test_answers_keep_the_words_in_which_they_were_asked(asking: Any, submit: Any) -> None:
    report = submit(answers={"where": "park"}).report
    renamed = [{**QUESTIONS[0], "label": "Standort?"}]
    Category.objects.filter(pk=asking.street_light.pk).update(questions=renamed)
    assert told_inside(Report.objects.get(pk=report.pk)) == [("Wo ist die Leuchte?", "im Park")]


def test_answers_do_not_decide_for_another_category_and_come_back_with_their_own(asking: Any, submit: Any) -> None:
    report = submit(answers={"where": "park"}).report
    moved = reroute(report=report, category=asking.other, actor=None, reason="Falsch gewählt.")
    assert moved.executor.code == "triage"
    back = reroute(report=moved, category=asking.street_light, actor=None, reason="Doch richtig.")
    assert back.executor.code == "parks" and told_inside(back) == [("Wo ist die Leuchte?", "im Park")]


@pytest.mark.usefixtures("asking")
def test_the_service_refuses_what_no_form_would_send(submit: Any) -> None:
    with pytest.raises(AnswersRefused):
        submit(answers={"nix": 1})
    with pytest.raises(StoppedByAnswer, match="112"):
        submit(answers={"what": ["live"]})
    key = uuid.uuid4()
    first = submit(answers={"where": "park"}, idempotency_key=key)
    assert submit(answers={"where": "park"}, idempotency_key=key).report == first.report
