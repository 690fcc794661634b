"""Results reach their senders by the right way, the public without names; the neighbourhood gets letters."""

import datetime as dt
import io

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from apps.geo.editing import ChangeRefused
from apps.outbox.models import Message
from apps.places.models import Address, Parcel
from apps.statements.models import Export, Mailing, ProcedureFile, Result, Statement
from apps.statements.services import exports, neighbours, results, weighing
from apps.statements.services.standing import confirm_address
from tests.conftest import at, box
from tests.statements.conftest import TOO_LATE


@pytest.fixture(autouse=True)
def over(monkeypatch):
    """The period has ended: nothing is told before."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: TOO_LATE)


@pytest.fixture
def decide(emil):
    def make(statement, decision="followed", text="Lärm"):
        values = {"text": text, "decision": decision, "decision_text": "Es kommt Tempo 30."}
        return weighing.add_segment(statement=statement, actor=emil, values=values)

    return make


def test_each_sender_is_told_once_by_the_way_that_is_known(plan, submit, decide):
    mail = submit(name="Anna", email="anna@example.org").statement
    confirm_address(statement=mail)
    unconfirmed = submit(email="berta@example.org").statement
    letter = submit(name="Claus", postal_address="Gartenweg 7").statement
    nobody = submit().statement
    for statement in (mail, unconfirmed, letter, nobody):
        decide(statement)
    Message.objects.all().delete()
    assert sorted(results.tell_results(consultation=plan).items()) == [("letter", 1), ("mail", 1), ("none", 2)]
    assert results.tell_results(consultation=plan).total() == 0
    told = Message.objects.get()
    assert told.recipient == "anna@example.org" and "Es kommt Tempo 30." in told.body


def test_who_is_not_decided_is_not_told(plan, submit, decide):
    half = submit().statement
    decide(half)
    decide(half, decision="open")
    submit()
    assert results.tell_results(consultation=plan).total() == 0


@pytest.mark.parametrize(("persons", "ways"), [(50, {"none"}), (51, {"public"})])
def test_more_than_fifty_with_the_same_words_may_read_the_result(plan, submit, decide, emil, persons, ways):
    for _n in range(persons):
        decide(submit().statement)
    weighing.group_statements(consultation=plan, actor=emil, title="Brief", numbers=list(range(1, persons + 1)))
    assert set(results.tell_results(consultation=plan)) == ways


def test_the_public_result_names_nobody(client, plan, submit, decide):
    statement = submit("Ich, Anna Beispiel, wohne Gartenweg 7.", name="Anna Beispiel").statement
    address = reverse("statements:results", args=[plan.public_id])
    decide(statement, text="Zu viel Lärm")
    assert client.get(address).status_code == 404
    results.publish_results(consultation=plan)
    page = client.get(address).content.decode()
    assert "Zu viel Lärm" in page and "Tempo 30" in page
    assert "Beispiel" not in page and "Gartenweg 7" not in page and statement.reference not in page
    results.hide_results(consultation=plan)
    assert client.get(address).status_code == 404


def test_a_published_result_is_found_from_the_card_and_the_calendar_and_a_hidden_one_is_not(
    client, plan, submit, decide
):
    decide(submit("Zu laut.").statement, text="Zu viel Lärm")
    address = reverse("statements:results", args=[plan.public_id])
    calendar = reverse("consultations:calendar", args=[plan.public_id])

    def found():
        said = client.get(calendar).content.replace(b"\r\n ", b"").decode()
        return f'href="{address}"' in client.get("/beteiligung/").text, f"{address}\r\n" in said

    assert found() == (False, False)
    results.publish_results(consultation=plan)
    assert found() == (True, True)
    results.hide_results(consultation=plan)
    assert found() == (False, False)


def test_nothing_open_is_published(plan, submit, decide):
    with pytest.raises(ChangeRefused):
        results.publish_results(consultation=plan)
    decide(submit().statement, decision="open")
    with pytest.raises(ChangeRefused):
        results.publish_results(consultation=plan)


def test_the_desk_tells_publishes_and_hands_over(client, emil, plan, submit, decide):
    decide(submit(name="Anna").statement)
    client.force_login(emil)
    address = reverse("statements:desk_closing", args=[plan.public_id])
    for wish in ("tell", "publish"):
        client.post(address, {"do": wish})
    assert Result.objects.count() == 1 and ProcedureFile.objects.get().results_published_at
    wrong = {"do": "handover", "on": (timezone.localdate() + dt.timedelta(days=2)).isoformat(), "to": "Landratsamt"}
    assert client.post(address, wrong).status_code == 422
    client.post(address, {**wrong, "on": timezone.localdate().isoformat()})
    assert ProcedureFile.objects.get().handed_over_to == "Landratsamt"
    assert "Übergeben am" in client.get(address).content.decode()


@pytest.fixture
def houses(town):
    """Inside the plan (1000–1200 m), 50 m and 51 m east of it."""
    for number, east in enumerate((1100, 1250, 1251), 1):
        Address.objects.create(
            municipality=town, street="Gartenweg", house_number=str(number), postcode="04821", point=at(east, 1050)
        )


def test_the_neighbourhood_is_whoever_is_touched_by_the_buffer(plan, houses):
    def found(metres):
        return [label.split(",")[0] for label in neighbours.addresses_around(plan, metres)]

    assert found(0) == ["Gartenweg 1"] and found(50) == ["Gartenweg 1", "Gartenweg 2"] and len(found(51)) == 3


def test_a_round_of_letters_is_frozen_and_its_sending_recorded_once(client, emil, plan, houses):
    client.force_login(emil)
    address = reverse("statements:desk_mailings", args=[plan.public_id])
    client.post(address, {"basis": "addresses", "buffer_m": "50", "text": "Wir planen nebenan."})
    mailing = Mailing.objects.get()
    Address.objects.all().delete()
    assert len(mailing.addresses) == 2 and len(mailing.sha256) == 64
    sent = {"sent": mailing.public_id, "on": timezone.localdate().isoformat(), "how": "Bauhof"}
    assert client.post(address, sent).status_code == 302 and client.post(address, sent).status_code == 422
    mailing.refresh_from_db()
    assert mailing.sent_how == "Bauhof"
    sheet = client.get(reverse("statements:desk_mailing_list", args=[plan.public_id, mailing.public_id]))
    assert b"".join(sheet.streaming_content).startswith(b"PK")


@pytest.fixture
def parcels(town, other_town):
    """Inside the plan (1000–1200 m), and strips from 1240 and 1300 m on; one of Neuland lies in the same place."""
    for number, (west, east) in enumerate(((1000, 1200), (1240, 1260), (1300, 1400)), 1):
        ground = box(west, 1000, east, 1100)
        Parcel.objects.create(
            municipality=town, code=f"149901___{number:05}______", cadastral_district="Rasterau", area=ground
        )
    Parcel.objects.create(municipality=other_town, code="149902___00001______", area=box(1000, 1000, 1200, 1100))
    Parcel.objects.filter(code="149901___00002______").update(official_area_m2=1985)


def test_parcels_around_a_plan_come_with_size_and_addresses(plan, houses, parcels, django_assert_num_queries):
    neighbours.parcels_around(plan, 0)  # Django asks once in a process what the metre of the storage CRS is
    with django_assert_num_queries(1) as asked:
        found = neighbours.parcels_around(plan, 40)
    assert "ST_DWithin" in asked.captured_queries[0]["sql"]
    assert found == [
        {
            "code": "149901___00001______",
            "district": "Rasterau",
            "size_m2": 20_000,
            "addresses": [str(Address.objects.get(house_number="1"))],
        },
        {
            "code": "149901___00002______",
            "district": "Rasterau",
            "size_m2": 1985,
            "addresses": [str(address) for address in Address.objects.filter(house_number__in=("2", "3"))],
        },
    ]
    assert len(neighbours.parcels_around(plan, 39)) == 1 and len(neighbours.parcels_around(plan, 100)) == 3


def test_the_search_for_parcels_walks_an_index(plan, parcels):
    rows = Parcel.objects.within(40, plan.area)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        assert "places_parcel_area" in rows.explain()


def test_a_round_by_parcels_is_frozen_with_its_list_and_letters(client, emil, plan, houses, parcels):
    client.force_login(emil)
    address = reverse("statements:desk_mailings", args=[plan.public_id])
    client.post(address, {"basis": "parcels", "buffer_m": "100", "text": "Wir planen nebenan."})
    Parcel.objects.all().delete()
    mailing = Mailing.objects.get()
    assert len(mailing.addresses) == 3 and len(mailing.parcels) == 3
    page = client.get(address).content.decode()
    assert "3 Flurstücke im Umkreis von 100 m" in page and "1.985 m²" in page and mailing.sha256 in page
    sheet = client.get(reverse("statements:desk_mailing_list", args=[plan.public_id, mailing.public_id]))
    rows = list(load_workbook(io.BytesIO(b"".join(sheet.streaming_content))).active.iter_rows(values_only=True))
    assert rows[0][:6] == ("Flurstückskennzeichen", "Gemarkung", "Flur", "Zähler", "Nenner", "Fläche in m²")
    assert rows[2][0] == rows[3][0] == "149901___00002______" and rows[2][3] == 2 and rows[2][5] == 1985
    assert rows[4][0] == "149901___00003______" and not rows[4][7]  # nobody lives there, the land register knows more


def test_where_no_parcel_is_known_the_desk_says_so(client, emil, plan):
    client.force_login(emil)
    address = reverse("statements:desk_mailings", args=[plan.public_id])
    answer = client.post(address, {"basis": "parcels", "buffer_m": "100", "text": "Wir planen."})
    assert answer.status_code == 422 and "kennen wir kein Flurstück" in answer.content.decode()


def test_where_nobody_lives_there_are_no_letters(plan, emil):
    with pytest.raises(ChangeRefused):
        neighbours.make_mailing(consultation=plan, actor=emil, buffer_m=10, text="x")


def test_letters_are_ordered_as_one_pdf(client, emil, plan, houses, submit, decide, settings, tmp_path):
    settings.VAR_DIR = str(tmp_path)
    decide(submit(name="Claus", postal_address="Gartenweg 7\n04821 Brandis").statement)
    results.tell_results(consultation=plan)
    mailing = neighbours.make_mailing(consultation=plan, actor=emil, buffer_m=50, text="Wir planen.")
    client.force_login(emil)
    address = reverse("statements:desk_letters", args=[plan.public_id])
    client.post(address)
    client.post(address, {"mailing": mailing.public_id})
    assert exports.write_due_exports() == 2
    for export in Export.objects.all():
        assert (exports.folder() / export.file_name).read_bytes().startswith(b"%PDF-")
    assert "Ergebnisbriefe" in client.get(reverse("statements:desk_exports", args=[plan.public_id])).content.decode()


def test_a_taken_back_statement_gets_no_result(plan, submit, decide):
    statement = submit().statement
    decide(statement)
    Statement.objects.update(withdrawn_at=statement.received_at)
    assert results.tell_results(consultation=plan).total() == 0
