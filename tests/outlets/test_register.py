"""Nothing unpublished leaks: every address is registered, and no public one shows a canary."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.geo.layers import all_layers
from tests.outlets import register
from tests.outlets.canaries import HIDDEN_EAST, HIDDEN_NORTH, canary, found_in, unpacked
from tests.outlets.world import SEEDERS, hidden_point, make_report


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_every_address_is_registered():
    missing = {
        name: pattern for name, pattern in register.routes().items() if not register.is_registered(name, pattern)
    }
    assert not missing, f"Say in tests/outlets/register.py what kind of door this is: {missing}"


def test_no_entry_of_the_register_is_stale():
    known = set(register.routes())
    assert not (set(register.PUBLIC) | register.TOKEN | register.INTAKE) - known


def test_every_layer_has_its_canaries():
    assert {layer.name for layer in all_layers()} <= set(SEEDERS), (
        "Add a seeder for the new kind in tests/outlets/world.py"
    )


@pytest.mark.parametrize("name", sorted(register.PUBLIC))
def test_a_public_door_shows_no_canary(client, world, name):
    hidden = {public_id for public_ids in world.hidden.values() for public_id in public_ids}
    lon, lat = hidden_point().transform(4326, clone=True).coords
    places = [f"{HIDDEN_EAST:.2f}", f"{HIDDEN_NORTH:.2f}", f"{lon:.5f}", f"{lat:.5f}"]
    for address in register.PUBLIC[name](world):
        response = client.get(address)
        assert response.status_code in {200, 302, 400, 404}, f"{address}: {response.status_code}"
        content = body(response) + response.get("Location", "").encode()
        asked_for = found_in(address.encode())
        assert found_in(content) <= asked_for, address
        for part in unpacked(content):
            text = part.decode("utf-8", "replace")
            assert not any(public_id in text and public_id not in address for public_id in hidden), address
            if name not in {"place_nearest_json", "hotspots:list", "hotspots:nearest", "ogc_items", "reports:list"}:
                assert not any(place in text for place in places), address
        assert not client.cookies.get("sessionid"), address


@pytest.mark.parametrize("name", ["ogc_items", "download", "map_data", "home", "reports:list"])
def test_the_doors_do_show_what_is_public(client, world, name):
    """So that an empty page cannot pass the test above."""
    texts = b"".join(b"".join(unpacked(body(client.get(address)))) for address in register.PUBLIC[name](world))
    assert b"Laterne dunkel" in texts or world.visible["reports"].encode() in texts


def test_a_released_photo_of_a_released_report_is_shown(client, world):
    shown = [a for a in register.PUBLIC["reports:photo"](world) if client.get(a).status_code == 200]
    assert len(shown) == 4 and all(world.visible["reports"] in address for address in shown)


def test_staff_doors_ask_who_is_there(client, world):
    for name, pattern in register.routes().items():
        if not pattern.startswith("intern/"):
            continue
        arguments = {
            "public_id": "0" * 12,
            "feature_id": "0" * 12,
            "document_id": "0" * 12,
            "layer_name": "trees",
            "ending": "csv",
            "drawing": "png",
            "slug": "imprint",
            "action": "status",
            "photo": "0" * 12,
            "attachment": "0" * 12,
            "mailing_id": "0" * 12,
            "export_id": "0" * 12,
            "comment": "0" * 12,
            "step": "0" * 12,
            "idea": "0" * 12,
            "size": "klein",
            "key": "00000000-0000-0000-0000-000000000000",
        }
        wanted = re.findall(r"<(?:\w+:)?(\w+)>", pattern)
        address = reverse(name, kwargs={key: arguments.get(key, 1) for key in wanted})
        response = client.get(address)
        assert response.status_code in {302, 401, 405}, f"{address}: {response.status_code}"
        assert not found_in(body(response))


# What may differ between two equal answers: a nonce, a form's tokens, the time in a generated file.
VOLATILE = re.compile(
    rb'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|value="[0-9a-f-]{36}"|"challenge[^>]*"|data-altcha[^>]*'
    rb'|data-draft="[^"]*"|name="since" value="[^"]*"'
)


def answers(client, world):
    found = {}
    for name, knock in register.PUBLIC.items():
        for address in knock(world):
            if name == "download" and not address.endswith((".csv", ".geojson")):
                continue  # GeoPackage and ZIP carry the time of writing; their ETag is compared below
            response = client.get(address)
            found[address] = (response.status_code, response.get("ETag"), VOLATILE.sub(b"", body(response)))
    for address in register.PUBLIC["download"](world):
        found["etag " + address] = client.get(address).get("ETag")
    return found


@pytest.mark.slow(reason="asks every public address twice")
def test_a_hidden_report_and_an_internal_note_change_no_public_answer(client, world):
    from apps.reports.models import Event, Report

    before = answers(client, world)
    make_report(world, "c" * 32, hidden_point())
    report = Report.objects.get(public_id=world.visible["reports"])
    Event.objects.create(report=report, kind="note", text=canary("late", "note"))
    Report.objects.filter(pk=report.pk).update(description="neu", routing_reason="neu", version=9)
    after = answers(client, world)
    assert {address for address in before if before[address] != after[address]} == set()


def test_another_towns_host_shows_nothing_of_this_town(client, world, other_town):
    for name in ("ogc_items", "map_data", "download", "tile", "reports:list", "hotspots:list", "home"):
        for address in register.PUBLIC[name](world):
            content = b"".join(unpacked(body(client.get(address, headers={"host": "neuland.example"}))))
            assert b"Laterne dunkel" not in content and world.visible["reports"].encode() not in content, address


def test_a_body_outside_reads_no_contact_data_and_no_word_of_the_desk(client, world):
    from apps.reports.handovers.telling import hand_over
    from apps.reports.models import Event, Handover, Report
    from tests.reports.handovers.conftest import link_in

    report = Report.objects.select_related("executor", "municipality").get(public_id=world.visible["reports"])
    Report.objects.filter(pk=report.pk).update(description="Laterne", routing_reason="Kreisstraße")
    report.refresh_from_db()
    report.executor = world.desks.roads
    report.save(update_fields=["executor"])
    handover = hand_over(report, at=timezone.now())
    Event.objects.create(report=report, kind="handover", data={"step": "reminded"}, text=canary("handover", "inside"))
    assert Handover.objects.get() == handover
    page = link_in(handover.message)
    for address in (
        page,
        *(f"{page}{name}/" for name in ("uebernommen", "rueckfrage", "erledigt", "nicht-zustaendig")),
    ):
        response = client.get(address)
        assert response.status_code == 200 and b"Laterne" in body(response)
        assert found_in(body(response)) == set(), address
    assert found_in(handover.message.body.encode() + handover.message.subject.encode()) == set()
