"""The period guard at Emil's desk: calculation, notice, second person, portal, proof."""

import datetime as dt
import io
import json
import zipfile

import pytest
from django.utils import timezone

from apps.consultations import services
from apps.consultations.models import PublicationOverride, PublicNotice
from apps.consultations.periods.calculator import calculate, rolled
from apps.consultations.publication.verifying import problems_of
from tests.consultations.conftest import pdf

DESK = "/intern/beteiligung/"


@pytest.fixture
def at_desk(client, emil):
    client.force_login(emil)
    return client


def row(version=1, **values):
    return {
        "p-TOTAL_FORMS": 1,
        "p-INITIAL_FORMS": 0,
        "version": version,
        **{f"p-0-{name}": value for name, value in values.items()},
    }


def page(consultation, rest):
    return f"{DESK}{consultation.public_id}/{rest}"


@pytest.fixture
def planned(make_draft, emil, town):
    """A regular round that begins in a week; only notice and documents are missing."""
    draft, today = make_draft(), timezone.localdate()
    first = today + dt.timedelta(days=7)
    end = calculate(kind="publication", starts_on=first, town_key=town.key).ends_on
    values = services.PeriodValues("publication", first, end, notice_on=today)
    return services.set_periods(consultation=draft, actor=emil, version=1, periods=[values], at=timezone.now())


def test_the_button_fills_the_end_stores_nothing_and_keeps_what_was_typed(at_desk, make_draft):
    draft = make_draft()
    typed = row(kind="publication", starts_on="2026-10-01", reason="Ferien", notice_on="2026-09-25", calculate="1")
    typed |= {"p-0-authorities_starts_on": "2026-10-19", "calculate": "1"}
    response = at_desk.post(page(draft, "fristen/"), typed)

    assert response.status_code == 200 and not draft.periods.exists()
    for words in ("2026-11-02", "2026-11-19", "Ferien", "2026-09-25", "Reformationstag", "§ 193 BGB"):
        assert words in response.text


@pytest.mark.parametrize(
    "typed",
    [
        {"starts_on": "2026-10-01"},
        {"kind": "publication", "starts_on": "9999-12-31"},
        {"kind": "publication", "starts_on": "0001-01-01"},
        {"kind": "repeat", "starts_on": "quatsch", "ends_on": "2026-12-01"},
        {"kind": "publication", "starts_on": "2026-10-05", "authorities_starts_on": "9999-12-31"},
    ],
)
def test_nonsense_is_no_fault_when_it_is_calculated(at_desk, make_draft, typed):
    draft = make_draft()
    response = at_desk.post(page(draft, "fristen/"), row(**typed) | {"calculate": "1"})

    assert response.status_code == 422 and not draft.periods.exists()


def test_a_bent_form_is_no_fault_when_it_is_calculated(at_desk, make_draft):
    assert at_desk.post(page(make_draft(), "fristen/"), {"p-TOTAL_FORMS": "x", "calculate": "1"}).status_code == 422


def test_all_facts_of_a_round_are_stored_and_shown_again(at_desk, make_draft):
    draft = make_draft()
    typed = row(
        kind="repeat",
        starts_on="2026-11-23",
        ends_on="2026-12-08",
        notice_on="2026-11-20",
        reason="Nur eine Baugrenze ist verschoben.",
        changes_only="on",
        authorities_starts_on="2026-11-23",
        authorities_ends_on="2026-12-08",
    )
    assert at_desk.post(page(draft, "fristen/"), typed).status_code == 302

    text = at_desk.get(page(draft, "fristen/")).text
    period = draft.periods.get()
    assert (period.changes_only, period.authorities_ends_on, period.is_published) == (True, dt.date(2026, 12, 8), False)
    assert "Nur eine Baugrenze" in text and "verkürzt: letzter Tag Dienstag, 08.12.2026" in text


