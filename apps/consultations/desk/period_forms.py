"""The form of a round: its days, its notice, the authorities' days, and the calculation beside them."""

import dataclasses
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.consultations.codes import PeriodKind
from apps.consultations.periods.calculator import Calculation, calculate
from apps.consultations.services import PeriodValues
from apps.geo.form_fields import CleanTextMixin, DayField, one_of_several

DAYS = ("starts_on", "ends_on", "notice_on", "authorities_starts_on", "authorities_ends_on")


_MISSING = {"required": _("Bitte ergänzen Sie diese Angabe, oder leeren Sie die ganze Zeile.")}


class PeriodForm(CleanTextMixin, forms.Form):
    """One period. A row without any entry is none, whether it was there before or not."""

    kind = forms.ChoiceField(label=_("Art"), choices=[("", "–"), *PeriodKind.choices], error_messages=_MISSING)
    starts_on = DayField(label=_("erster Tag"), error_messages=_MISSING)
    ends_on = DayField(label=_("letzter Tag"), error_messages=_MISSING)
    notice_on = DayField(label=_("Bekanntmachung erscheint am"), required=False)
    authorities_starts_on = DayField(label=_("Behörden: erster Tag"), required=False)
    authorities_ends_on = DayField(label=_("Behörden: letzter Tag"), required=False)
    changes_only = forms.BooleanField(
        label=_("Stellungnahmen nur zu den Änderungen"),
        required=False,
        help_text=_("Nur bei erneuter Veröffentlichung (§ 4a Abs. 3 Satz 2 BauGB)."),
    )
    reason = forms.CharField(
        label=_("Begründung der Dauer"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Nötig, wenn eine erneute Veröffentlichung kürzer dauert; ratsam, wenn eine Frist länger dauert."),
    )
    legal_basis = forms.CharField(
        label=_("Rechtsgrundlage"),
        max_length=300,
        required=False,
        help_text=_("Bleibt das Feld leer, steht dort der übliche Wortlaut."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "empty_permitted": True, "use_required_attribute": False})
        # Not voluntary either: a formal round needs it, and the check of publication asks for it.
        one_of_several(self.fields["notice_on"])

    def has_changed(self) -> bool:
        return any(str(self.data.get(self.add_prefix(name), "")).strip() for name in self.fields)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        start, end = data.get("starts_on"), data.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _("Der letzte Tag liegt vor dem ersten."))
        first, last = data.get("authorities_starts_on"), data.get("authorities_ends_on")
        if bool(first) != bool(last) and not {"authorities_starts_on", "authorities_ends_on"} & set(self.errors):
            self.add_error("authorities_ends_on", _("Bitte beide Tage angeben oder keinen."))
        if first and last and last < first:
            self.add_error("authorities_ends_on", _("Der letzte Tag liegt vor dem ersten."))
        for name in DAYS:
            day = data.get(name)
            if day and not 2000 <= day.year <= 2100:
                self.add_error(name, _("Bitte prüfen Sie das Jahr."))
        return data

    def period(self) -> PeriodValues | None:
        """Return the period of a valid row, None for an empty one."""
        data = self.cleaned_data
        if not data.get("kind"):
            return None
        return PeriodValues(**{field.name: data[field.name] for field in dataclasses.fields(PeriodValues)})


PeriodFormSet = forms.formset_factory(PeriodForm, extra=1, max_num=20, absolute_max=24)


def calculation_of_row(facts: dict[str, Any], town_key: str) -> Calculation | None:
    """Return the calculation for the entries of a row, None as long as kind or first day is missing or nonsense."""
    kind, start = facts.get("kind"), facts.get("starts_on")
    if not kind or not start or not 2000 <= start.year <= 2100:
        return None
    return calculate(
        kind=kind,
        starts_on=start,
        town_key=town_key,
        wanted_end=facts.get("ends_on"),
        notice_on=facts.get("notice_on"),
        shorten=bool(str(facts.get("reason") or "").strip()),
    )


def with_calculated_ends(data: QueryDict, rows: Any, town_key: str) -> QueryDict:
    """Return what was typed with the last days filled in or moved to where the law allows; nothing else changes."""
    filled = data.copy()
    for row in rows:
        facts = getattr(row, "cleaned_data", {})
        if found := calculation_of_row(facts, town_key):
            filled[row.add_prefix("ends_on")] = found.ends_on.isoformat()
        first = facts.get("authorities_starts_on")
        if first and 2000 <= first.year <= 2100:
            wanted = facts.get("authorities_ends_on")
            theirs = calculate(kind=PeriodKind.PUBLICATION, starts_on=first, town_key=town_key, wanted_end=wanted)
            filled[row.add_prefix("authorities_ends_on")] = theirs.ends_on.isoformat()
    return filled
