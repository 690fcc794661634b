"""Forms of the planner's desk."""

import datetime as dt
from typing import Any, Unpack

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.consultations.codes import DocumentKind
from apps.consultations.models import NOTICE_LENGTH, Consultation
from apps.geo.drawn_forms import DrawnFormMixin
from apps.geo.edit_forms import EditForm
from apps.geo.editing import StaleEdit
from apps.geo.form_fields import CleanTextMixin, Data, DayField, Files, FormOptions, choice_field, one_of_several
from apps.geo.templatetags.measures import hectares

#: What a file dialogue offers for a drawing.
DRAWING_ENDINGS = ".tif,.tiff,.png,.jpg,.jpeg,.pdf"


class ConsultationForm(DrawnFormMixin, EditForm):
    """Texts, codes and the drawn area of a consultation."""

    drawn_types = ("MultiPolygon",)

    class Meta:
        model = Consultation
        fields = [
            *("title", "plan_number", "plan_type", "procedure", "legal_status", "summary", "description"),
            *("simple_language", "additional_access", "contact", "result", "internal_note"),
        ]
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "contact": forms.Textarea(attrs={"rows": 2}),
            "additional_access": forms.Textarea(attrs={"rows": 4}),
            "internal_note": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "summary": _("Zwei, drei Sätze für die Übersicht: Was soll wo geschehen, und was wird gefragt?"),
            "description": _("Überschriften mit ##, Aufzählungen mit -, Absätze durch eine Leerzeile."),
            "simple_language": _("Kurze Sätze, ein Gedanke je Zeile."),
            "additional_access": _("Wo liegen die Unterlagen außer im Internet, wann, und ist der Zugang stufenlos?"),
            "result": _("Was wurde aus den Stellungnahmen? Erscheint, sobald hier etwas steht."),
            "internal_note": _("Sehen nur Mitarbeitende."),
        }

    def values(self) -> dict[str, Any]:
        return {**super().values(), "area": self.cleaned_data["geometry"]}

    def show_stale(self, stale: StaleEdit) -> None:
        super().show_stale(stale)
        area, typed = stale.current.area, self.cleaned_data.get("geometry")
        if (area is None) != (typed is None) or (area is not None and not area.equals_exact(typed, 0.001)):
            size = hectares(stale.current.area_m2) if area is not None else _now("keine")
            self.add_error("shape", _now("Inzwischen gespeichert ist eine andere Fläche: %(size)s.") % {"size": size})


class UploadForm(CleanTextMixin, forms.Form):
    """A new document."""

    title = forms.CharField(label=_("Titel"), max_length=200)
    kind = forms.ChoiceField(label=_("Art"), choices=DocumentKind.choices)
    file = forms.FileField(
        label=_("PDF-Datei"),
        max_length=200,
        help_text=_("Höchstens 100 MB."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
    )
    is_published = forms.BooleanField(label=_("mit veröffentlichen"), required=False, initial=True)
    includes_environmental_report = forms.BooleanField(
        label=_("enthält den Umweltbericht"),
        required=False,
        help_text=_("Wenn der Umweltbericht kein eigenes Dokument ist, sondern ein Teil der Begründung (§ 2a BauGB)."),
    )


class DocumentForm(UploadForm):
    """The facts of a stored document, and a newer version of its file if there is one."""

    position = forms.IntegerField(label=_("Reihenfolge"), min_value=0, max_value=999)

    def __init__(
        self, data: Data = None, files: Files = None, *, is_sheet: bool = False, **kwargs: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, files, **kwargs)
        self.fields["file"].required = False
        self.fields["file"].label = _("Neue Fassung (PDF)")
        if is_sheet:
            self.fields["file"].label = _("Neue Fassung der Zeichnung")
            self.fields["file"].help_text = _("GeoTIFF, TIFF, PNG, JPEG oder PDF, höchstens 100 MB.")
            self.fields["file"].widget.attrs["accept"] = DRAWING_ENDINGS


class WithdrawForm(CleanTextMixin, forms.Form):
    """Why a published consultation is taken back."""

    reason = forms.CharField(label=_("Grund"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class OverrideForm(CleanTextMixin, forms.Form):
    """Why it should be published although the check says no."""

    reason = forms.CharField(
        label=_("Begründung"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Wird festgehalten und der zweiten Person gezeigt."),
    )


class DecisionForm(CleanTextMixin, forms.Form):
    """What the second person notes."""

    note = forms.CharField(
        label=_("Vermerk zur Entscheidung"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class NoticeForm(CleanTextMixin, forms.Form):
    """The text of a notice."""

    environmental_information = forms.CharField(
        label=_("Arten umweltbezogener Informationen"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Nach Themen zusammengefasst: Artenschutz, Boden, Lärm … Die Namen der Gutachten allein genügen nicht."
        ),
    )
    text = forms.CharField(
        label=_("Text der Bekanntmachung"),
        max_length=NOTICE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 24}),
        help_text=_("Absätze durch eine Leerzeile trennen."),
    )

    def __init__(self, data: Data = None, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        # Not voluntary: the regular procedure needs it, the simplified ones do without.
        one_of_several(self.fields["environmental_information"])


class PortalForm(CleanTextMixin, forms.Form):
    """When and where a round was entered into the Land's portal."""

    kind = forms.ChoiceField(label=_("Frist"))
    entered_on = DayField(label=_("eingestellt am"))
    url = forms.URLField(
        label=_("Adresse im Landesportal"),
        max_length=500,
        assume_scheme="https",
        help_text=_("Die Seite dieses Verfahrens dort. Sie wird auf der öffentlichen Seite verlinkt."),
    )

    def __init__(self, data: Data = None, *, kinds: list[tuple[str, str]], **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        choice_field(self, "kind").choices = kinds

    def clean_entered_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["entered_on"]
        if not 2000 <= day.year <= 2100:
            raise forms.ValidationError(_now("Bitte prüfen Sie das Jahr."))
        return day

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        if not url.startswith("https://"):
            raise forms.ValidationError(_now("Die Adresse muss mit https:// beginnen."))
        return url
