"""What else goes along to another house: a released photo, answers as attributes; and houses that speak XML."""

from typing import Any

import pytest

from apps.departments.models import Category
from apps.open311 import services
from apps.open311.attributes import fitting
from apps.open311.models import Endpoint, RemoteRequest
from apps.open311.reading import parse_answer
from apps.reports.models import ReportPhoto
from apps.reports.services import release
from tests.open311.conftest import as_json

QUESTIONS = [
    {"key": "where", "kind": "choice", "label": "Wo?",
     "options": [{"value": "park", "label": "im Park"}, {"value": "street", "label": "Straße"}]},
    {"key": "mast", "kind": "text", "label": "Nummer?"},
]  # fmt: skip
ATTRIBUTES = [
    {"code": "WHERE", "variable": True, "datatype": "singlevaluelist",
     "values": [{"key": "P1", "name": "Park"}, {"key": "STREET", "name": "Straße"}]},
    {"code": "colour", "variable": True, "datatype": "string"},
]  # fmt: skip


@pytest.fixture
def definition(server: Any) -> Any:
    """The county says what its lamps are asked about."""
    server.misbehave = lambda path, form: (
        as_json(200, {"service_code": "LAMP", "attributes": ATTRIBUTES})
        if path.endswith("services/LAMP.json")
        else None
    )


def photo(report: Any, state: str, position: int = 0) -> ReportPhoto:
    name = f"{report.pk}-{state}-{position}"
    return ReportPhoto.objects.create(
        report=report,
        state=state,
        position=position,
        file=f"{name}.webp",
        thumbnail=f"{name}-t.webp",
        width=1,
        height=1,
        sha256=name.ljust(64),
    )


def test_answers_go_along_as_attributes_and_in_words(
    connected: Any, definition: Any, server: Any, submit: Any, deliver: Any, desks: Any
) -> None:
    Category.objects.filter(pk=desks.street_light.pk).update(questions=QUESTIONS)
    desks.street_light.refresh_from_db()
    submit(answers={"where": "street", "mast": "17"})
    assert deliver() == ["sent"]
    (sent,) = server.posts
    assert sent["attribute[WHERE]"] == "STREET" and "attribute[mast]" not in sent
    assert "Wo? Straße" in sent["description"] and "Nummer? 17" in sent["description"]


def test_a_house_that_defines_nothing_still_gets_the_report(
    connected: Any, server: Any, submit: Any, deliver: Any, desks: Any
) -> None:
    Category.objects.filter(pk=desks.street_light.pk).update(questions=QUESTIONS)
    desks.street_light.refresh_from_db()
    submit(answers={"where": "street"})
    assert deliver() == ["sent"]
    assert not [name for name in server.posts[0] if name.startswith("attribute")]


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"where": "meadow"}, {}),
        ({"where": "park"}, {"attribute[WHERE]": "P1"}),
        ({"where": ["street"]}, {"attribute[WHERE]": "STREET"}),
        ({"colour": "rot"}, {"attribute[colour]": "rot"}),
        ({"unknown": "x", "colour": ""}, {}),
    ],
)
def test_only_what_the_service_offers_is_sent(given: Any, fields: Any) -> None:
    assert fitting(ATTRIBUTES, given) == fields


def test_several_answers_are_a_list() -> None:
    asked = [{"code": "where", "datatype": "multivaluelist", "values": ATTRIBUTES[0]["values"]}]
    assert fitting(asked, {"where": ["street", "Park", "nix"]}) == {"attribute[where][]": ["STREET", "P1"]}


def test_further_photos_are_addresses_below_the_words_and_never_cut(
    connected: Any, server: Any, submit: Any, deliver: Any, dilek: Any, client: Any
) -> None:
    report = submit(description="Die Lampe ist dunkel. " + "x" * 3_900).report
    photos = [photo(report, "released", n) for n in range(3)]
    photo(report, "pending", 3)
    photo(report, "hidden", 4)
    release(report=report, actor=dilek)
    assert deliver() == ["sent"]
    (sent,) = server.posts
    first, *more = [f"/meldungen/{report.public_id}/fotos/{p.public_id}-gross.webp" for p in photos]
    assert sent["media_url"].endswith(first) and first not in sent["description"]
    assert len(sent["description"]) <= 4_000
    assert [line.partition("/meldungen/")[2] for line in sent["description"].splitlines()[-2:]] == [
        path.removeprefix("/meldungen/") for path in more
    ]
    assert sent["description"].count("/fotos/") == 2


