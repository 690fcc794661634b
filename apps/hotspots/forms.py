"""The desk's form for a hotspot."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.geo.edit_forms import EditForm
from apps.hotspots.models import Hotspot
from apps.places.models import Municipality
from apps.places.pin import PinFormMixin


class HotspotForm(PinFormMixin, EditForm):
    """``values()`` are what the services store, with the place as ``point``."""

    class Meta:
        model = Hotspot
        fields = [
            *("name", "ssid", "operator", "environment", "radius_m", "status", "note", "internal_note"),
            "is_published",
        ]
        help_texts = {
            "ssid": _("So heißt das WLAN in der Liste des Telefons."),
            "radius_m": _("So weit reicht es ungefähr, in Metern."),
            "note": _("Steht auf der öffentlichen Seite."),
            "internal_note": _("Sehen nur Mitarbeitende."),
        }

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.municipality = municipality

    def values(self) -> dict[str, Any]:
        return {**super().values(), "point": self.cleaned_data["point"]}
