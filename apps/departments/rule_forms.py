"""The form of one rule: what, where, when, who. It never saves; the view hands ``values()`` to ``save_rule``."""

import hashlib
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.departments.areas import examine_area
from apps.departments.conditions import WEEKDAY_CHOICES, format_day_of_year, parse_day_of_year
from apps.departments.explanations import ASSET_KINDS
from apps.departments.models import Category, CategoryGroup, Department, Jurisdiction
from apps.departments.models.jurisdiction import REACH_M
from apps.departments.questions import Question, asked_by, questions_of
from apps.geo.drawn_forms import DrawnFormMixin
from apps.geo.edit_forms import EditForm
from apps.geo.form_fields import DayInput, choice_field, one_of_several, row_field
from apps.geo.untrusted import whole_number
from apps.places.models import AdministrativeArea, Asset, Municipality, Road

ANSWER = "antwort_"


class RuleForm(DrawnFormMixin, EditForm):
    """A rule, with a field per question of its category that has a list of answers.

    ``findings`` are sentences about the drawn area; a new area with findings needs a second save (``seen``).
    """

    drawn_types = ("MultiPolygon",)

    asset_kind = forms.ChoiceField(label=_("an einem Objekt dieser Art"), required=False)
    road_classes = forms.MultipleChoiceField(
        label=_("an einer Straße dieser Klassen"),
        choices=Road.RoadClass.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    inside_built_up = forms.TypedChoiceField(
        label=_("Ortslage"),
        choices=[
            ("", _("innerhalb und außerhalb der Ortslage")),
            ("1", _("nur innerhalb der Ortslage")),
            ("0", _("nur außerhalb der Ortslage")),
        ],
        coerce=lambda value: value == "1",
        empty_value=None,
        required=False,
    )
    season_from = forms.CharField(label=_("Jahreszeit von"), max_length=7, required=False)
    season_to = forms.CharField(
        label=_("Jahreszeit bis"),
        max_length=7,
        required=False,
        help_text=_("Tag und Monat, zum Beispiel 1.11. und 31.3."),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("nur an diesen Wochentagen"),
        choices=WEEKDAY_CHOICES,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    asked_of = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    class Meta:
        model = Jurisdiction
        fields = [
            *(
                "category",
                "group",
                "reason",
                "asset_kind",
                "road_classes",
                "road_path",
                "distance_m",
                "inside_built_up",
            ),
            *("area", "season_from", "season_to", "weekdays", "executor", "owner", "copy_to"),
            *("priority", "valid_from", "valid_to"),
        ]
        widgets = {"reason": forms.Textarea(attrs={"rows": 2}), "valid_from": DayInput, "valid_to": DayInput}
        labels = {
            "group": _("oder für eine ganze Gruppe"),
            "reason": _("Begründung, mit Rechtsgrundlage"),
            "distance_m": _("höchstens so weit entfernt (m)"),
            "area": _("in diesem Gebiet"),
            "executor": _("Wer kümmert sich?"),
            "owner": _("Träger, wenn es ein anderer ist"),
        }
        help_texts = {
            "category": _("Leer, wenn die Regel für eine Gruppe oder für alles gilt."),
            "reason": _("Ein Satz, den auch Bürgerinnen und Bürger lesen, etwa: § 44 Abs. 1 SächsStrG: …"),
            "distance_m": _("0 heißt: im Objekt selbst."),
            "area": _(
                "Folgt der Grenze, wenn sie sich ändert. Eine Fläche nur für diese Regel zeichnen Sie auf der Karte."
            ),
            "priority": _("0 im Regelfall. Eine höhere Zahl geht allen anderen Regeln vor."),
            "valid_to": _("Der erste Tag, an dem die Regel nicht mehr gilt. Leer: bis auf Weiteres."),
        }

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        rule: Jurisdiction = kwargs["instance"]
        rule.municipality = municipality
        self.stored_area = rule.own_area
        kwargs["initial"] = {
            "season_from": format_day_of_year(rule.season_from),
            "season_to": format_day_of_year(rule.season_to),
            "inside_built_up": {True: "1", False: "0", None: ""}[rule.inside_built_up],
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, geometry=rule.own_area, **kwargs)
        self.municipality = municipality
        self.findings: list[str] = []
        self._offer(municipality, rule)
        self._ask(rule)
        for field in self.fields.values():
            # Nearly everything here may stay empty, and the page says what that means.
            one_of_several(field)
            if isinstance(field, forms.ModelChoiceField) and not field.required:
                field.empty_label = "–"

    def _offer(self, town: Municipality, rule: Jurisdiction) -> None:
        categories = Category.objects.of_town(town.pk).for_picker()
        row_field(self, "category").queryset = categories
        row_field(self, "group").queryset = CategoryGroup.objects.filter(municipality=town)
        self._offer_areas(town, rule)
        desks = Department.objects.filter(municipality=town).select_related("organisation")
        named = [pk for pk in (rule.executor_id, rule.owner_id, rule.copy_to_id) if pk]
        for name in ("executor", "owner", "copy_to"):
            row_field(self, name).queryset = desks.active() | desks.filter(pk__in=named)
        kinds = set(Asset.objects.filter(municipality=town).values_list("kind", flat=True).distinct())
        words = {kind: str(ASSET_KINDS.get(kind, kind)) for kind in kinds | {rule.asset_kind} - {""}}
        choice_field(self, "asset_kind").choices = [("", "–"), *sorted(words.items(), key=lambda pair: pair[1])]

    def _offer_areas(self, town: Municipality, rule: Jurisdiction) -> None:
        """Offer the areas in force; a rule that names an older version of one means the one in force."""
        areas = AdministrativeArea.objects.filter(municipality=town).exclude(kind="neighbour").defer("area")
        in_force = areas.valid_on(timezone.localdate())
        named = rule.area
        newest = in_force.filter(kind=named.kind, key=named.key).first() if named else None
        if named and newest and "area" not in (self.data or {}):
            self.initial["area"] = newest.pk
        kept = areas.filter(pk=named.pk) if named and newest is None else areas.none()
        row_field(self, "area").queryset = (in_force | kept).order_by("kind", "name", "-valid_from")

    def _ask(self, rule: Jurisdiction) -> None:
        """Add a field per question with a list; conditions on what is gone stay visible until they are taken out."""
        chosen = whole_number(str(self["category"].value()))
        categories = row_field(self, "category").queryset
        self.subject = categories.filter(pk=chosen).first() if categories is not None else None
        same = self.subject is not None and self.subject.pk == rule.category_id
        stored: dict[str, list[str]] = rule.answers if same else {}
        asked: dict[str, Question] = {}
        if self.subject:
            asked = {question.key: question for question in asked_by(self.subject) if question.is_closed}
            known = {question.key: question for question in questions_of(self.subject)}
            for key, question in asked.items():
                lost = [value for value in stored.get(key, []) if value not in {o.value for o in question.offered}]
                self._add(key, question.label, [(o.value, o.label) for o in question.offered], stored, lost)
            for key in stored.keys() - asked.keys():
                label = known[key].label if key in known else key
                self._add(key, label, [], stored, stored[key])
        self.answer_keys = [name.removeprefix(ANSWER) for name in self.fields if name.startswith(ANSWER)]
        self.initial["asked_of"] = self.subject.code if self.subject else ""

    def _add(
        self, key: str, label: str, options: list[tuple[str, str]], stored: dict[str, list[str]], lost: list[str]
    ) -> None:
        gone = [(value, _now("%(value)s – gibt es nicht mehr") % {"value": value}) for value in lost]
        self.fields[ANSWER + key] = forms.MultipleChoiceField(
            label=label, choices=[*options, *gone], required=False, widget=forms.CheckboxSelectMultiple
        )
        self.initial.setdefault(ANSWER + key, stored.get(key, []))

    def answer_fields(self) -> list[forms.BoundField]:
        """Return the fields of the conditions on answers."""
        return [self[ANSWER + key] for key in self.answer_keys]

    def clean_season_from(self) -> int | None:
        return self._day("season_from")

    def clean_season_to(self) -> int | None:
        return self._day("season_to")

    def _day(self, name: str) -> int | None:
        text = self.cleaned_data[name]
        try:
            return parse_day_of_year(text) if text.strip() else None
        except ValueError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        say = self.add_error
        if data.get("category") and data.get("group"):
            say("group", _("Eine Regel gilt für eine Kategorie oder für eine Gruppe, nicht für beides."))
        at_something = data.get("asset_kind") or data.get("road_classes")
        if data.get("asset_kind") and data.get("road_classes"):
            say("road_classes", _("Eine Regel gilt an einem Objekt oder an einer Straße, nicht an beidem."))
        distance = data.get("distance_m")
        if at_something and distance is None and "distance_m" not in self.errors:
            say("distance_m", _("Bitte geben Sie an, wie weit das Objekt oder die Straße entfernt sein darf."))
        if not at_something and distance is not None:
            say("distance_m", _("Ein Abstand gilt nur zu einem Objekt oder zu einer Straße."))
        if distance is not None and distance > REACH_M:
            say("distance_m", _now("Höchstens %(n)d m.") % {"n": REACH_M})
        if data.get("road_path") and not data.get("road_classes"):
            say("road_path", _("Diese Angabe gehört zu einer Straßenklasse."))
        if data.get("area") and data.get("geometry") is not None:
            say("area", _("Eine Regel hat ein Verwaltungsgebiet oder eine gezeichnete Fläche, nicht beides."))
        if (data.get("season_from") is None) != (data.get("season_to") is None) and not (
            {"season_from", "season_to"} & set(self.errors)
        ):
            say("season_to", _("Eine Jahreszeit braucht Anfang und Ende."))
        since, until = data.get("valid_from"), data.get("valid_to")
        if since and until and until < since:
            say("valid_to", _("Das Ende liegt vor dem Anfang."))
        self._clean_answers(data)
        self._clean_area(data)
        # Not among the form's own fields, but the constraints of the row look at them.
        self.instance.answers, self.instance.own_area = data["answers"], data.get("geometry")
        return data

    def _clean_answers(self, data: dict[str, Any]) -> None:
        answers = {key: data[ANSWER + key] for key in self.answer_keys if data.get(ANSWER + key)}
        data["answers"] = answers
        before = data.get("asked_of") or ""
        now = self.subject.code if self.subject else ""
        had = any(value for name, value in self.data.items() if name.startswith(ANSWER))
        if before != now and (had or (self.instance.pk and self.instance.answers)):
            self.add_error(
                "category",
                _("Die Bedingungen gehörten zu einer anderen Kategorie. Bitte prüfen Sie sie, und speichern Sie dann."),
            )
            self.take("asked_of", now)

    def _clean_area(self, data: dict[str, Any]) -> None:
        """Keep the stored area where nothing was drawn anew, and look at a new one before it is saved."""
        area = data.get("geometry")
        if area is None:
            return
        if self.stored_area is not None and area.equals_exact(self.stored_area, 0.001):
            data["geometry"] = self.stored_area
            return
        about = Jurisdiction(pk=self.instance.pk, category=data.get("category"), group=data.get("group"))
        self.findings = examine_area(self.municipality, area, rule=about)
        if self.findings and data.get("seen") != self.seen_mark:
            self.add_error("shape", _("Bitte sehen Sie sich die Hinweise zur Fläche an und speichern Sie noch einmal."))
            self.take("seen", self.seen_mark)

    @property
    def seen_mark(self) -> str:
        """Name the findings, so that a second save means exactly these."""
        return hashlib.sha256("\n".join(self.findings).encode()).hexdigest()

    def typed(self) -> dict[str, Any]:
        """Return what was typed, valid or not, as the initial values of another form."""
        return {name: self[name].value() for name in self.fields}

    def values(self) -> dict[str, Any]:
        return {
            **super().values(),
            "own_area": self.cleaned_data["geometry"],
            "answers": self.cleaned_data["answers"],
        }
