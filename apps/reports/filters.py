"""What the public list of reports can be narrowed by; the desk's filter builds on it (``desk/filters.py``)."""

from typing import Unpack

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.departments.models import Category
from apps.geo.form_fields import Data, FormOptions, choice_field
from apps.places.models import AdministrativeArea, Municipality
from apps.reports.forms import CleanCharField
from apps.reports.querysets import ReportQuerySet
from apps.reports.transitions import CLOSED, Status


class PublicFilter(forms.Form):
    """Words, category, status and district over what everybody may read."""

    OPEN, CLOSED = "offen", "abgeschlossen"

    q = CleanCharField(label=_("Suche nach Wort, Adresse oder Nummer"), max_length=80, required=False)
    category = forms.ChoiceField(label=_("Kategorie"), required=False)
    status = forms.ChoiceField(label=_("Stand"), required=False)
    district = forms.ChoiceField(label=_("Ortsteil"), required=False)

    def __init__(self, municipality: Municipality, data: Data = None, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.municipality = municipality
        anything = [("", _("alle"))]
        grouped: dict[str, list[tuple[str, str]]] = {}
        self.categories: dict[str, int] = {}
        for category in Category.objects.of_town(municipality.pk).for_picker():
            grouped.setdefault(category.group.name, []).append((category.code, category.name))
            self.categories[category.code] = category.pk
        districts = (
            AdministrativeArea.objects.filter(municipality=municipality, kind=AdministrativeArea.Kind.DISTRICT)
            .valid_on(timezone.localdate())
            .order_by("name")
            .values_list("name", flat=True)
        )
        choice_field(self, "category").choices = [*anything, *grouped.items()]
        choice_field(self, "district").choices = [*anything, *((name, name) for name in districts)]
        choice_field(self, "status").choices = [
            *anything,
            (self.OPEN, _("alle offenen")),
            (self.CLOSED, _("alle abgeschlossenen")),
            (_("genauer"), list(Status.choices)),
        ]

    def narrow(self, reports: ReportQuerySet) -> ReportQuerySet:
        """Return the reports that fit; a value that is not offered is ignored."""
        self.full_clean()
        data = getattr(self, "cleaned_data", {})
        if data.get("category"):
            reports = reports.filter(category=self.categories[data["category"]])
        if data.get("district"):
            reports = reports.filter(district=data["district"])
        if data.get("status") == self.OPEN:
            reports = reports.open()
        elif data.get("status") == self.CLOSED:
            reports = reports.filter(status__in=sorted(CLOSED))
        elif data.get("status"):
            reports = reports.filter(status=data["status"])
        return self.narrow_by_words(reports, data["q"]) if data.get("q") else reports

    def narrow_by_words(self, reports: ReportQuerySet, words: str) -> ReportQuerySet:
        return reports.publicly_matching(words)

    @property
    def is_used(self) -> bool:
        """Is anything asked for?"""
        return any(getattr(self, "cleaned_data", {}).values())
