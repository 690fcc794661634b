"""A row may only point to rows of its own town, and the database holds every writer to it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils.translation import gettext as _


class SameTown(models.BaseConstraint):
    """Composite foreign key ``(municipality, <field>) -> (municipality, id)``; NULL in the field passes.

    Both ends are ``TownOwned``. The plain foreign key stays Django's; this one adds the town, so that a rule of one
    town can never name a department of another, not even through ``QuerySet.update()`` or raw SQL. The unique index
    that PostgreSQL asks for at the other end is made along the way and shared by all who point there.
    """

    def __init__(self, *, field: str, name: str) -> None:
        self.field = field
        super().__init__(name=name)

    def _statements(self, model: Any, schema_editor: BaseDatabaseSchemaEditor) -> list[str]:
        quote = schema_editor.quote_name
        here, other = model._meta, model._meta.get_field(self.field).remote_field.model._meta
        return [
            f"CREATE UNIQUE INDEX IF NOT EXISTS {quote(other.db_table + '_in_town')}"
            f" ON {quote(other.db_table)} (municipality_id, {quote(other.pk.column)})",
            f"ALTER TABLE {quote(here.db_table)} ADD CONSTRAINT {quote(self.name)}"
            f" FOREIGN KEY (municipality_id, {quote(here.get_field(self.field).column)})"
            f" REFERENCES {quote(other.db_table)} (municipality_id, {quote(other.pk.column)})"
            " DEFERRABLE INITIALLY IMMEDIATE",
        ]

    def constraint_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:  # type: ignore[override]  # Django takes None for "later"
        """With a new table: after it and everything it points to is made."""
        schema_editor.deferred_sql.extend(self._statements(model, schema_editor))

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        index, key = self._statements(model, schema_editor)
        schema_editor.execute(index)
        return key

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        if self.field in (exclude or ()):
            return
        other = getattr(instance, self.field, None)
        if other is not None and other.municipality_id != instance.municipality_id:
            raise ValidationError({self.field: _("Diese Angabe gehört zu einer anderen Gemeinde.")})

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, str]]:
        return f"{self.__class__.__module__}.{self.__class__.__name__}", (), {"field": self.field, "name": self.name}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameTown) and (self.field, self.name) == (other.field, other.name)

    def __hash__(self) -> int:
        return hash((self.field, self.name))
