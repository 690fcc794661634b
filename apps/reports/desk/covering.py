"""Faces, number plates and name signs in a photo: the desk draws rectangles, the public never sees what is below."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseFormSet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from apps.accounts.access import staff_form, staff_page
from apps.accounts.requests import StaffRequest
from apps.contributions.photos import PhotoRefused
from apps.contributions.serving import photo_response
from apps.geo.editing import ChangeRefused
from apps.reports.models import ReportPhoto
from apps.reports.permissions import rights
from apps.reports.photos import MAX_AREAS, blur_photo


def _percent(label: Any) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "0.1", "min": 0, "max": 100, "inputmode": "decimal"})
    return forms.FloatField(label=label, min_value=0, max_value=100, required=False, widget=widget)


class AreaForm(forms.Form):
    """One rectangle in per cent of the photo's width and height; a row left empty is none."""

    left = _percent(lazy("von links"))
    top = _percent(lazy("von oben"))
    width = _percent(lazy("Breite"))
    height = _percent(lazy("Höhe"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [name for name in self.fields if data.get(name) is not None]
        if given and not self.errors:
            if len(given) < len(self.fields):
                raise forms.ValidationError(_("Bitte geben Sie alle vier Zahlen an, oder leeren Sie die Zeile."))
            if not data["width"] or not data["height"]:
                raise forms.ValidationError(_("Breite und Höhe müssen größer als 0 sein."))
        return data


Areas = forms.formset_factory(AreaForm, extra=3, max_num=MAX_AREAS, absolute_max=MAX_AREAS + 3)


@staff_form()
def cover(request: StaffRequest, public_id: str, photo: str) -> HttpResponse:
    """Show a photo with its rectangles, and make the public version anew."""
    found = _publishable(request, public_id, photo)
    blurred = getattr(found, "blurred", None)
    if request.method != "POST":
        shown = [_in_percent(found, area) for area in blurred.areas] if blurred else []
        return _page(request, found, Areas(initial=shown, prefix="area"))
    areas = Areas(request.POST, prefix="area")
    if not areas.is_valid():
        return _page(request, found, areas, status=400)
    drawn = [_in_pixels(found, row) for row in areas.cleaned_data if row and row.get("width")]
    try:
        blur_photo(photo=found, areas=drawn, actor=request.user)
    except (ChangeRefused, PhotoRefused) as refusal:
        return _page(request, found, areas, refusal=str(refusal), status=400)
    messages.success(request, _("Das Foto ist verdeckt.") if drawn else _("Die Verdeckung ist entfernt."))
    return redirect("reports:desk_cover", public_id=public_id, photo=photo)


@staff_page()
def covered(request: StaffRequest, public_id: str, photo: str) -> Any:
    """The public version as the public will see it, also before it is released."""
    found = _publishable(request, public_id, photo)
    if not hasattr(found, "blurred"):
        raise Http404
    return photo_response(request, found.blurred, "gross", name="verdeckt", is_public=False)


def _publishable(request: StaffRequest, public_id: str, photo: str) -> ReportPhoto:
    found = get_object_or_404(
        ReportPhoto.objects.visible_to(request.user).select_related(
            "blurred", "report__executor__organisation", "report__category"
        ),
        report__municipality=request.municipality,
        report__public_id=public_id,
        public_id=photo,
    )
    if not rights(request.user, found.report).publish:
        raise PermissionDenied
    return found


def _in_percent(photo: ReportPhoto, area: list[int]) -> dict[str, float]:
    left, top, right, bottom = area
    across, down = 100 / photo.width, 100 / photo.height
    values = (left * across, top * down, (right - left) * across, (bottom - top) * down)
    return dict(zip(("left", "top", "width", "height"), (round(value, 1) for value in values), strict=True))


def _in_pixels(photo: ReportPhoto, row: dict[str, float]) -> list[int]:
    """Return whole pixels, rounded outwards: rather one pixel too much than half a letter."""
    right, bottom = row["left"] + row["width"], row["top"] + row["height"]
    return [
        int(row["left"] / 100 * photo.width),
        int(row["top"] / 100 * photo.height),
        min(-int(-right / 100 * photo.width // 1), photo.width),
        min(-int(-bottom / 100 * photo.height // 1), photo.height),
    ]


def _page(
    request: StaffRequest, photo: ReportPhoto, areas: BaseFormSet, *, status: int = 200, refusal: str = ""
) -> HttpResponse:
    context = {"photo": photo, "report": photo.report, "areas": areas, "refusal": refusal}
    return render(request, "reports/desk/cover.html", context, status=status)
