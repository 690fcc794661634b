"""Named views of the inbox: kept, shared, counted, put in order, made the start."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.reports import services
from apps.reports.changes import ChangeRefused
from apps.reports.models import SavedView
from tests.conftest import at

URL = "/intern/meldungen/ansichten/"


@pytest.fixture
def page(client: Any, bernd: Any, carla: Any, member: Any, desks: Any) -> Any:
    member(carla, desks.parks)
    client.force_login(member(bernd, desks.depot))
    return client


@pytest.fixture
def save(town: Any, bernd: Any) -> Any:
    def make(name: str = "Dunkel", query: str = "category=street_light", **more: Any) -> SavedView:
        return services.save_view(
            **{"municipality": town, "owner": bernd, "name": name, "query": query, "sharing": "own", **more}
        )

    return make


def tabs(client: Any) -> dict[str, Any]:
    return {view["title"]: view["count"] for view in client.get("/intern/meldungen/?order=").context["views"]}


def test_bernd_keeps_the_filter_that_is_open(page: Any, submit: Any, desks: Any) -> None:
    submit(), submit(category=desks.tree)
    answer = page.post(URL, {"name": "Dunkel", "sharing": "own", "query": "category=street_light&nach=x&q="})
    assert answer.url == "/intern/meldungen/?category=street_light"
    assert tabs(page)["Dunkel"] == 1


def test_a_name_is_taken_once(page: Any, save: Any) -> None:
    save()
    answer = page.post(URL, {"name": "Dunkel", "sharing": "own", "query": "q=x"})
    assert answer.status_code == 400 and "haben Sie schon" in answer.content.decode()
    assert SavedView.objects.count() == 1


def test_the_desk_shares_and_others_do_not_see_it(
    page: Any, client: Any, save: Any, desks: Any, carla: Any, make_user: Any, member: Any
) -> None:
    save("Eigene"), save("Stelle", sharing="department", department=desks.depot)
    client.force_login(carla)
    assert not {"Eigene", "Stelle"} & set(tabs(client))
    client.force_login(member(make_user("Hanna", "clerk"), desks.depot))
    assert "Stelle" in tabs(client) and "Eigene" not in tabs(client)


def test_only_the_lead_shares_with_all(page: Any, save: Any, town: Any, make_user: Any, client: Any) -> None:
    with pytest.raises(ChangeRefused):
        save(sharing="town")
    greta = make_user("Greta", "supervisor")
    save("Für alle", owner=greta, sharing="town")
    assert "Für alle" in tabs(page)


def test_nobody_shares_with_a_desk_that_is_not_theirs(page: Any, save: Any, desks: Any) -> None:
    with pytest.raises(ChangeRefused):
        save(sharing="department", department=desks.parks)


def test_mine_means_the_reader(
    page: Any, client: Any, save: Any, submit: Any, desks: Any, carla: Any, town: Any
) -> None:
    submit(), submit(), submit(category=desks.tree)
    shared = {"query": "department=meine", "sharing": "own"}
    save("Meine", **shared)
    save("Meine", **shared, owner=carla)
    assert tabs(page)["Meine"] == 2
    client.force_login(carla)
    assert tabs(client)["Meine"] == 1


def test_many_views_are_counted_in_one_statement(page: Any, save: Any, submit: Any) -> None:
    submit(), submit(point=at(6000, 1000))
    for number in range(3):
        save(f"Ansicht {number}", ["photo=ja", "district=Oststadt", "q=lampe"][number])
    page.get("/intern/meldungen/?order=")
    with CaptureQueriesContext(
        connection,
    ) as three:
        assert [tabs(page)[f"Ansicht {n}"] for n in range(3)] == [0, 1, 2]
    for number in range(3, 8):
        save(f"Ansicht {number}", "follow_up=ja&due=vorbei&assignee=ich")
    with CaptureQueriesContext(connection) as eight:
        tabs(page)
    assert len(eight) <= len(three)


def test_a_view_of_something_that_is_gone_counts_nothing(page: Any, save: Any) -> None:
    save(query="category=gone")
    assert tabs(page)["Dunkel"] == "–"
    assert page.get("/intern/meldungen/?category=gone").status_code == 200


def test_the_inbox_opens_with_the_view_that_was_chosen(page: Any, save: Any) -> None:
    view = save()
    assert page.get("/intern/meldungen/").status_code == 200
    page.post(f"{URL}{view.pk}/", {"wish": "start"})
    assert page.get("/intern/meldungen/").url == "/intern/meldungen/?category=street_light"
    assert page.get("/intern/meldungen/?order=").status_code == 200
    page.post(f"{URL}{view.pk}/", {"wish": "no-start"})
    assert page.get("/intern/meldungen/").status_code == 200


def test_views_change_places(page: Any, save: Any) -> None:
    first, second = save("A"), save("B")
    page.post(f"{URL}{second.pk}/", {"wish": "up"})
    page.post(f"{URL}{second.pk}/", {"wish": "up"})
    assert list(SavedView.objects.values_list("pk", flat=True)) == [second.pk, first.pk]


def test_somebody_elses_view_can_neither_be_moved_nor_deleted(
    page: Any, save: Any, make_user: Any, client: Any
) -> None:
    theirs = save("Für alle", owner=make_user("Greta", "supervisor"), sharing="town")
    for wish in ("delete", "up"):
        page.post(f"{URL}{theirs.pk}/", {"wish": wish})
    assert SavedView.objects.get() == theirs
    client.force_login(make_user("Hans", "administrator"))
    client.post(f"{URL}{theirs.pk}/", {"wish": "delete"})
    assert not SavedView.objects.exists()


def test_what_one_cannot_see_is_not_there(page: Any, save: Any, carla: Any, other_town: Any) -> None:
    assert page.post(f"{URL}{save('X', owner=carla).pk}/", {"wish": "start"}).status_code == 404
    assert page.post(f"{URL}999/", {"wish": "start"}).status_code == 404
