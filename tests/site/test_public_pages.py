"""What every reader gets: pages without cookies, strict headers, texts in the footer, friendly errors."""

import pytest
from django.test import Client

from apps.places.models import Municipality
from geo_platform.services import save_text

TEXT_PAGES = {
    "/impressum/": "imprint",
    "/datenschutz/": "privacy",
    "/barrierefreiheit/": "accessibility",
    "/lizenzen/": "licences",
    "/ueber/": "about",
    "/leichte-sprache/": "simple_language",
}


@pytest.fixture
def texts(town):
    for slug in TEXT_PAGES.values():
        save_text(municipality=town, slug=slug, title=f"Text {slug}", body="Ein *Absatz*.\n\n## Mehr\n\nNoch einer.")


@pytest.mark.parametrize("path", ["/", *TEXT_PAGES, "/barriere-melden/danke/"])
def test_a_page_that_is_only_read_sets_no_cookie_and_reads_none(client, texts, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


@pytest.mark.parametrize(("path", "slug"), TEXT_PAGES.items())
def test_each_text_has_its_page_and_its_line_in_the_footer(client, texts, path, slug):
    assert f"Text {slug}" in client.get(path).content.decode()
    assert f'href="{path}"' in client.get("/").content.decode()


def test_a_text_that_nobody_has_written_says_so(client, town):
    answer = client.get("/impressum/")
    assert answer.status_code == 404
    assert "noch nicht geschrieben" in answer.content.decode()


def test_a_town_shows_its_own_texts_only(client, texts, other_town):
    save_text(municipality=other_town, slug="imprint", title="Impressum Neuland", body="Neuland.")
    assert "Impressum Neuland" not in client.get("/impressum/").content.decode()
    assert "Impressum Neuland" in client.get("/impressum/", headers={"host": "neuland.example"}).content.decode()


@pytest.mark.parametrize("path", ["/", "/impressum/", "/barriere-melden/", "/gibt-es-nicht/", "/konto/login/"])
def test_the_policy_allows_no_inline_code_and_no_foreign_host(client, texts, path):
    policy = client.get(path)["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy and "http" not in policy
    assert "default-src 'self'" in policy


def test_a_demonstration_says_so_and_stays_out_of_search_engines(client, texts, town, settings):
    settings.DEMO = True
    Municipality.objects.filter(pk=town.pk).update(is_demo=True)
    for path in ("/", "/impressum/", "/barriere-melden/"):
        page = client.get(path).content.decode()
        assert "Demonstration – keine amtliche Bekanntmachung" in page
        assert '<meta name="robots" content="noindex' in page


def test_a_real_town_is_found_and_carries_no_banner(client, texts):
    page = client.get("/").content.decode()
    assert "Demonstration –" not in page and "noindex" not in page


@pytest.mark.django_db
def test_without_a_town_the_first_page_says_what_to_run(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert "manage.py create_town" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/impressum/", "/barriere-melden/", "/intern/", "/intern/checkliste/"])
def test_without_a_town_no_page_breaks(client, path):
    assert client.get(path).status_code < 500


def test_a_wrong_address_gets_a_page_with_a_way_out(client, town):
    answer = client.get("/gibt-es-nicht/")
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht" in answer.content.decode()
    assert not answer.cookies


def test_a_foreign_host_name_is_refused_without_asking_the_database(settings, django_assert_num_queries, db):
    settings.ALLOWED_HOSTS = ["brandis.example"]
    with django_assert_num_queries(0):
        answer = Client(raise_request_exception=False).get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "nicht verstanden" in answer.content.decode()


def test_a_fault_of_ours_shows_a_page_that_needs_no_database(town, django_assert_num_queries):
    from geo_platform.errors import server_error

    with django_assert_num_queries(0):
        answer = server_error(None)  # type: ignore[arg-type]
    assert answer.status_code == 500
    assert "Das liegt nicht an Ihnen" in answer.content.decode()


def test_a_forged_form_gets_an_explanation(town):
    answer = Client(enforce_csrf_checks=True).post("/barriere-melden/", {"text": "Hallo"})
    assert answer.status_code == 403
    assert "zu lange offen" in answer.content.decode()


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
def test_every_error_has_a_page(status):
    from django.template.loader import render_to_string

    assert f"Fehler {status}" in render_to_string(f"{status}.html")


def test_the_first_page_offers_the_other_ways_in_and_repeats_none(client, town):
    from geo_platform.context import other_ways

    ways = [item.url for item in other_ways()]
    assert ways and "/karte/" not in ways and "/meldungen/" not in ways and "/meldungen/neu/" not in ways
    page = client.get("/").content.decode()
    assert all(f'<h2 class="card__title"><a href="{url}">' in page for url in ways)
