"""Constraints on geometry that the database enforces, whoever writes."""

from django.db import models

from apps.geo.functions import ValidInExtent


class GeometryConstraint(models.CheckConstraint):
    """``ST_IsValid`` and Germany's extent for one geometry column; NULL passes, as in every SQL check.

    Forms bound and explain geometry before it gets here (``untrusted.py``), so model validation does not repeat it.
    """

    def __init__(self, *, field: str, name: str) -> None:
        self.field = field
        super().__init__(condition=ValidInExtent(models.F(field)), name=name)

    def validate(self, *_: object, **_more: object) -> None:
        return None

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, str]]:
        return (
            f"{self.__class__.__module__}.{self.__class__.__name__}",
            (),
            {"field": self.field, "name": self.name},
        )
