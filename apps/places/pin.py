"""The place in a citizen's form: from the map, from an address, or from numbers; with and without JavaScript."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.geo.form_fields import one_of_several
from apps.geo.untrusted import InputRefused, clean_text, parse_lonlat
from apps.places.folding import fold
from apps.places.models import Municipality
from apps.places.search import Place, find_places


class PinFormMixin(forms.Form):
    """Fields ``lon``, ``lat``, ``address`` and ``place``; ``cleaned_data["point"]`` is a storage-CRS point.

    The map fills ``lon`` and ``lat`` (WGS 84 degrees). Without JavaScript an address will do: when it names one place
    the form takes it, otherwise ``place_choices`` holds what was found and the template offers it as ``place``
    (``"lon,lat"``). The form has a ``municipality``; show the fields with ``{% pin_input form %}``.
    """

    municipality: Municipality
    place_is_required = True

    lon = forms.CharField(label=_("Länge (Ost)"), max_length=40, required=False)
    lat = forms.CharField(label=_("Breite (Nord)"), max_length=40, required=False)
    address = forms.CharField(label=_("Adresse oder Ort"), max_length=120, required=False)
    place = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place_choices: list[Place] = []
        # None of them is needed, one of them is: "(freiwillig)" behind each would mislead (forms/optional.html).
        for name in ("lon", "lat", "address"):
            if name in self.fields:
                one_of_several(self.fields[name], self.place_is_required)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        lon, lat = (data.get("lon") or "").strip(), (data.get("lat") or "").strip()
        try:
            if lon or lat:
                data["point"] = parse_lonlat(lon, lat)
            elif data.get("place"):
                chosen_lon, _comma, chosen_lat = data["place"].partition(",")
                data["point"] = parse_lonlat(chosen_lon, chosen_lat)
            elif data.get("address"):
                self._locate(clean_text(data["address"]), data)
            elif self.place_is_required:
                self.add_error("address", _("Bitte zeigen Sie auf der Karte oder mit einer Adresse, wo es ist."))
        except InputRefused as refusal:
            self.add_error("address", str(refusal))
        return data

    def _locate(self, address: str, data: dict[str, Any]) -> None:
        found = find_places(self.municipality, address) if self.municipality else []
        if len(found) == 1 or (found and fold(found[0].label) == fold(address) and found[0].kind == "address"):
            data["point"] = parse_lonlat(found[0].lon, found[0].lat)
        elif found:
            self.place_choices = found
            self.add_error("address", _("Mehrere Orte passen. Bitte wählen Sie einen aus."))
        else:
            self.add_error(
                "address",
                _("Diesen Ort kennen wir nicht. Bitte prüfen Sie die Schreibweise oder nennen Sie nur die Straße."),
            )
