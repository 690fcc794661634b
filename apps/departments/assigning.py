"""Who is responsible for many points at once: the answers of ``route()``, by one statement."""

from dataclasses import dataclass

from django.db import connection

from apps.departments.assigning_sql import Relation, assign_sql

#: For each sort and hash table of the statement about many points.
BULK_MEMORY = "64MB"


@dataclass(frozen=True)
class Assignment:
    """Who is responsible for one point of a set; primary keys of departments and of the rule that decided.

    ``rule`` is None where the triage desk answers because no rule speaks. Outside the town ``executor`` and ``owner``
    are None as well.
    """

    in_town: bool
    rule: int | None
    executor: int | None
    owner: int | None
    copy_to: int | None


def assign(relation: Relation, *, municipality_id: int, bulk: bool = False) -> dict[int, Assignment]:
    """Return the assignment of every point of the relation by its id. One SQL statement (and its memory, if ``bulk``).

    ``bulk``: the relation is most of a large table (``assign_sql``). Points whose category belongs to another town are
    left out: each town is asked by itself.
    """
    with connection.cursor() as cursor:
        if bulk:  # until the end of the transaction: what is joined for most of a large table stays in memory
            cursor.execute("SELECT set_config('work_mem', %s, true)", [BULK_MEMORY])
        cursor.execute(assign_sql(relation, bulk=bulk), {**relation.params, "town": municipality_id})
        return {row[0]: Assignment(*row[1:]) for row in cursor.fetchall()}
