"""Emil takes a plan from a file: he looks at it first, and nothing he has typed is lost."""

import datetime as dt
import re

import pytest
from pghistory.models import Context

from apps.consultations.models import Consultation
from tests.consultations import plan_files as files
from tests.consultations.test_desk import DESK, texts


@pytest.fixture
def at_desk(client, emil):
    client.force_login(emil)
    return client


@pytest.fixture(autouse=True)
def _gml_without_a_process(monkeypatch):
    monkeypatch.setattr("apps.geofiles.areas._ask", files.ask_in_process)


def blank(**more):
    """The form of a new draft as the browser sends it before anything is typed."""
    empty = {"title": "", "plan_number": "", "plan_type": "10001", "summary": "", "shape": ""}
    return texts(**{**empty, **more})


def look(client, data, content, name="plan.gml", page=f"{DESK}neu/"):
    return client.post(page, {**data, "read": "file", "file": files.upload(content, name)})


def carried(response, **more):
    """What the browser sends back: the form as it was shown, and the file's hidden answer."""
    form = response.context["form"]
    shown = {name: form[name].value() or "" for name in form.fields if name != "repair"}
    found = response.context["found"]
    ticked = {"take": list(found.taken)} if found else {}
    return {**shown, "found": found.dumps() if found else "", **ticked, **more}


def test_a_plan_is_shown_before_it_is_saved_and_saved_with_its_rounds(at_desk):
    data = files.xplan(plan=files.ROUNDS, part="<xplan:verfahren>3000</xplan:verfahren>")
    seen = look(at_desk, blank(summary="Häuser."), data)

    assert seen.status_code == 200 and not Consultation.objects.exists()
    for words in ("XPlanGML 6.0", "EPSG:25833 (ETRS89 / UTM 33N)", "1,94\xa0ha", "Kiebitzgrund", "01.03.2027", "§ 13a"):
        assert words in seen.text
    assert "Häuser." in seen.text and "331200.000 5681100.000" in seen.text

    assert at_desk.post(f"{DESK}neu/", carried(seen)).status_code == 302
    plan = Consultation.objects.get()
    assert (plan.title, plan.plan_number, plan.plan_type) == ("Kiebitzgrund", "27", "3000")
    assert (plan.procedure, plan.legal_status, plan.summary) == ("3000", "2400", "Häuser.")
    assert plan.area_m2 == pytest.approx(files.AREA_M2)
    assert [(one.kind, one.ends_on) for one in plan.periods.all()] == [
        ("publication", dt.date(2026, 12, 22)),
        ("repeat", dt.date(2027, 3, 15)),
    ]
    told = Context.objects.filter(metadata__area_source__startswith="XPlanGML 6.0, EPSG:25833")
    assert told.exists()


def test_what_was_typed_stays_until_it_is_ticked(at_desk):
    seen = look(at_desk, blank(title="Mein Titel", summary="Häuser."), files.xplan())
    assert "„Mein Titel“ ersetzen" in seen.text

    kept = at_desk.post(f"{DESK}neu/", carried(seen))
    assert kept.status_code == 302 and Consultation.objects.get().title == "Mein Titel"
    Consultation.objects.all().delete()
    at_desk.post(f"{DESK}neu/", carried(seen, take=["title"]))
    assert Consultation.objects.get().title == "Kiebitzgrund"


def test_what_is_typed_after_the_reading_wins_over_the_tick(at_desk):
    seen = look(at_desk, blank(title="Mein Titel", summary="Häuser."), files.xplan())
    at_desk.post(f"{DESK}neu/", carried(seen, take=["title"], title="Besser"))
    assert Consultation.objects.get().title == "Besser"


def test_an_unticked_round_is_not_entered(at_desk):
    seen = look(at_desk, blank(summary="x"), files.xplan(plan=files.ROUNDS))
    at_desk.post(f"{DESK}neu/", carried(seen, take=["round-0"]))
    assert [one.kind for one in Consultation.objects.get().periods.all()] == ["publication"]


def test_a_missing_text_keeps_what_the_file_said(at_desk):
    seen = look(at_desk, blank(), files.xplan(plan=files.ROUNDS))
    refused = at_desk.post(f"{DESK}neu/", carried(seen, summary=""))

    assert refused.status_code == 422 and "01.03.2027" in refused.text and "331200.000 5681100.000" in refused.text
    assert at_desk.post(f"{DESK}neu/", carried(refused, summary="Jetzt")).status_code == 302
    assert Consultation.objects.get().periods.count() == 2