def test_the_notice_is_proposed_checked_compared_and_stored(at_desk, planned):
    address = page(planned, "bekanntmachung/")
    text = at_desk.get(address).context["form"]["text"].value()
    assert "welche Arten umweltbezogener Informationen" in at_desk.get(address).text
    typed = {"version": planned.version, "environmental_information": "Boden", "text": text + "\n\nEin Satz mehr."}

    compared = at_desk.post(address, typed | {"compare": "1"})
    assert compared.status_code == 200 and "Ein Satz mehr." in compared.text and "<ins>" in compared.text
    assert not PublicNotice.objects.exists()
    fresh = at_desk.post(address, typed | {"template": "1"}).context["form"]["text"].value()
    assert "verfügbar: Boden" in fresh and "Ein Satz mehr." not in fresh
    assert at_desk.post(address, typed | {"text": ""}).status_code == 422
    assert at_desk.post(address, typed | {"text": fresh}).status_code == 302
    assert at_desk.post(address, typed).status_code == 422  # made from an older version
    assert PublicNotice.objects.get().text.replace("\r\n", "\n") == fresh.replace("\r\n", "\n")
    assert "Alle Angaben und Hinweise stehen im Text." in at_desk.get(address).text


def test_without_a_formal_round_there_is_no_notice_to_write(at_desk, make_draft):
    assert "Noch keine förmliche Frist" in at_desk.get(page(make_draft(), "bekanntmachung/")).text


def test_a_second_person_decides_on_the_page(at_desk, client, planned, make_user):
    ask = {"version": planned.version, "reason": "Alles liegt bei, nur anders benannt."}
    assert at_desk.post(page(planned, "freigabe/"), {"version": planned.version}).status_code == 422
    assert at_desk.post(page(planned, "freigabe/"), ask).status_code == 302
    own = at_desk.get(page(planned, "veroeffentlichen/")).text
    assert "entscheiden muss eine zweite Person" in own and "Nicht freigeben" not in own
    refused = at_desk.post(page(planned, "freigabe/entscheidung/"), {"decision": "grant"})
    assert refused.status_code == 422 and PublicationOverride.objects.get().is_granted is None

    client.force_login(make_user("Gerda", "administrator"))
    assert "Alles liegt bei, nur anders benannt." in client.get(page(planned, "veroeffentlichen/")).text
    decision = {"decision": "grant", "note": "Gesehen."}
    assert client.post(page(planned, "freigabe/entscheidung/"), decision).status_code == 302
    text = client.get(page(planned, "veroeffentlichen/")).text
    assert "Jetzt veröffentlichen" in text and "Freigegeben:" in text and "Gesehen." in text
    assert client.post(page(planned, "freigabe/entscheidung/"), decision).status_code == 404
    assert client.post(page(planned, "veroeffentlichen/"), {"version": planned.version}).status_code == 302
    planned.refresh_from_db()
    assert planned.state == "announced"


def test_the_entry_in_the_portal_is_noted_and_linked(at_desk, client, planned, emil):
    address = page(planned, "landesportal/")
    entry = {"version": planned.version, "kind": "publication", "entered_on": "2026-11-20"}
    for bad in ("javascript:alert(1)", "http://unsicher.example/", ""):
        assert at_desk.post(address, entry | {"url": bad}).status_code == 422
    link = "https://buergerbeteiligung.sachsen.de/portal/bplan/beteiligung/themen/1"
    assert at_desk.post(address, entry | {"url": link}).status_code == 302
    assert link in at_desk.get(address).text and "vermerkt von Emil" in at_desk.get(address).text
    package = at_desk.get(page(planned, "landesportal/paket.zip"))
    assert "metadaten.json" in zipfile.ZipFile(io.BytesIO(b"".join(package.streaming_content))).namelist()

    planned.refresh_from_db()
    services.publish_consultation(
        consultation=planned, actor=emil, version=planned.version, at=timezone.now(), checks=()
    )
    assert link in client.get(f"/beteiligung/{planned.public_id}/").text


def test_the_proof_is_shown_and_handed_out(at_desk, make_draft, publish):
    today = timezone.localdate()
    draft = make_draft()
    assert "Noch kein Nachweis" in at_desk.get(page(draft, "nachweis/")).text
    running = publish(draft, (today, rolled(today + dt.timedelta(days=40), "14")), at=timezone.now())
    services.add_document(consultation=running, actor=None, upload=pdf(), title="Lärmgutachten", kind="other")

    text = at_desk.get(page(running, "nachweis/")).text
    assert "Lärmgutachten" in text and "nicht belegt" in text
    answer = at_desk.get(page(running, "nachweis/nachweis.json"))
    assert problems_of(json.loads(answer.content), []) == [] and "attachment" in answer["Content-Disposition"]
    paper = at_desk.get(page(running, "nachweis/nachweis.pdf"))
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF-")
