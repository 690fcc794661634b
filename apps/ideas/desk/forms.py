"""Forms of the ideas' desk."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.geo.drawn_forms import DrawnFormMixin
from apps.geo.edit_forms import EditForm
from apps.geo.editing import StaleEdit
from apps.geo.form_fields import CleanCharField, DayField, DayInput, choice_field, row_field
from apps.ideas.codes import NEXT, Channel, Status
from apps.ideas.forms import PLACES
from apps.ideas.models import Call, Idea, IdeaRules, shape_columns
from apps.ideas.phases import SCHEDULED


class IdeaForm(DrawnFormMixin, EditForm):
    """An idea as it reached the town, with its point, line or area."""

    drawn_types = PLACES
    shape_is_required = True

    class Meta:
        model = Idea
        fields = ["title", "text", "topic", "channel", "received_on", "internal_note"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 6}),
            "internal_note": forms.Textarea(attrs={"rows": 3}),
            "received_on": DayInput,
        }
        help_texts = {
            "text": _("In den Worten der Menschen, ohne Namen und Adressen."),
            "internal_note": _("Sehen nur Mitarbeitende."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shape"].help_text = _(
            "GeoJSON, oder eine Zeile je Punkt: Ost und Nord in Metern, oder Länge und Breite in Grad. "
            "Eine Zeile ist ein Punkt, mehrere sind eine Strecke; kehrt die Liste zum Anfang zurück, eine Fläche."
        )
        # Citizens' own form comes through another door; at the desk nothing arrives over the web.
        desk = [choice for choice in Channel.choices if choice[0] != Channel.WEB or self.instance.channel == choice[0]]
        choice_field(self, "channel").choices = desk

    def values(self) -> dict[str, Any]:
        return {**super().values(), **shape_columns(self.cleaned_data["geometry"])}

    def show_stale(self, stale: StaleEdit) -> None:
        super().show_stale(stale)
        if not stale.current.shape.equals_exact(self.cleaned_data["geometry"], 0.001):
            self.add_error("shape", _now("Inzwischen ist ein anderer Ort gespeichert."))


class NewIdeaForm(IdeaForm):
    """An idea that staff enter: with the call that it belongs to, if any."""

    call = forms.ModelChoiceField(
        label=_("Aufruf"), queryset=Call.objects.none(), required=False, empty_label=_("ohne Aufruf")
    )

    def __init__(self, calls: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row_field(self, "call").queryset = calls


class AnswerForm(forms.Form):
    """The official answer; offers the statuses that may follow the present one."""

    status = forms.ChoiceField(label=_("Stand"))
    official_answer = CleanCharField(
        label=_("Antwort der Stadt"),
        max_length=4000,
        required=False,
        help_text=_("Steht öffentlich bei der Idee."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, idea: Idea, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"status": idea.status, "official_answer": idea.official_answer})
        super().__init__(*args, **kwargs)
        allowed = [status for status in Status if status == idea.status or status in NEXT[idea.status]]
        choice_field(self, "status").choices = [(status.value, status.label) for status in allowed]


class HideForm(forms.Form):
    """Why an idea is taken from the public pages, or kept from them."""

    reason = CleanCharField(label=_("Grund"), max_length=300)


class MilestoneForm(forms.Form):
    """One step of the realisation."""

    day = DayField(label=_("Tag"))
    title = CleanCharField(label=_("Was ist geschehen?"), max_length=120)
    text = CleanCharField(
        label=_("Mehr dazu"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    percent = forms.IntegerField(label=_("Umgesetzt zu (Prozent)"), min_value=0, max_value=100)
    photo = forms.FileField(
        label=_("Foto"),
        required=False,
        help_text=_("Ist sofort öffentlich: bitte keine Personen und keine Kennzeichen."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    alt = CleanCharField(label=_("Was ist auf dem Foto zu sehen?"), max_length=250, required=False)


class MergeForm(forms.Form):
    """The idea in which this one goes on, by its public id or the address of its page."""

    main = CleanCharField(
        label=_("Nummer oder Adresse der anderen Idee"),
        max_length=200,
        error_messages={"required": _("Bitte nennen Sie die andere Idee.")},
    )


class CallForm(DrawnFormMixin, EditForm):
    """A call: words, area, and the first day of each phase; a phase without a day is left out."""

    shape_is_required = True

    class Meta:
        model = Call
        fields = ["title", "summary", "text", "ends_on", "internal_note"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 6}),
            "internal_note": forms.Textarea(attrs={"rows": 3}),
            "ends_on": DayInput,
        }
        help_texts = {
            "text": _("Absätze, Listen und Zwischenüberschriften mit Markdown."),
            "internal_note": _("Sehen nur Mitarbeitende."),
            "ends_on": _("Danach ist der Aufruf abgeschlossen. Leer: die letzte Phase läuft weiter."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        starts = {row.phase: row.starts_on for row in self.instance.phases.all()} if self.instance.pk else {}
        for phase in SCHEDULED:
            self.fields[f"starts_{phase}"] = DayField(label=phase.label, required=False, initial=starts.get(phase))

    def phase_fields(self) -> list[forms.BoundField]:
        return [self[f"starts_{phase}"] for phase in SCHEDULED]

    def starts(self) -> dict[str, dt.date]:
        """Return the first days of a valid form by phase."""
        days = {phase.value: self.cleaned_data.get(f"starts_{phase}") for phase in SCHEDULED}
        return {phase: day for phase, day in days.items() if day}

    def values(self) -> dict[str, Any]:
        return {**super().values(), "area": self.cleaned_data["geometry"]}


class RulesForm(forms.ModelForm):
    """How the town wants it."""

    class Meta:
        model = IdeaRules
        fields = ["accepts_outside_calls", "ideas_wait", "comments_wait"]
