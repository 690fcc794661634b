"""Emil prepares a consultation at his desk."""

import datetime as dt

import pytest
from django.utils import timezone

from apps.consultations import services
from apps.consultations.models import Consultation
from apps.geo.drawn_text import as_coordinates
from tests.conftest import box
from tests.consultations.conftest import pdf

DESK = "/intern/beteiligung/"
SHAPE = "331000 5681000\n331200 5681000\n331200 5681100\n331000 5681100"


@pytest.fixture
def at_desk(client, emil):
    client.force_login(emil)
    return client


def texts(**more):
    return {
        "title": "Gartenweg",
        "plan_number": "7",
        "plan_type": "10001",
        "procedure": "1000",
        "legal_status": "1000",
        "summary": "Zwanzig Häuser.",
        "version": 1,
        "shape": SHAPE,
        **more,
    }


def test_emil_saves_a_draft_with_its_area(at_desk):
    response = at_desk.post(f"{DESK}neu/", texts())

    draft = Consultation.objects.get()
    assert response.status_code == 302
    assert (draft.state, draft.area_m2) == ("draft", 20_000)
    assert "Gespeichert: 2,00\xa0ha" in at_desk.get(response["Location"]).text


def test_a_draft_may_be_saved_without_an_area(at_desk):
    assert at_desk.post(f"{DESK}neu/", texts(shape="")).status_code == 302
    assert Consultation.objects.get().area is None


def test_an_invalid_area_is_explained_and_nothing_typed_is_lost(at_desk):
    shape = "331000 5681000\n331100 5681100\n331100 5681000\n331000 5681100"
    response = at_desk.post(f"{DESK}neu/", texts(shape=shape))

    assert response.status_code == 422
    assert "331050.0 Ost, 5681050.0 Nord" in response.text
    assert "Reparieren: Die Fläche wird um 5.000,0 m² größer" in response.text
    assert "331100 5681100" in response.text and "Zwanzig Häuser." in response.text
    assert not Consultation.objects.exists()

    assert at_desk.post(f"{DESK}neu/", texts(shape=shape, repair="on")).status_code == 302
    assert Consultation.objects.get().area_m2 == pytest.approx(5000)


@pytest.mark.parametrize("name", ["title", "summary"])
def test_a_missing_text_keeps_the_drawing(at_desk, name):
    response = at_desk.post(f"{DESK}neu/", texts(**{name: ""}))

    assert response.status_code == 422 and "331200 5681100" in response.text


@pytest.mark.parametrize("bad", [{"plan_type": "1"}, {"title": "a\x00"}, {"version": "x"}])
def test_bad_input_is_refused_and_never_a_fault(at_desk, bad):
    assert at_desk.post(f"{DESK}neu/", texts(**bad)).status_code == 422


def test_a_late_edit_is_refused_and_shows_the_new_state(at_desk, make_draft):
    draft = make_draft(area=box(1000, 1000, 1200, 1100))
    page = f"{DESK}{draft.public_id}/"
    assert at_desk.post(page, texts(title="Erste")).status_code == 302
    late = at_desk.post(page, texts(title="Zweite", shape=as_coordinates(box(0, 0, 10, 10))))

    assert late.status_code == 422
    assert "Inzwischen gespeichert ist: Erste" in late.text and "Zweite" in late.text
    assert "eine andere Fläche: 2,00\xa0ha" in late.text
    again = at_desk.post(page, texts(title="Zweite", version=late.context["form"]["version"].value()))
    assert again.status_code == 302


def test_the_drawing_is_measured_by_the_server(at_desk, town):
    answer = at_desk.post(f"{DESK}flaeche.json", {"shape": SHAPE}).json()

    assert (answer["ok"], answer["words"], answer["area_m2"]) == (True, "2,00\xa0ha", 20_000)
    assert at_desk.post(f"{DESK}flaeche.json", {"shape": "hallo"}).status_code == 400
    assert at_desk.get(f"{DESK}flaeche.json").status_code == 405


def period_rows(*rows, version):
    data = {"p-TOTAL_FORMS": len(rows), "p-INITIAL_FORMS": 0, "version": version}
    for number, (kind, first, last) in enumerate(rows):
        data |= {f"p-{number}-kind": kind, f"p-{number}-starts_on": first, f"p-{number}-ends_on": last}
    return data


def test_periods_are_entered_and_taken_away(at_desk, make_draft):
    draft = make_draft()
    page = f"{DESK}{draft.public_id}/fristen/"
    rows = [("early_public", "2026-11-23", "2026-12-22"), ("", "", "")]

    assert at_desk.post(page, period_rows(*rows, version=1)).status_code == 302
    assert draft.periods.get().ends_at == timezone.make_aware(dt.datetime(2026, 12, 23))
    assert "2026-12-22" in at_desk.get(page).text
    assert at_desk.post(page, period_rows(("", "", ""), version=1)).status_code == 422
    assert at_desk.post(page, period_rows(("", "", ""), version=2)).status_code == 302
    assert not draft.periods.exists()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("publication", "2026-12-22", "2026-11-23"), "Der letzte Tag liegt vor dem ersten."),
        (("publication", "2026-12-22", ""), "Bitte ergänzen Sie diese Angabe"),
        (("", "2026-12-22", "2026-12-23"), "Bitte ergänzen Sie diese Angabe"),
        (("publication", "0001-01-01", "2026-12-23"), "Bitte prüfen Sie das Jahr."),
        (("publication", "31.13.2026", "2026-12-23"), "2026-12-23"),
    ],
)
def test_a_period_that_makes_no_sense_is_told_at_its_row(at_desk, make_draft, row, said):
    draft = make_draft()
    response = at_desk.post(f"{DESK}{draft.public_id}/fristen/", period_rows(row, version=1))

    assert response.status_code == 422 and said in response.text
    assert not draft.periods.exists()


