"""Dilek corrects what everybody reads; Anna's own words stay as they were."""

import pytest
from django.urls import reverse

from apps.geo.editing import ChangeRefused
from apps.reports import services
from apps.reports.corrections import Piece, count_words, word_changes
from apps.reports.models import Event

WRITTEN = "Die Lampe vor Herrn Meier ist dunckel."
CORRECTED = "Die Lampe vor dem Haus ist dunkel."


def join(pieces, *kinds):
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


@pytest.mark.parametrize(
    ("before", "after"),
    [(WRITTEN, CORRECTED), ("", "neu"), ("alt", ""), ("a b a b", "b a b a"), ("gleich", "gleich"), ("\n x", "x\n")],
)
def test_the_pieces_hold_both_texts_whole(before, after):
    pieces = word_changes(before, after)
    assert join(pieces, "kept", "removed") == before and join(pieces, "kept", "added") == after


def test_a_changed_word_is_named_and_its_neighbours_are_not():
    assert word_changes("ist dunckel.", "ist dunkel.") == [
        Piece("kept", "ist "),
        Piece("removed", "dunckel"),
        Piece("added", "dunkel"),
        Piece("kept", "."),
    ]


def test_long_hostile_text_is_compared_as_a_whole():
    before, after = "x" + " a b" * 900, "y" + " b a" * 900 + " z"
    pieces = word_changes(before, after)
    assert join(pieces, "kept", "removed") == before and join(pieces, "kept", "added") == after and len(pieces) < 5


def test_the_original_stays_and_everybody_reads_the_corrected_text(client, submit, dilek):
    report = submit(description=WRITTEN).report
    services.release(report=report, actor=dilek, public_text=CORRECTED, reason="Name")
    report.refresh_from_db()
    assert (report.description, report.public_text) == (WRITTEN, CORRECTED)
    page = client.get(reverse("reports:detail", args=[report.public_id])).content.decode()
    assert CORRECTED in page and "Meier" not in page and "Die Stadt hat diesen Text bearbeitet" in page


def test_dilek_sees_what_was_changed_and_why(client, submit, dilek):
    report = submit(description=WRITTEN).report
    services.release(report=report, actor=dilek, public_text=CORRECTED, reason="Name genannt")
    client.force_login(dilek)
    page = client.get(reverse("reports:work", args=[report.public_id])).content.decode()
    assert WRITTEN in page and "herausgenommen:" in page and "Meier" in page
    assert "Wörter herausgenommen 3, eingefügt 3." in page and "Grund: Name genannt" in page


def test_a_second_correction_is_a_line_of_its_own_and_keeps_the_first_original(client, submit, dilek):
    report = submit(description=WRITTEN).report
    services.release(report=report, actor=dilek)
    services.release(report=report, actor=dilek, public_text=CORRECTED)
    report.refresh_from_db()
    assert report.description == WRITTEN and report.public_text == CORRECTED
    client.force_login(dilek)
    page = client.get(reverse("reports:work", args=[report.public_id])).content.decode()
    assert "Veröffentlichten Text berichtigt" in page
    lines = Event.objects.filter(report=report, kind="released", is_public=False).order_by("pk")
    assert [line.data["again"] for line in lines] == [False, True]


def test_a_public_text_is_not_corrected_into_itself(submit, dilek):
    report = submit(description=WRITTEN).report
    services.release(report=report, actor=dilek, public_text=CORRECTED)
    with pytest.raises(ChangeRefused, match="Genau dieser Text"):
        services.release(report=report, actor=dilek, public_text=CORRECTED)
    assert Event.objects.filter(report=report, kind="released").count() == 1


def test_an_untouched_text_says_nothing_of_corrections(client, submit, dilek):
    report = submit(description=WRITTEN).report
    services.release(report=report, actor=dilek)
    assert (
        "bearbeitet, zum Beispiel"
        not in client.get(reverse("reports:detail", args=[report.public_id])).content.decode()
    )
    assert count_words(word_changes(WRITTEN, WRITTEN)) == {"removed": 0, "added": 0}
