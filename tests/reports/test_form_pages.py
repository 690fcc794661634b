"""The form "Etwas melden" without JavaScript: everything typed is carried along, nothing typed is lost."""

import re
import uuid
from typing import Any

import pytest

from apps.reports.models import Contact, Report
from tests.conftest import at, lonlat

URL = "/meldungen/neu/"


def typed(**changes: Any) -> dict[str, Any]:
    lon, lat = lonlat(at(1000, 1000))
    return {
        "category": "street_light",
        "key": str(uuid.uuid4()),
        "lon": lon,
        "lat": lat,
        "description": "Die Lampe vor der Schule ist dunkel.",
        **changes,
    }


def hidden(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))


@pytest.mark.usefixtures("desks")
def test_the_picker_offers_every_category_of_this_town_only(client: Any, other_town: Any) -> None:
    from tests.reports.conftest import make_desks

    make_desks(other_town).other.__class__.objects.filter(municipality=other_town, code="other").update(name="Fremd")
    html = client.get(URL).content.decode()
    assert "Straßenbeleuchtung" in html and "Fremd" not in html


@pytest.mark.usefixtures("desks")
def test_the_picker_finds_a_category_by_its_keywords(client: Any) -> None:
    html = client.get(URL, {"suche": "laterne"}).content.decode()
    assert "Straßenbeleuchtung" in html and "Wasserrohrbruch" not in html


@pytest.mark.usefixtures("desks")
def test_an_urgent_category_shows_the_numbers_first_and_needs_a_deliberate_step(client: Any) -> None:
    first = client.get(URL, {"kategorie": "water_leak"}).content.decode()
    assert "112" in first and "110" in first and "<textarea" not in first
    second = client.get(URL, {"kategorie": "water_leak", "weiter": "1"}).content.decode()
    assert "<textarea" in second


@pytest.mark.usefixtures("desks")
def test_the_check_screen_says_who_will_get_it_before_anything_is_stored(client: Any) -> None:
    html = client.post(URL, typed(step="check")).content.decode()
    assert "Bauhof" in html and not Report.objects.exists()


@pytest.mark.usefixtures("desks")
def test_sending_leads_to_a_receipt_with_department_reason_and_link(client: Any) -> None:
    checked = hidden(client.post(URL, typed(step="check")).content.decode())
    answer = client.post(URL, {**checked, "step": "send"}, follow=True)
    html = answer.content.decode()
    report = Report.objects.get()
    assert answer.redirect_chain[0][1] == 302 and "/meldungen/quittung/" in answer.redirect_chain[0][0]
    assert report.reference in html and "Bauhof" in html and report.routing_reason in html
    assert "/meldungen/status/" in html
    assert answer["Cache-Control"] == "private, no-store" and answer["Referrer-Policy"] == "same-origin"


@pytest.mark.usefixtures("desks")
def test_no_word_is_lost_on_an_error(client: Any) -> None:
    answer = client.post(URL, typed(step="check", lon="", lat="", about_ref="hotspot/7"))
    html = answer.content.decode()
    assert answer.status_code == 400
    assert "Die Lampe vor der Schule ist dunkel." in html and 'value="hotspot/7"' in html


@pytest.mark.usefixtures("desks")
def test_going_back_to_the_categories_carries_the_text_along(client: Any) -> None:
    html = client.post(URL, typed(step="category")).content.decode()
    assert hidden(html)["description"] == "Die Lampe vor der Schule ist dunkel."
    details = client.post(URL, {**hidden(html), "category": "other", "step": "picked"}).content.decode()
    assert "Die Lampe vor der Schule ist dunkel." in details and "Sonstiges" in details


@pytest.mark.usefixtures("desks")
def test_a_wrong_mail_address_keeps_everything_and_stores_nothing(client: Any) -> None:
    answer = client.post(URL, typed(step="send", email="anna@", name="Anna"))
    assert answer.status_code == 400 and 'value="Anna"' in answer.content.decode()
    assert not Report.objects.exists()