def test_a_photo_goes_along_once_everybody_may_see_it(
    connected: Any, server: Any, submit: Any, deliver: Any, dilek: Any, client: Any
) -> None:
    hidden, shown = submit().report, submit().report
    photo(hidden, "released")  # its report is not public
    photo(shown, "pending")
    released = photo(shown, "released")
    release(report=shown, actor=dilek)
    assert deliver() == ["sent", "sent"]
    by_report = {
        report: next(p for p in server.posts if report.reference in p["description"]) for report in (hidden, shown)
    }
    assert "media_url" not in by_report[hidden]
    address = by_report[shown]["media_url"]
    assert f"/meldungen/{shown.public_id}/fotos/{released.public_id}-gross.webp" in address


def xml(status: int, inside: str) -> tuple[int, str, bytes]:
    return status, "text/xml", f'<?xml version="1.0" encoding="utf-8"?>{inside}'.encode()


def test_a_house_that_speaks_xml_is_told_and_asked(connected: Any, server: Any, submit: Any, deliver: Any) -> None:
    Endpoint.objects.update(answers_in="xml")
    told = "<service_requests><request><service_request_id>X-9</service_request_id></request></service_requests>"
    server.misbehave = lambda path, form: xml(201, told) if path.endswith("requests.xml") else None
    submit()
    assert deliver() == ["sent"]
    assert RemoteRequest.objects.get().service_request_id == "X-9"


def test_a_refusal_in_xml_is_given_with_its_reason(connected: Any, server: Any, submit: Any, deliver: Any) -> None:
    said = "<errors><error><code>403</code><description>Invalid api_key</description></error></errors>"
    server.misbehave = lambda path, form: xml(403, said)
    submit()
    assert deliver() == ["failed"]
    assert "HTTP 403: Invalid api_key" in Endpoint.objects.get().last_error


def test_a_definition_in_xml_holds_its_lists() -> None:
    body = xml(
        200,
        "<service_definition><service_code>L</service_code><attributes><attribute><code>W</code>"
        "<values><value><key>a</key><name>A</name></value></values></attribute></attributes></service_definition>",
    )[2]
    asked = {"code": "W", "values": [{"key": "a", "name": "A"}]}
    assert parse_answer(body) == {"service_code": "L", "attributes": [asked]}


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><services><service><service_code>&a;</service_code></service></services>',
        b'<!DOCTYPE x SYSTEM "http://outside.example/x.dtd"><services/>',
        b"<services>" + b"<a>" * 50 + b"</a>" * 50 + b"</services>",
        b"<services>" + b"<service/>" * 50_000 + b"</services>",
        b"<services>" + b" " * 1_000_000 + b"</services>",
        b"<services><service></services>",
        b"<html><body>Wartung</body></html>",
        b"<",
    ],
)
def test_xml_that_is_none_of_ours_is_not_read(body: bytes) -> None:
    assert parse_answer(body) is None


def test_the_format_is_kept_with_the_connection(connected: Any, server: Any, desks: Any) -> None:
    saved = services.save_connection(
        department=desks.roads, remind_after_days=5, escalate_after_days=10, url=server.url, jurisdiction_id="",
        api_key="", forget_key=False, is_active=True, codes={desks.street_light: "LAMP"}, answers_in="xml",
    )  # fmt: skip
    assert saved is not None and saved.answers_in == "xml"


def test_nesting_that_a_cdata_section_hides_is_cut_off() -> None:
    body = b"<services>" + b"<a><![CDATA[</a>]]>" * 3_000 + b"</a>" * 3_000 + b"</services>"
    assert isinstance(parse_answer(body), list | None)
