"""The statement stays index-driven however many areas a town has."""

import datetime as dt
import re

from django.db import connection

from apps.departments.models import Jurisdiction
from apps.departments.routing_sql import ROUTE
from tests.conftest import at, box


def plan_without_values(**parameters):
    """Explain the statement as the server keeps it: prepared, with one plan for all values (settings.py)."""
    statement = ROUTE
    for number, name in enumerate(parameters, start=1):
        statement = statement.replace(f"%({name})s", f"${number}")
    types, values = zip(*parameters.values(), strict=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE departments_jurisdiction")
        cursor.execute(f"PREPARE asked ({', '.join(types)}) AS {statement}")
        cursor.execute(f"EXPLAIN EXECUTE asked ({', '.join(map(str, values))})")
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("DEALLOCATE asked")
    return plan


def test_a_thousand_areas_are_found_by_their_index(bare):
    Jurisdiction.objects.bulk_create(
        Jurisdiction(
            municipality=bare.town,
            code=f"area-{number}",
            category=bare.category,
            executor=bare.depot,
            own_area=box(number % 100 * 100, number // 100 * 100, number % 100 * 100 + 99, number // 100 * 100 + 99),
            valid_from=dt.date(2020, 1, 1),
            reason="Fläche.",
        )
        for number in range(1000)
    )
    plan = plan_without_values(
        town=("bigint", bare.town.pk),
        category=("bigint", bare.category.pk),
        group=("bigint", bare.group.pk),
        day=("date", "'2026-01-01'"),
        point=("geometry", f"'{at(5050, 550).hexewkb.decode()}'"),
        answers=("jsonb", "'{}'"),
    )
    assert re.search(
        r"departments_rule_cat_area.*\n.*Index Cond: \(\(category_id = \$\d\) AND \(own_area ~ \$\d\)\)", plan
    )
    assert "Seq Scan on departments_jurisdiction" not in plan
    assert bare.route(5050, 550).rule.code == "area-550"