def test_a_faulty_outline_is_explained_at_once_and_mended_on_request(at_desk):
    bow_tie = (
        f'<gml:Polygon srsName="EPSG:25833"><gml:exterior>{files.ring(files.BOW_TIE)}</gml:exterior></gml:Polygon>'
    )
    seen = look(at_desk, blank(title="Plan", summary="x"), files.xplan(area=bow_tie))
    assert "331050.0 Ost, 5681050.0 Nord" in seen.text and "5.000,0 m² größer" in seen.text

    assert at_desk.post(f"{DESK}neu/", carried(seen)).status_code == 422
    assert at_desk.post(f"{DESK}neu/", carried(seen, repair="on")).status_code == 302
    assert Consultation.objects.get().area_m2 == pytest.approx(5000)


def two_layers():
    east = [(x + 1000, y) for x, y in files.CORNERS]
    member = (
        '<gml:featureMember xmlns:gml="http://www.opengis.net/gml/3.2"><{0}><g><gml:Polygon srsName="EPSG:25833">'
        "<gml:exterior>{1}</gml:exterior></gml:Polygon></g></{0}></gml:featureMember>"
    )
    inner = member.format("Geltung", files.ring(files.CORNERS)) + member.format("Ausgleich", files.ring(east))
    return f"<sammlung>{inner}</sammlung>".encode()


def test_several_areas_are_asked_and_never_guessed(at_desk):
    seen = look(at_desk, blank(title="Plan", summary="x"), two_layers())
    assert "Welche Fläche ist gemeint?" in seen.text
    assert "Geltung, 2,00\xa0ha" in seen.text and "Ausgleich, 2,00\xa0ha" in seen.text

    unanswered = at_desk.post(f"{DESK}neu/", carried(seen))
    assert unanswered.status_code == 422 and "Bitte wählen Sie, welche Fläche" in unanswered.text
    shown = at_desk.post(f"{DESK}neu/", carried(seen, read="option", option="1"))
    assert "332200.000 5681100.000" in shown.text
    assert at_desk.post(f"{DESK}neu/", carried(shown)).status_code == 302
    assert Consultation.objects.get().area.extent == (332000, 5681000, 332200, 5681100)


def test_none_of_the_areas_may_be_meant(at_desk):
    seen = look(at_desk, texts(), two_layers())
    assert at_desk.post(f"{DESK}neu/", carried(seen, option="none")).status_code == 302
    assert Consultation.objects.get().area.extent == (331000, 5681000, 331200, 5681100)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"hallo", "plan.gml", "beschädigt, zu aufwendig"),
        (b"hallo", "plan.exe", "Diese Dateiart wird nicht gelesen"),
        (files.xplan(version="4/1"), "plan.gml", "Diese Fassung von XPlanGML"),
    ],
)
def test_a_refused_file_keeps_everything_typed(at_desk, monkeypatch, content, name, said):
    monkeypatch.undo()  # the child itself
    refused = look(at_desk, texts(title="Getippt"), content, name)

    assert refused.status_code == 422 and said in refused.text
    assert "Getippt" in refused.text and "331200 5681100" in refused.text and not Consultation.objects.exists()


def test_looking_without_a_file_asks_for_one(at_desk):
    refused = at_desk.post(f"{DESK}neu/", texts(title="Getippt", read="file"))
    assert (
        refused.status_code == 422
        and "Bitte wählen Sie zuerst eine Datei" in refused.text
        and "Getippt" in refused.text
    )


@pytest.mark.parametrize("bent", ["", "x", "{}", "a:b:c"])
def test_a_bent_answer_of_the_file_counts_as_none(at_desk, bent):
    assert at_desk.post(f"{DESK}neu/", texts(found=bent, take=["title"], option="9" * 9)).status_code == 302
    assert Consultation.objects.get().title == "Gartenweg"


def test_a_stored_plan_is_compared_field_by_field(at_desk, make_draft):
    draft = make_draft(plan_type="10001", procedure="1000", legal_status="1000")
    page = f"{DESK}{draft.public_id}/"
    seen = look(at_desk, texts(plan_number="7"), files.xplan(plan=files.ROUNDS), page=page)

    assert re.search(r"„Aufstellungsbeschluss“\s+ersetzen|„Aufstellungsbeschluss“ ersetzen", seen.text)
    assert at_desk.post(page, carried(seen, take=["legal_status", "round-1"])).status_code == 302
    draft.refresh_from_db()
    assert (draft.legal_status, draft.plan_number, draft.area_m2) == ("2400", "7", pytest.approx(files.AREA_M2))
    assert draft.periods.get().kind == "repeat"