@pytest.mark.parametrize("change", [{"p-TOTAL_FORMS": "x"}, {"p-TOTAL_FORMS": "5000"}, {"version": "x"}])
def test_a_bent_form_of_periods_is_refused(at_desk, make_draft, change):
    rows = period_rows(("publication", "2026-11-23", "2026-12-22"), version=1)
    response = at_desk.post(f"{DESK}{make_draft().public_id}/fristen/", {**rows, **change})

    assert response.status_code == 422


def test_documents_are_added_changed_and_replaced(at_desk, make_draft):
    draft = make_draft()
    page = f"{DESK}{draft.public_id}/unterlagen/"
    upload = {"title": "Entwurf", "kind": "draft", "is_published": "on"}

    refused = at_desk.post(page, {**upload, "file": pdf(content=b"<html>")})
    assert refused.status_code == 422 and "keine vollständige PDF-Datei" in refused.text
    assert at_desk.post(page, {**upload, "file": pdf()}).status_code == 302
    first = draft.documents.get()
    change = {"title": "Entwurf 2", "kind": "draft", "position": 3, "file": pdf(content=b"%PDF-1.7\n%%EOF")}
    assert at_desk.post(f"{page}{first.public_id}/", change).status_code == 302
    newest = draft.documents.current().get()
    assert (newest.title, newest.version, newest.is_published, newest.position) == ("Entwurf 2", 2, False, 3)
    assert at_desk.get(f"{page}{first.public_id}.pdf").status_code == 200
    assert at_desk.get(f"{page}{first.public_id}/").status_code == 404
    assert "ersetzt" in at_desk.get(page).text


def test_the_preview_shows_what_the_public_page_will_show(at_desk, make_draft, publish):
    draft = make_draft(description="## Ziele\n\nWohnen.")
    services.set_periods(
        consultation=draft,
        actor=None,
        version=1,
        periods=[services.PeriodValues("early_public", timezone.localdate(), timezone.localdate())],
        at=timezone.now(),
    )
    preview = at_desk.get(f"{DESK}{draft.public_id}/vorschau/").text
    assert "Vorschau" in preview and "<h3>Ziele</h3>" in preview

    draft.refresh_from_db()
    services.publish_consultation(consultation=draft, actor=None, version=draft.version, at=timezone.now())
    public = at_desk.get(f"/beteiligung/{draft.public_id}/").text
    main = public[public.index("<h1>") : public.index("</article>")]
    for block in ("Zwanzig Häuser am Gartenweg.", "<h3>Ziele</h3>", "Im Rathaus, stufenlos."):
        assert block in preview and block in main


def test_publishing_shows_what_is_missing_and_then_what_will_be_public(at_desk, make_draft):
    draft = make_draft(contact="")
    page = f"{DESK}{draft.public_id}/veroeffentlichen/"
    assert "Es fehlt die Ansprechstelle." in at_desk.get(page).text
    assert at_desk.post(page, {"version": 1}).status_code == 422
    services.change_consultation(consultation=draft, actor=None, version=1, values={"contact": "Bau"})
    today = timezone.localdate()
    services.set_periods(
        consultation=draft,
        actor=None,
        version=2,
        periods=[services.PeriodValues("early_public", today, today)],
        at=timezone.now(),
    )
    ready = at_desk.get(page)
    assert "Jetzt veröffentlichen" in ready.text and "2,00\xa0ha in Weststadt." in ready.text
    assert at_desk.post(page, {"version": 1}).status_code == 422
    assert at_desk.post(page, {"version": 3}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "open"

    withdraw = f"{DESK}{draft.public_id}/zurueckziehen/"
    assert at_desk.post(withdraw, {"version": draft.version, "reason": ""}).status_code == 422
    assert at_desk.post(withdraw, {"version": draft.version, "reason": "Falscher Plan"}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "withdrawn" and "Falscher Plan" in draft.internal_note


def test_the_desk_takes_the_same_few_queries_for_any_length(at_desk, make_draft, django_assert_max_num_queries):
    for number in range(8):
        make_draft(title=f"Plan {number}")
    with django_assert_max_num_queries(9):
        at_desk.get(DESK)


@pytest.mark.parametrize("rest", ["", "fristen/", "unterlagen/", "vorschau/", "veroeffentlichen/", "zurueckziehen/"])
def test_only_planners_of_the_town_are_let_in(client, make_draft, bernd, make_user, other_town, rest):
    page = f"{DESK}{make_draft().public_id}/{rest}"

    assert client.get(page).status_code == 302
    client.force_login(bernd)
    assert client.get(page).status_code == 404
    client.force_login(make_user("Gerd", "planner", municipality=other_town))
    assert client.get(page).status_code == 404
    assert client.get(page, headers={"host": "neuland.example"}).status_code == 404
