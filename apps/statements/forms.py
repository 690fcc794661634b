"""What somebody types who takes a stand: words and (freely) who they are; a place; a passage of a paper."""

from typing import Any, Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.consultations.models import Consultation, Document
from apps.contributions.forms import ContributionFormMixin
from apps.geo.drawn_forms import DrawnFormMixin
from apps.geo.form_fields import CleanCharField, Data, FormOptions, one_of_several, row_field
from apps.geo.untrusted import parse_lonlat
from apps.places.folding import fold
from apps.places.models import Municipality
from apps.places.search import find_places
from apps.statements.models.statement import TEXT_LIMIT
from apps.statements.services.submission import Who

DRAWN_TYPES = ("Point", "LineString", "MultiPolygon")
#: What is kept of one field of a draft, whatever is typed.
KEPT = {"text": 60_000, "shape": 64_000}


class WordsForm(ContributionFormMixin):
    """The statement and its sender. The idempotency key is the draft's number."""

    # None takes an inherited field away (Django, "Form inheritance"); the types know fields only.
    key = None  # type: ignore[assignment]
    text = CleanCharField(
        label=_("Ihre Stellungnahme"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 10, "autocomplete": "off"}),
        help_text=_("Schreiben Sie, was Ihnen an der Planung wichtig ist, und warum."),
        error_messages={
            "required": _("Bitte schreiben Sie Ihre Stellungnahme in das Feld."),
            "max_length": _("Der Text ist zu lang. Bitte legen Sie den Rest als PDF bei."),
        },
    )
    name = CleanCharField(
        label=_("Name"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    organisation = CleanCharField(
        label=_("Stelle oder Verein"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    postal_address = CleanCharField(
        label=_("Anschrift"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )
    email = forms.EmailField(
        label=_("E-Mail-Adresse"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Dann bekommen Sie eine Bestätigung und später das Ergebnis per E-Mail."),
        error_messages={"invalid": _("Diese E-Mail-Adresse ist nicht vollständig. Beispiel: name@beispiel.de")},
    )
    with_copy = forms.BooleanField(label=_("Schicken Sie mir eine Kopie meiner Stellungnahme."), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("postal_address") or data.get("organisation")) and not (data.get("name") or data.get("email")):
            self.add_error("name", _("Bitte nennen Sie dazu einen Namen, oder lassen Sie auch die Anschrift leer."))
        if data.get("with_copy") and not data.get("email") and "email" not in self.errors:
            self.add_error("email", _("Damit wir Ihnen eine Kopie schicken können, brauchen wir Ihre E-Mail-Adresse."))
        return data

    def who(self) -> Who:
        """Return the sender of a valid form."""
        return Who(**{part: self.cleaned_data[part] for part in ("name", "email", "postal_address", "organisation")})

    def sender_fields(self) -> list[forms.BoundField]:
        """Return what a person may say about themselves."""
        return [self[name] for name in ("name", "organisation", "postal_address", "email", "with_copy")]


class PlaceForm(DrawnFormMixin):
    """One place: drawn, as coordinates, or by its address. ``cleaned_data["geometry"]`` is None when none is given."""

    drawn_types = DRAWN_TYPES

    place_address = CleanCharField(
        label=_("Adresse"),
        max_length=120,
        required=False,
        help_text=_("Zum Beispiel: Gartenweg 7. Wir setzen dort einen Punkt."),
    )

    def __init__(self, town: Municipality, data: Data = None, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.town = town
        self.fields["shape"].label = _("Oder als Koordinaten")
        self.fields["shape"].help_text = _(
            "Steht hier von selbst, wenn Sie zeichnen. Sonst eine Zeile je Punkt, Länge und Breite: 12,6095 51,3339."
        )
        self.fields["shape"].widget.attrs["rows"] = 3
        for name in ("shape", "place_address"):
            one_of_several(self.fields[name])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        address = data.get("place_address")
        if data.get("geometry") is None and address and not self.errors:
            found = find_places(self.town, address)
            exact = [place for place in found if fold(place.label) == fold(address)]
            if len(found) == 1 or exact:
                chosen = (exact or found)[0]
                data["geometry"] = parse_lonlat(chosen.lon, chosen.lat)
            elif found:
                names = ", ".join(place.label for place in found[:5])
                self.add_error("place_address", _("Mehrere Orte passen: %(names)s.") % {"names": names})
            else:
                self.add_error("place_address", _("Diesen Ort kennen wir nicht. Bitte prüfen Sie die Schreibweise."))
        return data


class ReferenceForm(forms.Form):
    """A paper of the consultation and where in it."""

    document = forms.ModelChoiceField(
        label=_("Unterlage"), queryset=Document.objects.none(), to_field_name="public_id", required=False
    )
    page = CleanCharField(label=_("Seite oder Abschnitt"), max_length=60, required=False)

    def __init__(self, consultation: Consultation, data: Data = None, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        papers = consultation.documents.published().in_reading_order()
        row_field(self, "document").queryset = papers
        row_field(self, "document").empty_label = str(_("keine gewählt"))
        vars(self.fields["document"])["one_of_several"] = vars(self.fields["page"])["one_of_several"] = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("page") and not data.get("document") and "document" not in self.errors:
            self.add_error("document", _("Bitte wählen Sie auch, in welcher Unterlage das steht."))
        return data


TYPED = (
    *("text", "name", "organisation", "postal_address", "email", "with_copy"),
    *("shape", "place_address", "document", "page"),
)


def typed_in(data: Any) -> dict[str, str]:
    """Return what was typed, valid or not, without what no database stores."""
    kept = {name: str(data.get(name, ""))[: KEPT.get(name, 2_000)] for name in TYPED}
    return {name: value.replace("\x00", "").encode("utf-8", "replace").decode() for name, value in kept.items()}
