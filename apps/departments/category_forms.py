"""Forms of a category and of one of its questions. They never save; views hand the values to the services."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.departments.models import Category, CategoryGroup
from apps.departments.questions import CLOSED_KINDS, KINDS, MAX_OPTIONS, Option, Question
from apps.geo.edit_forms import EditForm
from apps.geo.form_fields import CleanTextMixin, one_of_several, row_field
from apps.geo.untrusted import InputRefused, clean_text, whole_number
from apps.places.models import Municipality

#: Empty rows that a question's form offers for further answers.
SPARE_ROWS = 3


def icon_choices() -> list[tuple[str, str]]:
    """Return the names of the drawings in ``static/icons``."""
    names = sorted(path.stem for path in (Path(settings.BASE_DIR) / "static" / "icons").glob("*.svg"))
    return [(name, name) for name in names]


class CategoryForm(EditForm):
    """A category without its questions. ``code`` can be chosen once."""

    icon = forms.ChoiceField(label=_("Symbol"), initial="dots")
    keywords = forms.CharField(
        label=_("Stichwörter"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Mit Komma getrennt. Sie helfen beim Suchen und schlagen die Kategorie vor."),
    )

    class Meta:
        model = Category
        fields = [
            *("code", "name", "group", "icon", "hint", "keywords", "is_urgent", "urgent_text", "wants_photo"),
            *("target_days", "shows_expected_by", "order"),
        ]
        widgets = {
            "hint": forms.Textarea(attrs={"rows": 2}),
            "urgent_text": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "code": _("Kleinbuchstaben, Ziffern und Unterstriche; öffentlich und später nicht änderbar."),
            "hint": _("Steht unter dem Namen, wenn jemand eine Kategorie sucht."),
            "urgent_text": _("Steht bei einer dringenden Kategorie vor allem anderen, mit der Nummer zum Anrufen."),
        }

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        category: Category = kwargs["instance"]
        category.municipality = municipality
        kwargs["initial"] = {"keywords": ", ".join(category.keywords or []), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if category.pk:
            del self.fields["code"]
        row_field(self, "group").queryset = CategoryGroup.objects.filter(municipality=municipality)
        self.fields["icon"].choices = icon_choices()  # type: ignore[attr-defined]
        _say_nothing_of_choice(self)

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not re.fullmatch(r"[a-z][a-z0-9_]*", code):
            raise forms.ValidationError(_("Bitte nur Kleinbuchstaben, Ziffern und Unterstriche."))
        if Category.objects.filter(municipality=self.instance.municipality, code=code).exists():
            raise forms.ValidationError(_("Dieses Kürzel ist schon vergeben. Bitte wählen Sie ein anderes."))
        return code

    def clean_keywords(self) -> list[str]:
        words = [word.strip() for word in self.cleaned_data["keywords"].split(",") if word.strip()]
        if any(len(word) > 40 for word in words):
            raise forms.ValidationError(_("Ein Stichwort hat höchstens 40 Zeichen."))
        return list(dict.fromkeys(words))

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or () if name in self.fields}


@dataclass
class OptionRow:
    """One row of the list of answers in the form: fields for label and advice, and the fixed value."""

    number: int
    value: str
    label: forms.BoundField
    advice: forms.BoundField


class QuestionForm(CleanTextMixin, forms.Form):
    """One question. Its key and the values of its answers are made of their words once, and never change."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    label = forms.CharField(label=_("Frage"), max_length=160)
    kind = forms.ChoiceField(label=_("Art der Antwort"), choices=list(KINDS.items()))
    hint = forms.CharField(label=_("Hilfe dazu"), max_length=300, required=False)
    unit = forms.CharField(
        label=_("Einheit"), max_length=20, required=False, help_text=_("Nur bei einer Zahl, etwa m.")
    )
    is_required = forms.BooleanField(label=_("muss beantwortet werden"), required=False)
    is_public = forms.BooleanField(
        label=_("Antwort wird mit der Meldung veröffentlicht"),
        required=False,
        help_text=_("Sonst lesen sie nur die Stellen, die sich kümmern."),
    )

    def __init__(self, *args: Any, category: Category, question: Question | None = None, **kwargs: Any) -> None:
        self.category, self.question = category, question
        initial: dict[str, Any] = {"version": category.version, "kind": "choice", **(kwargs.pop("initial", None) or {})}
        options = question.offered if question else ()
        if question:
            initial |= {name: getattr(question, name) for name in ("label", "kind", "hint", "unit")}
            initial |= {"is_required": question.is_required, "is_public": question.is_public}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        if question:
            self.fields["kind"].disabled = True
        posted = whole_number(self.data.get("rows"), most=99) if self.is_bound else None
        count = len(options) + SPARE_ROWS if posted is None else posted
        self.count = min(max(count, len(options)), MAX_OPTIONS)
        self.stored = [option.value for option in options][: self.count]
        for number in range(self.count):
            option = options[number] if number < len(options) else None
            self._row(number, option)
        _say_nothing_of_choice(self)

    def _row(self, number: int, option: Option | None) -> None:
        self.fields[f"answer_{number}"] = forms.CharField(
            label=_now("Antwort %(n)d") % {"n": number + 1},
            max_length=160,
            required=False,
            initial=option.label if option else "",
        )
        self.fields[f"advice_{number}"] = forms.CharField(
            label=_now("Rat statt Meldung bei Antwort %(n)d") % {"n": number + 1},
            max_length=600,
            required=False,
            initial=option.advice if option else "",
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    def rows(self) -> Iterator[OptionRow]:
        """Return the rows of the list of answers."""
        for number in range(self.count):
            value = self.stored[number] if number < len(self.stored) else ""
            yield OptionRow(number, value, self[f"answer_{number}"], self[f"advice_{number}"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name, value in list(data.items()):
            if isinstance(value, str):
                try:
                    data[name] = clean_text(value).strip()
                except InputRefused as refusal:
                    self.add_error(name, str(refusal))
        return data

    def asked(self) -> Question:
        """Return the question of a valid form."""
        data = self.cleaned_data
        return Question(
            key=self.question.key if self.question else _free_key(data["label"], self._taken_keys()),
            kind=data["kind"],
            label=data["label"],
            hint=data["hint"],
            unit=data["unit"] if data["kind"] == "number" else "",
            is_required=data["is_required"],
            is_public=data["is_public"],
            is_retired=bool(self.question and self.question.is_retired),
            options=tuple(self._options()) if data["kind"] in CLOSED_KINDS else (),
        )

    def _options(self) -> Iterator[Option]:
        taken = {option.value for option in self.question.options} if self.question else set()
        for number in range(self.count):
            label = self.cleaned_data.get(f"answer_{number}", "")
            if not label:
                continue
            if number < len(self.stored):
                value = self.stored[number]
            else:
                value = _free_key(label, taken)
                taken.add(value)
            yield Option(value, label, self.cleaned_data.get(f"advice_{number}", ""))

    def _taken_keys(self) -> set[str]:
        return {raw["key"] for raw in self.category.questions}


def _say_nothing_of_choice(form: forms.BaseForm) -> None:
    """A checkbox and a row that may stay empty need no "(optional)" behind them."""
    for name, field in form.fields.items():
        if isinstance(field, forms.BooleanField) or name.startswith(("answer_", "advice_")):
            one_of_several(field)


def _free_key(words: str, taken: set[str]) -> str:
    """Return a key made of words that is not taken: "Wo ist die Leuchte?" → ``wo_ist_die_leuchte``."""
    plain = words.lower()
    for letter, spelled in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        plain = plain.replace(letter, spelled)
    base = slugify(plain).replace("-", "_")[:32].strip("_")
    base = base if base[:1].isalpha() else f"k_{base}".strip("_")
    return next(key for n in range(1, 200) if (key := base if n == 1 else f"{base}_{n}") not in taken)
