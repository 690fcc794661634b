"""Where a number is expected: the desk and the public pages bear what is none, and take none for one."""

from typing import Any
from urllib.parse import quote

import pytest
from django.urls import reverse

from apps.geo.untrusted import MAX_KEY, whole_number
from apps.places.models import Municipality

NO_NUMBERS = ["", "²", "\uff17", "٣", "-1", "+5", " 7", "7\n", "1_0", "1e3", "0x1", "1.0", "NaN", "9" * 30, "9" * 5000]
TOO_LARGE = [str(MAX_KEY + 1), "9" * 19]


@pytest.mark.parametrize("text", [None, *NO_NUMBERS, *TOO_LARGE])
def test_what_is_no_whole_number_is_none(text: str | None) -> None:
    assert whole_number(text) is None


def test_whole_numbers_have_bounds() -> None:
    assert [whole_number(text) for text in ("0", "007", "42", str(MAX_KEY))] == [0, 7, 42, MAX_KEY]
    assert [whole_number(text, most=20) for text in ("20", "21")] == [20, None]


GETS = {
    "rule to begin with": lambda plan: reverse("desk_rule_new") + "?vorlage=",
    "category of a rule": lambda plan: reverse("desk_rule_new") + "?kategorie=",
    "page of statements": lambda plan: reverse("statements:desk_list", args=[plan]) + "?seite=",
    "days of the map": lambda plan: "/karte/?days=",
    "zoom of the map": lambda plan: "/karte/daten/reports.json?bbox=12,51,13,52&zoom=",
    "limit of the standard": lambda plan: "/ogc/collections/reports/items?limit=",
    "limit of the interface": lambda plan: "/api/v1/hotspots/nearest/?lon=12.6&lat=51.3&limit=",
}


def test_every_door_bears_it(knocker: Any, world: Any, staff: Any) -> None:
    from apps.consultations.models import Consultation

    knocker.client.force_login(staff)
    plan = Consultation.objects.filter(municipality=world.town).exclude(area=None)[0].public_id
    report, idea = world.visible["reports"], world.visible["ideas"]
    posts = [
        (reverse("reports:desk_unmerge", args=[report]), lambda text: {"merge": text}),
        (reverse("reports:desk_merge", args=[report]), lambda text: {"main": report, "version": text}),
        (reverse("ideas:desk_publish", args=[idea]), lambda text: {"version": text}),
        (reverse("statements:desk_groups", args=[plan]), lambda text: {"dissolve": text}),
        (reverse("statements:desk_groups", args=[plan]), lambda text: {"title": "Lärm", "numbers": f"1, {text}"}),
        (reverse("desk_category", args=[world.desks.street_light.pk]), lambda text: {"action": "up", "version": text}),
        (reverse("desk_rule_new"), lambda text: {"category": text, "area": text, "version": text}),
    ]
    # A page costs more than a number: each door gets a third of what is no number, and every large one.
    for turn, text in enumerate(NO_NUMBERS):
        for name, url in list(GETS.items())[turn % 3 :: 3]:
            knocker.knock("get", url(plan) + quote(text), f"{name} {text[:30]!r}")
        for url, data in posts[turn % 3 :: 3]:
            knocker.knock("post", url, repr(text[:30]), data=data(text))
    for text in (str(MAX_KEY), str(MAX_KEY + 1)):
        for name, url in GETS.items():
            knocker.knock("get", url(plan) + text, f"{name} {text}")
        for url, data in posts:
            knocker.knock("post", url, text, data=data(text))
    assert Municipality.objects.exists()  # the transaction lives: no failure of the database was hidden
