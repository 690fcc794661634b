"""Ideas: who sees them, what the town answers, and where they are."""

import pytest
from django.contrib.gis.geos import LineString
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.geo.audience import ANONYMOUS
from apps.geo.crs import GEO_SRID
from apps.geo.editing import StaleEdit
from apps.geo.layers import get_layer
from apps.geo.versions import current_version
from apps.ideas import services
from apps.ideas.codes import NEXT, Status
from apps.ideas.models import Idea
from apps.ideas.services import ChangeRefused
from tests.conftest import at, box, lonlat

ROUTE = LineString(at(0, 0).coords, at(100, 0).coords, srid=GEO_SRID)


def names(response):
    return [idea.title for idea in response.context["ideas"]]


def test_a_submitted_idea_is_seen_by_its_keepers_only(make_idea, dilek, emil, bernd):
    idea = make_idea("Plauderbank", published=False)

    for reader, sees in ((ANONYMOUS, False), (bernd, False), (dilek, True), (emil, True)):
        assert Idea.objects.visible_to(reader).filter(pk=idea.pk).exists() is sees


@pytest.mark.parametrize(
    ("shape", "layer"), [(at(0, 0), "ideas"), (ROUTE, "ideas_lines"), (box(0, 0, 9, 9), "ideas_areas")]
)
def test_each_shape_has_its_own_layer(make_idea, shape, layer):
    idea = make_idea("Plauderbank", shape)

    assert idea.layer_name == layer
    for name in ("ideas", "ideas_lines", "ideas_areas"):
        rows = [row["fid"] for row in get_layer(name).rows(ANONYMOUS)]
        assert rows == ([idea.public_id] if name == layer else [])


@pytest.mark.parametrize("columns", [{"point": None}, {"line": ROUTE}])
def test_the_database_wants_exactly_one_shape(make_idea, columns):
    idea = make_idea("Plauderbank")

    with pytest.raises(IntegrityError), transaction.atomic():
        Idea.objects.filter(pk=idea.pk).update(**columns)


