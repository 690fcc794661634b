"""The desk's page about the town's boundary: drawn, corrected, or read from a file."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.gis.db.models.functions import Area
from django.contrib.gis.geos import MultiPolygon
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.access import staff_act, staff_form
from apps.accounts.models import Role
from apps.accounts.requests import StaffRequest
from apps.geo.drawn_forms import DrawnFormMixin, answer_drawn
from apps.geo.form_fields import DayField
from apps.geo.refusals import said_at
from apps.geo.untrusted import InputRefused
from apps.geofiles.reading import UPLOAD_ENDINGS, read_upload
from apps.places.models import AdministrativeArea, Municipality
from geo_platform import services
from geo_platform.boundary import boundary_of


class BoundaryForm(DrawnFormMixin):
    """The drawn outline, or a file that takes its place, and the day from which it counts."""

    valid_from = DayField(label=gettext_lazy("Gültig ab"))
    file = forms.FileField(
        label=gettext_lazy("Datei"),
        required=False,
        help_text=gettext_lazy("GeoPackage, Shapefile (gepackt als .zip), FlatGeobuf oder GeoJSON, bis 20 MB."),
        widget=forms.FileInput(attrs={"accept": ",".join(UPLOAD_ENDINGS)}),
    )
    srid = forms.IntegerField(
        label=gettext_lazy("EPSG-Nummer der Datei"),
        required=False,
        min_value=1,
        max_value=999_999,
        help_text=gettext_lazy("Nur nötig, wenn die Datei ihr Koordinatensystem nicht nennt, zum Beispiel 25833."),
    )

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        self.municipality = municipality
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if file := data.get("file"):
            data["geometry"] = self._read(file, data.get("srid"))
        elif data["geometry"] is None and "shape" not in self.errors:
            self.add_error("shape", _("Bitte zeichnen Sie die Grenze, oder wählen Sie eine Datei."))
        return data

    def _read(self, file: UploadedFile, srid: int | None) -> MultiPolygon | None:
        self.errors.pop("shape", None)  # the file takes the drawing's place
        try:
            return boundary_of(read_upload(file), self.municipality.key, srid=srid)
        except InputRefused as refusal:
            self.add_error("file", str(refusal))
            return None


@staff_form(Role.Code.ADMINISTRATOR)
def boundary(request: StaffRequest) -> HttpResponse:
    """Show the outline in force and take a new one. The former version stays in the history of the area."""
    town: Municipality = request.municipality
    now = (
        AdministrativeArea.objects.filter(municipality=town, kind=AdministrativeArea.Kind.MUNICIPALITY)
        .valid_on(timezone.localdate())
        .annotate(area_m2=Area("area"))
        .first()
    )
    if request.method == "POST":
        form = BoundaryForm(request.POST, request.FILES, municipality=town)
        if form.is_valid():
            day: dt.date = form.cleaned_data["valid_from"]
            with said_at(form, "valid_from", services.TownRefused):
                services.set_boundary(municipality=town, area=form.cleaned_data["geometry"], valid_from=day)
                messages.success(request, _("Die Grenze ist gespeichert."))
                return redirect("desk_boundary")
    else:
        form = BoundaryForm(
            municipality=town, geometry=now.area if now else None, initial={"valid_from": timezone.localdate()}
        )
    context = {"form": form, "now": now, "stored": now.area_m2.sq_m if now else None}
    return render(request, "desk/boundary.html", context, status=422 if form.errors else 200)


@staff_act(Role.Code.ADMINISTRATOR)
def check_shape(request: StaffRequest) -> HttpResponse:
    """Say how large a drawing is and what is wrong with it; stores nothing."""
    return answer_drawn(request, allowed=BoundaryForm.drawn_types)