@pytest.mark.usefixtures("desks")
def test_wanting_mails_needs_an_address(client: Any) -> None:
    answer = client.post(URL, typed(step="send", wants_updates="on"))
    assert answer.status_code == 400 and not Contact.objects.exists()


@pytest.mark.usefixtures("desks")
def test_outside_the_town_the_neighbour_is_named_and_the_text_kept(client: Any, other_town: Any) -> None:
    lon, lat = lonlat(at(10_500, 1000))
    answer = client.post(URL, typed(step="check", lon=lon, lat=lat))
    html = answer.content.decode()
    assert answer.status_code == 400 and "Neuland" in html and "Die Lampe vor der Schule" in html


@pytest.mark.usefixtures("desks")
def test_sending_twice_shows_the_same_receipt(client: Any) -> None:
    data = typed(step="send")
    assert client.post(URL, data).url == client.post(URL, data).url
    assert Report.objects.count() == 1


@pytest.mark.usefixtures("desks")
def test_another_text_under_a_used_key_is_asked_about_and_then_a_new_report(client: Any) -> None:
    data = typed(step="send")
    client.post(URL, data)
    asked = client.post(URL, {**data, "description": "Und die daneben auch."}).content.decode()
    assert "schon abgeschickt" in asked and Report.objects.count() == 1
    client.post(URL, {**hidden(asked), "step": "send"})
    assert Report.objects.count() == 2


@pytest.mark.parametrize(
    "bad",
    [
        {"lon": "1e309", "lat": "51"},
        {"lon": "NaN", "lat": "51"},
        {"lon": "51.3", "lat": "12.6"},
        {"description": "a\x00b"},
        {"key": "no-uuid"},
        {"category": "nothing"},
        {"category": "\x00"},
        {"about_ref": "x" * 500},
    ],
)
@pytest.mark.usefixtures("desks")
def test_odd_input_is_never_an_error_of_ours(client: Any, bad: dict[str, str]) -> None:
    assert client.post(URL, typed(step="send", **bad)).status_code in (200, 400)
    assert not Report.objects.exists()


@pytest.mark.usefixtures("desks")
def test_words_of_danger_warn_and_never_refuse(client: Any) -> None:
    data = typed(description="Es riecht nach Gas, jemand ist verletzt. Tel. 0341 1234567")
    html = client.post(URL, {**data, "step": "check"}).content.decode()
    assert "112" in html and "Telefonnummer" in html
    client.post(URL, {**data, "step": "send"})
    assert Report.objects.count() == 1


@pytest.mark.usefixtures("desks")
def test_a_report_about_another_kinds_thing_names_it(client: Any, town: Any) -> None:
    from apps.hotspots.models import Hotspot

    spot = Hotspot.objects.create(municipality=town, name="WLAN am Markt", point=at(1000, 1000), radius_m=50)
    reference = f"hotspots/{spot.public_id}"
    html = client.get(URL, {"kategorie": "other", "bezug": reference}).content.decode()
    assert "WLAN am Markt" in html
    client.post(URL, typed(step="send", about_ref=reference))
    assert Report.objects.get().about_ref == reference


@pytest.mark.usefixtures("desks")
@pytest.mark.parametrize("reference", ["hotspots/000000000000", "nothing/000000000000", "hotspot:7", "../x", "<b>"])
def test_a_reference_that_names_nothing_is_harmless(client: Any, reference: str) -> None:
    answer = client.get(URL, {"kategorie": "other", "bezug": reference})
    assert answer.status_code == 200 and answer.context["about"] is None


def test_a_town_without_a_triage_desk_says_so(client: Any, desks: Any) -> None:
    from apps.departments.models import Department

    # The trigger that keeps the triage desk looks at the end of the transaction; it is put back before.
    Department.objects.filter(pk=desks.triage.pk).update(is_triage=False)
    answer = client.post(URL, typed(step="send", category="other"))
    Department.objects.filter(pk=desks.triage.pk).update(is_triage=True)
    assert answer.status_code == 400 and "Eingangsstelle" in answer.content.decode()
