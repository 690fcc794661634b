"""Bernd's neighbour follows a report without leaving an address: a feed of what everybody may read."""

from xml.etree import ElementTree

import pytest
from django.urls import reverse

from apps.reports import services
from apps.reports.models import Event, Report

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def released(submit, dilek):
    report = submit(description="Die Lampe ist dunkel.").report
    Report.objects.filter(pk=report.pk).update(address="Lindenweg 4 & 5")
    return services.release(report=report, actor=dilek)


def address(report):
    return reverse("reports:feed", args=[report.public_id])


def titles(answer):
    return [entry.findtext(f"{ATOM}title") for entry in ElementTree.fromstring(answer.content).iter(f"{ATOM}entry")]


def test_the_feed_holds_the_public_lines_newest_first(client, released, dilek):
    services.change_status(report=released, actor=dilek, status="in_progress", note="Wir <kommen>.")
    Event.objects.create(report=released, kind="note", text="Nur für uns")
    answer = client.get(address(released))
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    assert feed.findtext(f"{ATOM}title") == "Straßenbeleuchtung, Lindenweg 4 & 5"
    assert titles(answer) == ["In Bearbeitung", "Meldung eingegangen"]
    assert "Wir &lt;kommen&gt;." in answer.content.decode() and "Nur für uns" not in answer.content.decode()
    assert "sessionid" not in answer.cookies and not answer.cookies


def test_a_reader_that_asks_again_is_told_that_nothing_is_new(client, released, dilek):
    etag = client.get(address(released))["ETag"]
    assert client.get(address(released), headers={"if-none-match": etag}).status_code == 304
    services.set_public_answer(report=released, actor=dilek, text="Morgen.")
    assert client.get(address(released), headers={"if-none-match": etag}).status_code == 200


def test_a_hidden_report_has_no_feed(client, released, submit, dilek):
    services.hide(report=released, actor=dilek)
    assert client.get(address(released)).status_code == 404
    assert client.get(address(submit().report)).status_code == 404


def test_the_page_and_the_page_for_following_name_the_feed(client, released):
    for name in ("detail", "follow"):
        page = client.get(reverse(f"reports:{name}", args=[released.public_id])).content.decode()
        assert address(released) in page, name