def test_a_decision_needs_its_reasons(make_idea, dilek):
    idea = make_idea("Plauderbank")

    with pytest.raises(ChangeRefused, match="begründen"):
        services.answer_idea(idea=idea, actor=dilek, version=idea.version, status="rejected", official_answer="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Idea.objects.filter(pk=idea.pk).update(status="rejected")


@pytest.mark.parametrize("old", Status)
@pytest.mark.parametrize("new", Status)
def test_only_the_table_s_status_changes_are_made(make_idea, dilek, old, new):
    idea = make_idea("Plauderbank", published=False)
    Idea.objects.filter(pk=idea.pk).update(status=old, official_answer="Darum.")
    idea.refresh_from_db()

    if new == old or new in NEXT[old]:
        services.answer_idea(idea=idea, actor=dilek, version=idea.version, status=new, official_answer="Darum.")
    else:
        with pytest.raises(ChangeRefused, match="führt kein Weg"):
            services.answer_idea(idea=idea, actor=dilek, version=idea.version, status=new, official_answer="Darum.")


def test_a_hidden_idea_is_gone_for_everybody_and_comes_back_as_it_was(make_idea, dilek):
    idea = make_idea("Plauderbank", status="under_review")
    idea = services.hide_idea(idea=idea, actor=dilek, version=idea.version, reason="nennt einen Namen")
    assert not Idea.objects.visible_to(ANONYMOUS).exists()
    assert "nennt einen Namen" in idea.internal_note

    services.publish_idea(idea=idea, actor=dilek, version=idea.version)
    assert Idea.objects.visible_to(ANONYMOUS).get().status == "under_review"


def test_a_stale_edit_is_refused(make_idea, dilek):
    idea = make_idea("Plauderbank")
    services.change_idea(idea=idea, actor=dilek, version=idea.version, values={"title": "Bank"})

    with pytest.raises(StaleEdit):
        services.hide_idea(idea=idea, actor=dilek, version=idea.version, reason="x")


def test_notes_and_hidden_ideas_do_not_move_the_public_version(make_idea, town, dilek):
    idea = make_idea("Plauderbank")
    before = current_version(Idea, town.pk)
    services.change_idea(idea=idea, actor=dilek, version=idea.version, values={"internal_note": "Anruf"})
    make_idea("wartet", published=False)

    assert current_version(Idea, town.pk) == before


def test_the_list_shows_the_newest_first_and_filters(client, make_idea):
    make_idea("alt", received_on="2026-01-01", topic="green")
    make_idea("neu", received_on="2026-02-01", topic="youth")
    make_idea("wartet", published=False)

    assert names(client.get("/ideen/")) == ["neu", "alt"]
    assert names(client.get("/ideen/", {"thema": "green"})) == ["alt"]
    assert names(client.get("/ideen/", {"stand": "rejected"})) == []
    assert "Dazu gibt es noch keine Idee" in client.get("/ideen/", {"stand": "rejected"}).text
    assert names(client.get("/ideen/", {"thema": "x\x00"})) == ["neu", "alt"]
    assert names(client.get("/ideen/", {"seite": "99999999999999999999"})) == ["neu", "alt"]


def test_the_list_takes_the_same_few_queries_for_any_length(client, make_idea, django_assert_max_num_queries):
    for number in range(12):
        make_idea(f"Nr. {number}")
    with django_assert_max_num_queries(6):
        client.get("/ideen/")


def test_the_page_says_how_ideas_reach_the_town(client, make_idea):
    text = client.get("/ideen/").text

    assert "im Rathaus" in text and "mit einem Brief" in text
    assert '<form method="post"' not in text


def test_the_page_of_an_idea_shows_the_answer(client, make_idea):
    idea = make_idea("Plauderbank", status="realised", answer="Die Bank steht!")
    text = client.get(f"/ideen/{idea.public_id}/").text

    assert "Die Bank steht!" in text and "umgesetzt" in text


def test_other_towns_ideas_have_no_page_here(client, make_idea, other_town):
    idea = make_idea("drüben", at(12_000, 0), municipality=other_town)

    assert client.get(f"/ideen/{idea.public_id}/").status_code == 404
    assert client.get(f"/ideen/{idea.public_id}/", headers={"host": "neuland.example"}).status_code == 200


def entered(**more):
    lon, lat = lonlat(at(2000, 2000))
    return {
        "title": "Plauderbank",
        "text": "Eine Bank zum Reden.",
        "topic": "social",
        "channel": "letter",
        "received_on": "2026-11-20",
        "version": 1,
        "shape": f"{lon} {lat}",
        **more,
    }


@pytest.mark.parametrize(
    ("shape", "column"),
    [
        ("332000 5682000", "point"),
        ("332000 5682000\n332100 5682000", "line"),
        ("332000 5682000\n332100 5682000\n332100 5682100\n332000 5682000", "area"),
        ('{"type": "LineString", "coordinates": [[12.6, 51.33], [12.61, 51.33]]}', "line"),
        (
            '{"type": "Polygon", "coordinates": [[[12.6, 51.33], [12.61, 51.33], [12.61, 51.34], [12.6, 51.33]]]}',
            "area",
        ),
    ],
)
def test_dilek_enters_an_idea_that_came_by_letter(client, dilek, shape, column):
    client.force_login(dilek)
    response = client.post("/intern/ideen/neu/", entered(shape=shape))

    idea = Idea.objects.get()
    assert response.status_code == 302
    assert {name for name in ("point", "line", "area") if getattr(idea, name) is not None} == {column}
    assert (idea.channel, idea.status) == ("letter", "submitted")


def test_an_edit_keeps_the_shape_as_it_is(client, dilek, make_idea):
    idea = make_idea("Wiese", box(0, 0, 100, 100))
    client.force_login(dilek)
    page = client.get(f"/intern/ideen/{idea.public_id}/bearbeiten/")
    shape = page.context["form"]["shape"].value()
    client.post(f"/intern/ideen/{idea.public_id}/bearbeiten/", entered(shape=shape, version=idea.version))

    idea.refresh_from_db()
    assert idea.title == "Plauderbank"
    assert idea.area.equals_exact(box(0, 0, 100, 100), 0.001)


@pytest.mark.parametrize("shape", ["", "hallo", "1 2 3", "nan nan", '{"type": "Point"}', "{" * 100_000, "a\x00"])
def test_a_shape_that_is_none_is_told_and_nothing_is_lost(client, dilek, shape):
    client.force_login(dilek)
    response = client.post("/intern/ideen/neu/", entered(shape=shape))

    assert response.status_code == 422
    assert response.context["form"].errors["shape"]
    assert "Eine Bank zum Reden." in response.text


def test_dilek_publishes_answers_and_hides(client, dilek, make_idea):
    idea = make_idea("Plauderbank", published=False)
    client.force_login(dilek)
    page = f"/intern/ideen/{idea.public_id}/"

    assert client.post(f"{page}veroeffentlichen/", {"version": 1}).status_code == 302
    refused = client.post(f"{page}antworten/", {"version": 2, "status": "rejected", "official_answer": ""})
    assert refused.status_code == 422 and "begründen" in refused.text
    answer = {"status": "accepted", "official_answer": "Machen wir."}
    assert client.post(f"{page}antworten/", {"version": 1, **answer}).status_code == 422
    assert client.post(f"{page}antworten/", {"version": 2, **answer}).status_code == 302
    assert client.post(f"{page}verbergen/", {"version": 3, "reason": "Doppelt"}).status_code == 302
    idea.refresh_from_db()
    assert (idea.status, idea.is_hidden) == ("accepted", True)


@pytest.mark.parametrize("path", ["/intern/ideen/", "/intern/ideen/neu/"])
def test_a_clerk_does_not_keep_ideas(client, bernd, path):
    assert client.get(path).status_code == 302
    client.force_login(bernd)
    assert client.get(path).status_code == 404


def test_the_demonstration_loads_twice_without_doubles(town, settings):
    from apps.ideas import demo

    folder = settings.BASE_DIR / "fixtures" / "brandis"

    assert demo.load(town, folder).startswith("Ideen: 10, davon neu 10; Aufrufe")
    assert demo.load(town, folder).startswith("Ideen: 10, davon neu 0; Aufrufe")
    assert Idea.objects.visible_to(ANONYMOUS).filter(call=None).count() == 9


def test_the_desk_takes_the_same_few_queries_for_any_length(client, dilek, make_idea, django_assert_num_queries):
    client.force_login(dilek)
    make_idea("Plauderbank")
    make_idea("Wartet", published=False)
    client.get("/intern/ideen/")  # the first request of a session writes down that it is in use
    with CaptureQueriesContext(connection) as short:
        client.get("/intern/ideen/")
    for n in range(8):
        make_idea(f"Idee {n}", published=bool(n % 2))
    with django_assert_num_queries(len(short)):
        assert client.get("/intern/ideen/").content.decode().count("Idee ") >= 8
    assert len(short) <= 10
