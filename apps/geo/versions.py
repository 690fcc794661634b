"""Versions of the public view of a table: what drives ETags, feeds and ``datetime=``.

Triggers per kind compare the public columns of rows before and after. Only a change that a member of the public can
see advances ``public_changed_at`` and the table's version; notes, contact data and hidden rows never do
(threat V4: an unchanged public answer must stay byte-identical). They also see ``QuerySet.update()`` and raw SQL.

The moment is set on each row before it is written; the version once a statement and town, from the sets of rows before
and after (PostgreSQL: CREATE TRIGGER, REFERENCING). So a thousand rows in one statement cost one version.
"""

import pgtrigger
from django.db import connection, models, transaction
from django.db.models import F

_MOMENT = """
    IF COALESCE({is_now}, false) THEN
        IF TG_OP = 'UPDATE' AND COALESCE({was}, false) AND ({old}) IS NOT DISTINCT FROM ({new}) THEN
            NEW.public_changed_at := OLD.public_changed_at;
        ELSE
            NEW.public_changed_at := clock_timestamp();
        END IF;
    END IF;
    RETURN NEW;
"""
# {changed} are towns, one for each row that the public saw or sees; in order, so that two statements cannot deadlock.
_VERSION = """
    INSERT INTO geo_layerversion (source, municipality_id, number)
    SELECT TG_TABLE_NAME, municipality_id, 1 FROM ({changed}) AS changed
    GROUP BY municipality_id ORDER BY municipality_id
    ON CONFLICT (source, municipality_id) DO UPDATE SET number = geo_layerversion.number + 1;
    RETURN NULL;
"""


def public_version_triggers(*, visible: str, columns: list[str]) -> list[pgtrigger.Trigger]:
    """Return a kind's ``Meta.triggers``: one for the moment of each row, and one an operation for the version.

    ``visible`` is an SQL condition on one row written with ``{row}`` (``"{row}.publication = 'released'"``), the same
    truth as the kind's ``visible_to(ANONYMOUS)``; ``columns`` are the database columns behind its public fields and
    geometry. ``tests/geo`` holds both against the layer declaration.
    """
    shown = list(dict.fromkeys(["public_id", "municipality_id", *columns]))

    def row(name: str) -> str:
        return ", ".join(f"{name}.{column}" for column in shown)

    def seen(table: str) -> str:
        return f"SELECT {', '.join(shown)} FROM {table} WHERE {visible.format(row=table)}"  # noqa: S608 (declared)

    # Sets, not a join: the plan of a trigger is kept from its first call, and a join planned for one row would take a
    # million times a million steps for a million rows.
    moved = f"({seen('was')} EXCEPT {seen('is_now')}) UNION ALL ({seen('is_now')} EXCEPT {seen('was')})"
    moment = pgtrigger.Trigger(
        name="public_version",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=_MOMENT.format(
            was=visible.format(row="OLD"), is_now=visible.format(row="NEW"), old=row("OLD"), new=row("NEW")
        ),
    )
    # PostgreSQL allows one operation a trigger where it hands over sets of rows.
    by_operation = [
        ("insert", pgtrigger.Insert, pgtrigger.Referencing(new="is_now"), seen("is_now")),
        ("update", pgtrigger.Update, pgtrigger.Referencing(old="was", new="is_now"), moved),
        ("delete", pgtrigger.Delete, pgtrigger.Referencing(old="was"), seen("was")),
    ]
    return [moment] + [
        pgtrigger.Trigger(
            name=f"public_version_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=referencing,
            func=_VERSION.format(changed=changed),
        )
        for name, operation, referencing, changed in by_operation
    ]


def current_version(model: type[models.Model], municipality_id: int | None) -> int:
    """Return the number of the last public change of ``model`` in one town (of all towns when None)."""
    # Asked with every conditional request: written out, because making it anew each time takes longer than running it.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(number), 0) FROM geo_layerversion"
            " WHERE source = %s AND (%s::bigint IS NULL OR municipality_id = %s)",
            [model._meta.db_table, municipality_id, municipality_id],
        )
        return int(cursor.fetchone()[0])


def advance_version(model: type[models.Model], municipality_id: int) -> None:
    """Record a public change that no trigger of ``model`` can see, such as the new name of a category."""
    from apps.geo.models import LayerVersion

    with transaction.atomic():
        _, created = LayerVersion.objects.get_or_create(
            source=model._meta.db_table, municipality_id=municipality_id, defaults={"number": 1}
        )
        if not created:
            LayerVersion.objects.filter(source=model._meta.db_table, municipality_id=municipality_id).update(
                number=F("number") + 1
            )
