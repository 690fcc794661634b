"""Forms of plan sheets: the upload, the control points, the legend."""

from typing import Any, Unpack

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.consultations.codes import DocumentKind
from apps.consultations.desk.forms import DRAWING_ENDINGS
from apps.geo.crs import STORAGE_CRS
from apps.geo.form_fields import CleanTextMixin, Data, Files, FormOptions, one_of_several
from apps.geo.untrusted import GeometryRefused, InputRefused, parse_lonlat, parse_number
from apps.geofiles.placing import read_world_file
from apps.geofiles.rasters import Affine

ROWS = 6
#: Degrees of a place in Germany are smaller, metres of any coordinate system larger.
DEGREES_END = 180


class SheetForm(CleanTextMixin, forms.Form):
    """A drawing that is to lie on the map."""

    title = forms.CharField(label=_("Titel"), max_length=200, initial=_("Planzeichnung"))
    kind = forms.ChoiceField(label=_("Art"), choices=DocumentKind.choices, initial=DocumentKind.DRAFT)
    file = forms.FileField(
        label=_("Zeichnung"),
        max_length=200,
        help_text=_(
            "GeoTIFF, TIFF, PNG, JPEG oder PDF, höchstens 100 MB. Ein GeoTIFF und ein PDF mit Raumbezug bringen ihre "
            "Lage mit; für alles andere geben Sie sie im nächsten Schritt an."
        ),
        widget=forms.FileInput(attrs={"accept": DRAWING_ENDINGS}),
    )
    page = forms.IntegerField(
        label=_("Seite"), min_value=1, max_value=2000, initial=1, help_text=_("Nur bei PDF von Bedeutung.")
    )
    world_file = forms.FileField(
        label=_("Weltdatei"),
        max_length=200,
        required=False,
        help_text=_("Falls Ihr Programm neben dem Bild eine gespeichert hat (.tfw, .pgw, .jgw)."),
        widget=forms.FileInput(attrs={"accept": ".tfw,.tifw,.pgw,.pngw,.jgw,.jpgw,.wld"}),
    )
    is_published = forms.BooleanField(
        label=_("mit veröffentlichen"),
        required=False,
        initial=True,
        help_text=_("Ohne Haken bleibt sie intern, bis Sie ihre Lage geprüft haben."),
    )

    def clean_world_file(self) -> Affine | None:
        upload = self.cleaned_data["world_file"]
        if not upload:
            return None
        try:
            return read_world_file(upload.read(2000))
        except InputRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class PointForm(forms.Form):
    """One control point: where it is on the drawing, and where in the world."""

    column = forms.CharField(label=_("nach rechts"), max_length=20, required=False)
    row = forms.CharField(label=_("nach unten"), max_length=20, required=False)
    east = forms.CharField(label=_("Ost / Länge"), max_length=24, required=False)
    north = forms.CharField(label=_("Nord / Breite"), max_length=24, required=False)

    point: tuple[float, float, float, float] | None = None

    def __init__(self, data: Data = None, *, size: tuple[int, int], **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.size = size
        for field in self.fields.values():
            one_of_several(field)
            field.widget.attrs.update(inputmode="decimal", autocomplete="off")

    def clean(self) -> dict[str, Any]:
        data = {name: str(self.cleaned_data.get(name) or "").strip() for name in self.fields}
        if not any(data.values()):
            return data
        missing = [str(self.fields[name].label) for name, value in data.items() if not value]
        if missing:
            raise forms.ValidationError(
                _now("Es fehlt: %(names)s. Ein Punkt besteht aus vier Zahlen.") % {"names": ", ".join(missing)}
            )
        try:
            column, row = (parse_number(data[name], str(self.fields[name].label)) for name in ("column", "row"))
            east, north = _ground(data["east"], data["north"])
        except GeometryRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        width, height = self.size
        if not (0 <= column <= width and 0 <= row <= height):
            raise forms.ValidationError(
                _now("Der Punkt liegt nicht auf der Zeichnung: Sie ist %(width)d × %(height)d Bildpunkte groß.")
                % {"width": width, "height": height}
            )
        self.point = (column, row, east, north)
        return data


def _ground(east: str, north: str) -> tuple[float, float]:
    """Return metres in the storage CRS from metres, or from longitude and latitude."""
    x, y = parse_number(east, _now("Der Ostwert")), parse_number(north, _now("Der Nordwert"))
    if abs(x) <= DEGREES_END and abs(y) <= DEGREES_END:
        found = parse_lonlat(x, y)
        return found.x, found.y
    if x > y:
        raise GeometryRefused(
            _now("Ost- und Nordwert sind vertauscht: zuerst der Ostwert, dann der größere Nordwert (EPSG:%(srid)s).")
            % {"srid": STORAGE_CRS.srid}
        )
    return x, y


class LegendForm(CleanTextMixin, forms.Form):
    """The picture of the legend and what it says."""

    picture = forms.FileField(
        label=_("Bild der Legende"),
        max_length=200,
        required=False,
        help_text=_("PNG, JPEG, WebP oder HEIC, höchstens 15 MB."),
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    alt = forms.CharField(
        label=_("Die Legende in Worten"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Welche Farbe oder Linie bedeutet was? Wer das Bild nicht sieht, liest diesen Text."),
    )

    def __init__(
        self, data: Data = None, files: Files = None, *, has_picture: bool = False, **kwargs: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, files, **kwargs)
        self.fields["picture"].required = not has_picture
        if has_picture:
            self.fields["picture"].label = _("Neues Bild der Legende")
