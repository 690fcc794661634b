"""The tests' own broom: nothing is left after a test with real transactions, and every guard stands again."""

import pytest
from django.db import connection

from apps.consultations.services import create_draft
from apps.places.models import Municipality
from tests.conftest import at
from tests.emptying import MANY, count_rows, delete_rows

pytestmark = pytest.mark.django_db(transaction=True)


def test_rows_go_with_their_guarded_history_and_the_guards_come_back(town, emil):
    create_draft(municipality=town, actor=emil, values={"title": "Am Anger", "summary": "Zwanzig Häuser."})
    full = count_rows()
    assert {"places_municipality", "consultations_consultation", "consultations_consultationhistory"} <= set(full)
    assert max(full.values()) < MANY
    delete_rows(set(full) - {"django_content_type", "auth_permission"})
    assert set(count_rows()) == {"django_content_type", "auth_permission"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("which", ["first", "second"])
def test_no_test_meets_the_towns_of_another(which):
    assert not Municipality.objects.exists()
    Municipality.objects.create(key="14000010", name=which, centre=at(0, 0), hostname="a.example")
