"""A public answer is as old as its last public change: the version says so, once for each statement and town."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext

from apps.geo.versions import current_version
from tests.conftest import at
from tests.fifth_kind.models import Tree

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def plant(town: Any, count: int, **fields: Any) -> list[Tree]:
    rows = [Tree(municipality=town, species=f"Linde {n}", point=at(1000 + n, 1000), **fields) for n in range(count)]
    return Tree.objects.bulk_create(rows)


@pytest.fixture
def advanced(town: Any, other_town: Any) -> Callable[[], tuple[int, int]]:
    """Return by how much the versions of both towns advanced since the last call."""
    before = {pk: current_version(Tree, pk) for pk in (town.pk, other_town.pk)}

    def since() -> tuple[int, int]:
        now = {pk: current_version(Tree, pk) for pk in before}
        steps = (now[town.pk] - before[town.pk], now[other_town.pk] - before[other_town.pk])
        before.update(now)
        return steps

    return since


def test_a_thousand_rows_in_one_statement_advance_it_once(town: Any, advanced: Any) -> None:
    plant(town, 1000, is_released=False)
    assert advanced() == (0, 0)
    Tree.objects.update(is_released=True)
    assert advanced() == (1, 0)
    Tree.objects.update(species=Concat(F("species"), F("species")))
    assert advanced() == (1, 0)
    Tree.objects.update(is_released=False)
    assert advanced() == (1, 0)
    Tree.objects.update(is_released=True)
    advanced()
    Tree.objects.all()._raw_delete("default")
    assert advanced() == (1, 0)


def test_a_thousand_rows_in_one_insert_advance_it_once(town: Any, advanced: Any) -> None:
    plant(town, 1000)
    assert advanced() == (1, 0)


def test_the_plan_of_a_single_row_serves_a_thousand(town: Any, advanced: Any) -> None:
    rows = plant(town, 1000)
    for row in rows[:8]:  # from the sixth on PostgreSQL would keep a plan made for one row
        Tree.objects.filter(pk=row.pk).update(species="Ahorn")
    assert advanced() == (9, 0)
    Tree.objects.update(height_m=7)
    assert advanced() == (1, 0)


def test_each_town_advances_once(town: Any, other_town: Any, advanced: Any) -> None:
    plant(town, 3, is_released=False)
    plant(other_town, 2, is_released=False)
    Tree.objects.update(is_released=True)
    assert advanced() == (1, 1)
    Tree.objects.filter(municipality=town).update(height_m=3)
    assert advanced() == (1, 0)


def test_a_row_that_moves_to_another_town_advances_both(town: Any, other_town: Any, advanced: Any) -> None:
    plant(town, 1)
    advanced()
    Tree.objects.update(municipality=other_town)
    assert advanced() == (1, 1)


def test_what_nobody_sees_advances_nothing(town: Any, advanced: Any) -> None:
    plant(town, 2)
    Tree.objects.filter(species="Linde 1").update(is_released=False)
    Tree.objects.update(public_changed_at=LONG_AGO)
    advanced()
    Tree.objects.update(note="intern")
    Tree.objects.update(species=F("species"))
    Tree.objects.filter(is_released=False).update(species="Eiche", height_m=12)
    Tree.objects.filter(is_released=False).delete()
    Tree.objects.filter(pk=0).update(species="niemand")
    plant(town, 1, is_released=False)
    assert advanced() == (0, 0)


def test_one_visible_change_among_many_invisible_ones_advances_it(town: Any, advanced: Any) -> None:
    rows = plant(town, 20)
    advanced()
    rows[7].species, rows[8].note = "Ahorn", "intern"
    Tree.objects.bulk_update(rows, ["species", "note"])
    assert advanced() == (1, 0)


def test_two_rows_that_change_places_are_a_change(town: Any, advanced: Any) -> None:
    first, second = plant(town, 2)
    advanced()
    first.species, second.species = second.species, first.species
    first.point, second.point = second.point, first.point
    Tree.objects.bulk_update([first, second], ["species", "point"])
    assert advanced() == (1, 0)


def test_a_twin_that_stays_does_not_hide_one_that_goes(town: Any, advanced: Any) -> None:
    for _ in range(2):
        Tree.objects.create(municipality=town, species="Linde", point=at(1, 1))
    advanced()
    rows = list(Tree.objects.order_by("pk"))
    rows[0].is_released = False
    Tree.objects.bulk_update(rows, ["is_released"])
    assert advanced() == (1, 0)


def test_rows_that_are_made_or_changed_in_one_statement_count_as_what_they_are(town: Any, advanced: Any) -> None:
    (row,) = plant(town, 1)
    advanced()
    again = Tree(public_id=row.public_id, municipality=town, species="Ahorn", point=at(5, 5))
    Tree.objects.bulk_create([again], update_conflicts=True, unique_fields=["public_id"], update_fields=["species"])
    assert advanced() == (1, 0)
    Tree.objects.bulk_create([again], ignore_conflicts=True)
    assert advanced() == (0, 0)


def test_raw_sql_is_seen_too(town: Any, advanced: Any) -> None:
    plant(town, 3)
    advanced()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fifth_kind_tree SET height_m = 9")
    assert advanced() == (1, 0)


def moments() -> list[bool]:
    """Say for each tree, in order, whether its public moment was moved from long ago."""
    return [moment > LONG_AGO for moment in Tree.objects.order_by("pk").values_list("public_changed_at", flat=True)]


def test_the_moment_moves_with_the_rows_that_changed_only(town: Any) -> None:
    rows = plant(town, 3)
    Tree.objects.update(is_released=False)
    Tree.objects.update(public_changed_at=LONG_AGO)  # nobody sees them: the moment stays as it is set
    assert moments() == [False, False, False]
    Tree.objects.filter(pk=rows[0].pk).update(is_released=True)
    assert moments() == [True, False, False]
    before = Tree.objects.get(pk=rows[0].pk).public_changed_at
    Tree.objects.update(note="intern", public_changed_at=LONG_AGO)
    assert Tree.objects.get(pk=rows[0].pk).public_changed_at == before


def test_a_kind_declares_it_in_one_statement_and_the_database_does_the_rest(town: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        plant(town, 1)
    assert not any("layerversion" in query["sql"] for query in queries)
    names = {trigger.name for trigger in Tree._meta.triggers}
    assert names == {"public_version", *(f"public_version_{name}" for name in ("insert", "update", "delete"))}
