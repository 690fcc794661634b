"""The rules' tests: a pin with a category, and who has to answer for it."""

import pghistory
from django.contrib.gis.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.departments.models.categories import Category
from apps.departments.models.desks import Department
from apps.geo.constraints import GeometryConstraint
from apps.geo.crs import GEO_SRID
from apps.places.constraints import SameTown
from apps.places.models import TownOwned


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class RoutingExample(TownOwned):
    """„A pin here with this category belongs to that department“, checked with every change of the rules.

    ``answers`` are those to the category's questions, as a report holds them; ``department`` is the executor that the
    rules have to name as of today. A town has one example for a category at a point with the same answers.
    """

    category = models.ForeignKey(Category, on_delete=models.PROTECT, verbose_name=_("Kategorie"), related_name="+")
    point = models.PointField(_("Ort"), srid=GEO_SRID)
    answers = models.JSONField(_("Antworten"), default=dict, blank=True)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, verbose_name=_("erwartete Stelle"), related_name="+"
    )
    note = models.CharField(_("Was das Beispiel zeigt"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("angelegt am"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("Beispiel")
        verbose_name_plural = _("Beispiele")
        ordering = ["category__group__order", "category__order", "category__name", "pk"]
        constraints = [
            GeometryConstraint(field="point", name="departments_example_point_valid"),
            models.UniqueConstraint(
                fields=["municipality", "category", "point", "answers"], name="departments_one_example_per_pin"
            ),
            SameTown(field="category", name="departments_example_category_town"),
            SameTown(field="department", name="departments_example_department_town"),
        ]

    def __str__(self) -> str:
        return self.note or f"{self.category} → {self.department}"
