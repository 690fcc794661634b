"""How a body outside is reached: what an administrator fills in."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.departments.models import Category, Department
from apps.geo.form_fields import Data, one_of_several
from apps.open311.models import Endpoint
from apps.open311.transport import NotAllowed, Unreachable, check_address
from apps.reports.forms import CleanCharField
from apps.reports.models import Agreement

CODE = "code_"


class ConnectionForm(forms.Form):
    """Deadlines, endpoint, and one field for each category: the body's ``service_code``."""

    remind_after_days = forms.IntegerField(
        label=gettext_lazy("Erinnern nach Arbeitstagen"),
        min_value=1,
        max_value=119,
        help_text=gettext_lazy("Ohne Antwort schreiben wir der Stelle noch einmal (nur per E-Mail)."),
    )
    escalate_after_days = forms.IntegerField(
        label=gettext_lazy("Eingangsstelle benachrichtigen nach Arbeitstagen"),
        min_value=2,
        max_value=120,
        help_text=gettext_lazy("Feiertage in Sachsen zählen nicht."),
    )
    url = forms.URLField(
        label=gettext_lazy("Adresse der Schnittstelle (Open311 GeoReport v2)"),
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy(
            "Ohne „/requests.json“, zum Beispiel https://stadt.example/open311/v2. Leer: nur E-Mail."
        ),
    )
    answers_in = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=Endpoint.Format.choices,
        initial=Endpoint.Format.JSON,
        required=False,
        help_text=gettext_lazy("Fast alle Schnittstellen sprechen JSON; manche ältere nur XML."),
    )
    jurisdiction_id = CleanCharField(label=gettext_lazy("jurisdiction_id"), max_length=120, required=False)
    api_key = forms.CharField(
        label=gettext_lazy("api_key"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Wird verschlüsselt aufbewahrt und nie wieder angezeigt. Leer: der bisherige bleibt."),
    )
    forget_key = forms.BooleanField(label=gettext_lazy("Bisherigen api_key löschen"), required=False)
    is_active = forms.BooleanField(label=gettext_lazy("Schnittstelle verwenden"), required=False)

    def __init__(self, data: Data = None, *, department: Department) -> None:
        self.department = department
        self.endpoint = Endpoint.objects.filter(department=department).first()
        agreed = Agreement.objects.filter(department=department).first() or Agreement()
        initial: dict[str, object] = {
            "remind_after_days": agreed.remind_after_days,
            "escalate_after_days": agreed.escalate_after_days,
            "is_active": True,
        }
        codes: dict[int, str] = {}
        if self.endpoint:
            initial |= {
                "url": self.endpoint.url,
                "jurisdiction_id": self.endpoint.jurisdiction_id,
                "is_active": self.endpoint.is_active,
                "answers_in": self.endpoint.answers_in,
            }
            codes = dict(self.endpoint.codes.values_list("category", "code"))
        super().__init__(data, initial=initial)
        if not (self.endpoint and self.endpoint.api_key_sealed):
            del self.fields["forget_key"]
        self.categories = list(Category.objects.active().of_town(department.municipality_id).for_picker())
        for category in self.categories:
            self.fields[CODE + category.code] = CleanCharField(
                label=category.name, max_length=120, required=False, initial=codes.get(category.pk, "")
            )

        for name, field in self.fields.items():
            # "(freiwillig)" beside thirty fields says nothing.
            one_of_several(field, not name.endswith("_days"))

    def connection_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not name.startswith(CODE) and not name.endswith("_days")]

    def deadline_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.endswith("_days")]

    def code_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(CODE)]

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).rstrip("/")
        if url:
            try:
                check_address(url)
            except NotAllowed as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
            except Unreachable:
                pass  # the test button says so; a name server may be away for a while
        return url

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        remind, escalate = data.get("remind_after_days"), data.get("escalate_after_days")
        if remind and escalate and escalate <= remind:
            self.add_error("escalate_after_days", _("Das muss später sein als die Erinnerung."))
        if data.get("url") and data.get("is_active") and not any(data.get(CODE + c.code) for c in self.categories):
            self.add_error(None, _("Bitte tragen Sie für mindestens eine Kategorie den service_code der Stelle ein."))
        return data

    def values(self) -> dict[str, Any]:
        """Return the arguments of ``services.save_connection``."""
        data = self.cleaned_data
        names = ("remind_after_days", "escalate_after_days", "url", "jurisdiction_id", "api_key", "is_active")
        return {
            **{name: data[name] for name in names},
            "answers_in": data.get("answers_in") or Endpoint.Format.JSON,
            "forget_key": data.get("forget_key", False),
            "codes": {category: data[CODE + category.code] for category in self.categories},
        }
