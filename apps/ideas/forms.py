"""What citizens type: an idea, support, a comment, a word about abuse; and the filter beside the public list."""

import uuid
from typing import Any, Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.contributions.contact import ContactForm, EmailField
from apps.contributions.forms import ContributionFormMixin
from apps.contributions.photo_form import PhotoFormMixin
from apps.geo.drawn_forms import DrawnFormMixin
from apps.geo.form_fields import CleanCharField, Data, FormOptions, one_of_several, row_field
from apps.geo.untrusted import parse_lonlat
from apps.ideas.codes import Channel, Status, Topic
from apps.ideas.models import Call, shape_columns
from apps.ideas.pages import public_id_in
from apps.ideas.querysets import CallQuerySet
from apps.places.folding import fold
from apps.places.models import Municipality
from apps.places.search import Place, find_places

#: GeoJSON types that the place of an idea may have.
PLACES = ("Point", "LineString", "MultiPolygon")


class CallField(forms.ModelChoiceField):
    """A call by its public id; whatever is no such id is no choice, and never reaches the database."""

    def to_python(self, value: object) -> object:
        if value not in self.empty_values and not isinstance(value, Call) and not public_id_in(value):
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class ProposalForm(PhotoFormMixin, DrawnFormMixin):
    """An idea: words, place and photos. ``cleaned_data["geometry"]`` has the storage CRS.

    The place comes from a drawing, from coordinates, or from an address; where an address means several places,
    ``place_choices`` holds them and the template offers them as ``place`` ("lon,lat").
    """

    drawn_types = PLACES

    key = forms.UUIDField(widget=forms.HiddenInput)
    call = CallField(queryset=Call.objects.none(), to_field_name="public_id", required=False, widget=forms.HiddenInput)
    title = CleanCharField(
        label=_("Wie heißt Ihre Idee?"),
        max_length=120,
        help_text=_("Wenige Worte, zum Beispiel: Bank unter der Linde."),
        error_messages={"required": _("Bitte geben Sie Ihrer Idee einen Namen.")},
    )
    text = CleanCharField(
        label=_("Was stellen Sie sich vor?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Was soll sich ändern, und für wen ist es gut? Bitte nennen Sie keine Namen anderer Menschen."),
        error_messages={"required": _("Bitte beschreiben Sie Ihre Idee.")},
    )
    topic = forms.ChoiceField(label=_("Thema"), choices=Topic.choices, initial=Topic.OTHER)
    address = forms.CharField(
        label=_("Adresse oder Ort"),
        max_length=120,
        required=False,
        help_text=_("Statt zu zeichnen, können Sie auch eine Adresse nennen."),
    )
    place = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)

    def __init__(self, municipality: Municipality, data: Data = None, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.municipality = municipality
        self.place_choices: list[Place] = []
        row_field(self, "call").queryset = Call.objects.filter(municipality=municipality, is_published=True)
        for name in ("address", "shape"):
            one_of_several(self.fields[name])
        self.fields["shape"].widget.attrs["rows"] = 3
        self.fields["shape"].help_text = _(
            "Eine Zeile je Punkt: Länge und Breite in Grad, oder Ost und Nord in Metern. Eine Zeile ist ein Punkt, "
            "mehrere sind eine Strecke; kehrt die Liste zum Anfang zurück, eine Fläche."
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("geometry") is None and "shape" not in self.errors:
            data["geometry"] = self._place(data)
        return data

    def _place(self, data: dict[str, Any]) -> Any:
        from apps.geo.untrusted import InputRefused, clean_text

        try:
            if data.get("place"):
                lon, _comma, lat = data["place"].partition(",")
                return parse_lonlat(lon, lat)
            words = clean_text(data.get("address") or "").strip()
            if not words:
                self.add_error("address", _("Bitte zeigen Sie auf der Karte oder mit einer Adresse, wo es ist."))
                return None
            found = find_places(self.municipality, words)
            if len(found) == 1 or (found and fold(found[0].label) == fold(words) and found[0].kind == "address"):
                return parse_lonlat(found[0].lon, found[0].lat)
        except InputRefused as refusal:
            self.add_error("address", str(refusal))
            return None
        self.place_choices = found
        self.add_error(
            "address",
            _("Mehrere Orte passen. Bitte wählen Sie einen aus.")
            if found
            else _("Diesen Ort kennen wir nicht. Bitte prüfen Sie die Schreibweise oder nennen Sie nur die Straße."),
        )
        return None

    def values(self) -> dict[str, Any]:
        """Return the values of a valid form for ``submit_idea``."""
        return {
            **{name: self.cleaned_data[name] for name in ("title", "text", "topic")},
            "channel": Channel.WEB,
            **shape_columns(self.cleaned_data["geometry"]),
        }

    def typed(self) -> dict[str, Any]:
        """Return what was typed so far, to go on with it on another screen."""
        return {name: self[name].value() for name in self.fields}

    def with_new_key(self) -> "ProposalForm":
        """Return the same valid form under a new idempotency key, without the photos that went with the first."""
        photos = [row.token for row in self.photo_rows()]
        form = ProposalForm(self.municipality, {**self.typed(), "key": str(uuid.uuid4()), "photos": photos})
        form.full_clean()
        return form


class SendForm(ContributionFormMixin, ContactForm):
    """The last screen of an idea: contact, all of it free, and what speaks against a robot."""

    # None takes an inherited field away (Django, "Form inheritance"); the types know fields only.
    key = None  # type: ignore[assignment]
    phone = None  # type: ignore[assignment]

    def contact_fields(self) -> list[forms.BoundField]:
        """Return the fields that a person fills in."""
        return [self[name] for name in ("name", "email", "wants_updates")]


class SupportForm(ContributionFormMixin):
    """The address of somebody who supports an idea."""

    email = EmailField()
    wants_updates = forms.BooleanField(label=_("Ich möchte E-Mails, wenn es etwas Neues gibt."), required=False)


class CommentForm(ContributionFormMixin):
    """A comment, or the answer to one (``parent`` is its public id)."""

    parent = CleanCharField(max_length=12, required=False, widget=forms.HiddenInput)
    text = CleanCharField(
        label=_("Ihr Kommentar"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Bitte schreiben Sie Ihren Kommentar in das Feld.")},
    )
    name = CleanCharField(
        label=_("Name"),
        max_length=60,
        required=False,
        help_text=_("Steht öffentlich beim Kommentar. Ein Vorname oder ein Spitzname genügt."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )


class AbuseForm(ContributionFormMixin):
    """Why something should not stand there."""

    reason = CleanCharField(
        label=_("Was ist daran nicht in Ordnung?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Bitte schreiben Sie kurz, was nicht in Ordnung ist.")},
    )


class FilterForm(forms.Form):
    """``?aufruf=&thema=&stand=&sort=`` of the public list; what is unknown is no filter."""

    aufruf = CallField(
        label=_("Aufruf"),
        queryset=Call.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("alle Ideen"),
    )
    thema = forms.ChoiceField(label=_("Thema"), choices=[("", _("alle Themen")), *Topic.choices], required=False)
    stand = forms.ChoiceField(
        label=_("Stand"),
        choices=[("", _("jeder Stand")), *(choice for choice in Status.choices if choice[0] != Status.SUBMITTED)],
        required=False,
    )
    sort = forms.ChoiceField(
        label=_("Reihenfolge"),
        choices=[
            ("", _("neueste zuerst")),
            ("unterstuetzt", _("meiste Unterstützung zuerst")),
            ("nah", _("nächste zuerst")),
        ],
        required=False,
    )
    ort = CleanCharField(label=_("In der Nähe von"), max_length=120, required=False)

    def __init__(self, calls: CallQuerySet, data: Data = None, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        row_field(self, "aufruf").queryset = calls

    def chosen(self) -> dict[str, object]:
        """Return the chosen values under the model's field names."""
        self.is_valid()
        values = {
            "topic": self.cleaned_data.get("thema"),
            "status": self.cleaned_data.get("stand"),
            "call": self.cleaned_data.get("aufruf"),
        }
        return {name: value for name, value in values.items() if value}
