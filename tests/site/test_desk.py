"""The site's pages of the desk."""

import pytest

from geo_platform.models import LegalText


@pytest.fixture
def gerd(make_user):
    """Administrator."""
    return make_user("Gerd", "administrator")


ADMINISTRATORS_PAGES = ["/intern/checkliste/", "/intern/texte/", "/intern/texte/imprint/"]


@pytest.mark.parametrize("path", ["/intern/", *ADMINISTRATORS_PAGES])
def test_the_desk_asks_for_a_sign_in(client, town, path):
    answer = client.get(path)
    assert answer.status_code == 302 and answer["Location"].startswith("/konto/login/?next=/intern/")


def test_staff_are_greeted_by_name(client, bernd):
    client.force_login(bernd)
    page = client.get("/intern/").content.decode()
    assert "Bernd" in page


@pytest.mark.parametrize("path", ADMINISTRATORS_PAGES)
def test_a_clerk_does_not_see_the_administrators_pages(client, bernd, path):
    client.force_login(bernd)
    assert client.get(path).status_code == 404
    assert path not in client.get("/intern/").content.decode()


@pytest.mark.parametrize("path", ["/intern/", *ADMINISTRATORS_PAGES])
def test_an_administrator_sees_them(client, gerd, path):
    client.force_login(gerd)
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/intern/", *ADMINISTRATORS_PAGES])
def test_an_administrator_of_another_town_sees_nothing_here(client, other_town, make_user, path):
    client.force_login(make_user("Hanna", "administrator", municipality=other_town))
    assert client.get(path).status_code == 404


def test_a_preview_shows_the_text_and_stores_nothing(client, gerd):
    client.force_login(gerd)
    answer = client.post("/intern/texte/imprint/", {"title": "Impressum", "body": "Wir **sind** es.", "preview": "1"})
    assert "<strong>sind</strong>" in answer.content.decode()
    assert not LegalText.objects.exists()


def test_a_saved_text_is_public_at_once(client, gerd, town):
    client.force_login(gerd)
    answer = client.post("/intern/texte/imprint/", {"title": "Impressum", "body": "Markt 1"}, follow=True)
    assert "ist gespeichert" in answer.content.decode()
    client.logout()
    assert "Markt 1" in client.get("/impressum/").content.decode()


def test_a_text_of_the_other_town_stays_as_it_is(client, gerd, town, other_town):
    LegalText.objects.create(municipality=other_town, slug="imprint", title="N", body="Neuland")
    client.force_login(gerd)
    assert "Neuland" not in client.get("/intern/texte/imprint/").content.decode()
    client.post("/intern/texte/imprint/", {"title": "R", "body": "Rasterstadt"})
    assert LegalText.objects.get(municipality=other_town).body == "Neuland"


@pytest.mark.parametrize(
    "values", [{"title": "", "body": "x"}, {"title": "x", "body": " "}, {"title": "a\x00", "body": "b"}]
)
def test_a_text_that_cannot_be_saved_comes_back(client, gerd, values):
    client.force_login(gerd)
    assert client.post("/intern/texte/imprint/", values).status_code == 422
    assert not LegalText.objects.exists()


def test_there_are_no_texts_but_the_known_ones(client, gerd):
    client.force_login(gerd)
    assert client.get("/intern/texte/anderes/").status_code == 404


def test_the_checklist_counts_what_is_there(client, gerd, town):
    client.force_login(gerd)
    page = client.get("/intern/checkliste/").content.decode()
    assert "Grenze: 1" in page
    assert "0 von 4 Pflichttexten geschrieben" in page


def test_the_checklist_asks_a_fixed_number_of_questions(town, django_assert_max_num_queries):
    from geo_platform.checklist import tasks_of

    with django_assert_max_num_queries(17):
        tasks_of(town)


def test_the_start_page_says_what_waits(client, bernd, town, monkeypatch):
    from django.apps import apps

    monkeypatch.setattr(
        apps.get_app_config("geo_platform"),
        "desk_counts",
        lambda user, town: {"reports:inbox": "7 warten"},
        raising=False,
    )
    monkeypatch.setattr(apps.get_app_config("reports"), "desk_counts", lambda user, town: {}, raising=False)
    client.force_login(bernd)
    assert "7 warten" in client.get("/intern/").content.decode()
