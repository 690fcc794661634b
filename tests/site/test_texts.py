"""Texts in Markdown, and the barrier form."""

import uuid
from html.parser import HTMLParser

import pytest

from apps.geo.markdown import render_markdown
from apps.outbox.models import Message
from geo_platform.checks import faults_of_towns
from geo_platform.models import LegalText
from geo_platform.services import save_text
from geo_platform.texts import missing_texts, parse_text, placeholders

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[klick](javascript:alert(1))",
    "[klick](data:text/html;base64,PHNjcmlwdD4=)",
    "![bild](https://fremd.example/zaehler.png)",
    '<a href="https://x.example" style="position:fixed">x</a>',
]


class Elements(HTMLParser):
    """Collects what a browser would see as elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_can_carry_neither_code_nor_pictures_nor_styles(text):
    for tag, attributes in Elements(render_markdown(text)).found:
        assert tag in {"p", "a"}
        assert set(attributes) <= {"href", "rel"}
        assert (attributes.get("href") or "https:").startswith("https:")


def test_headings_start_below_the_pages_own():
    assert "<h1>" not in render_markdown("# Oben\n\nText")
    assert "<h2>Oben</h2>" in render_markdown("# Oben\n\nText")


def test_a_table_scrolls_within_a_frame_that_the_keyboard_reaches():
    html = render_markdown("| A | B |\n|---|---|\n| 1 | 2 |")
    assert '<div class="table-frame" tabindex="0"' in html


def test_a_file_is_a_heading_and_a_text():
    assert parse_text("# Impressum\n\nWir.\n") == parse_text("# Impressum\r\n\r\nWir.")
    for broken in ("Impressum\n\nWir.", "# Impressum\n\n", ""):
        with pytest.raises(ValueError, match="Überschrift"):
            parse_text(broken)


def test_places_to_fill_in_are_counted_and_links_are_not():
    assert placeholders("[Name der Stadt] und [hier](https://x.example)") == ["[Name der Stadt]"]


def test_saving_the_same_text_again_writes_nothing(town):
    first, outcome = save_text(municipality=town, slug="imprint", title="A", body="B")
    assert outcome == "created"
    again, outcome = save_text(municipality=town, slug="imprint", title="A", body="B")
    assert outcome == "same" and again.changed_at == first.changed_at


def test_every_version_of_a_text_is_kept(town):
    text, _ = save_text(municipality=town, slug="imprint", title="A", body="alt")
    save_text(municipality=town, slug="imprint", title="A", body="neu")
    assert list(text.events.order_by("pgh_id").values_list("body", flat=True)) == ["alt", "neu"]


def test_production_misses_four_texts_and_no_more(town, other_town):
    assert missing_texts(town) == ["imprint", "privacy", "accessibility", "licences"]
    for slug in missing_texts(town):
        save_text(municipality=town, slug=slug, title="T", body="B")
    assert missing_texts(town) == []
    assert [fault for fault in faults_of_towns() if town.key in fault] == []
    assert [fault for fault in faults_of_towns() if other_town.key in fault] != []


def test_a_production_server_does_not_start_without_them(town, settings):
    from django.core.exceptions import ImproperlyConfigured

    from geo_platform.checks import check_towns, refuse_incomplete_towns

    refuse_incomplete_towns()  # development: no refusal
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured, match="imprint, privacy, accessibility, licences"):
        refuse_incomplete_towns()
    assert [message.id for message in check_towns()] == ["geo_platform.E001"]


def test_a_production_server_does_not_serve_a_demonstration(town, settings):
    from geo_platform.checks import refuse_incomplete_towns

    for slug in missing_texts(town):
        save_text(municipality=town, slug=slug, title="T", body="B")
    settings.PRODUCTION = True
    refuse_incomplete_towns()
    town.is_demo = True
    town.save()
    with pytest.raises(Exception, match="Demonstration"):
        refuse_incomplete_towns()


def _barrier(client, **values):
    data = {"text": "Der Knopf hat keinen Namen.", "page": "/", "reply_to": "", "key": str(uuid.uuid4())}
    return client.post("/barriere-melden/", data | values)


def test_a_barrier_is_mailed_to_the_towns_administrators(client, town, make_user):
    make_user("Gerd", "administrator")
    answer = _barrier(client, reply_to="anna@example.org")
    assert answer.status_code == 302 and answer["Location"] == "/barriere-melden/danke/"
    message = Message.objects.get()
    assert message.recipient == "gerd@rasterstadt.example"
    assert "anna@example.org" in message.body and "Der Knopf hat keinen Namen." in message.body


def test_the_same_form_sent_twice_is_one_mail(client, town, make_user):
    make_user("Gerd", "administrator")
    key = str(uuid.uuid4())
    for _ in range(2):
        assert _barrier(client, key=key).status_code == 302
    assert Message.objects.count() == 1


def test_what_only_a_machine_fills_in_sends_nothing(client, town, make_user):
    make_user("Gerd", "administrator")
    answer = _barrier(client, website="https://spam.example")
    assert answer.status_code == 422 and "unsichtbare Feld" in answer.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "values",
    [{"text": ""}, {"text": "a\x00b"}, {"text": "x" * 5000}, {"reply_to": "kein"}, {"key": "kein"}, {"key": ""}],
)
def test_a_wrong_barrier_form_comes_back_with_what_was_typed(client, town, values):
    answer = _barrier(client, **{"page": "Seite Eins"} | values)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Bitte prüfen Sie Ihre Angaben" in page and 'value="Seite Eins"' in page
    assert not Message.objects.exists()


def test_an_error_is_tied_to_its_field(client, town):
    page = _barrier(client, text="").content.decode()
    assert 'href="#id_text"' in page
    assert 'aria-describedby="id_text_helptext id_text_error"' in page
    assert 'id="id_text_error"' in page and 'aria-invalid="true"' in page


def test_texts_may_not_be_empty_whoever_writes(town):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        LegalText.objects.create(municipality=town, slug="imprint", title="A", body="")
