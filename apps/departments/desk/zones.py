"""The areas that a town has drawn and named for its rules: listed, drawn, tried, changed, taken out of use."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.gis.db.models.functions import Area
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import staff_form, staff_page
from apps.accounts.forms import clean_line
from apps.accounts.models import Role
from apps.accounts.requests import StaffRequest
from apps.departments import services
from apps.departments.areas import sources, taken_from
from apps.departments.desk import rehearsing
from apps.departments.desk.shapes import areas_of, outline_of, surroundings_of
from apps.departments.models import Jurisdiction
from apps.departments.rehearsal import BreaksExamples, carry_out, rehearse
from apps.departments.services.zones import ZONE, mark_of, rules_in
from apps.geo.drawn_forms import DrawnFormMixin
from apps.geo.drawn_text import as_coordinates
from apps.geo.form_fields import one_of_several
from apps.geo.refusals import said_above
from apps.geo.untrusted import InputRefused
from apps.places.models import AdministrativeArea


class ZoneForm(DrawnFormMixin):
    """A name and a drawing; ``seen`` is the mark of what the form was made from."""

    drawn_types = ("MultiPolygon",)
    shape_is_required = True
    name = forms.CharField(label=_("Name des Gebiets"), max_length=120)
    seen = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput)
    field_order = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Drawn on the map or written down: nobody has to fill in this very field.
        one_of_several(self.fields["shape"])

    def clean_name(self) -> str:
        return clean_line(self.cleaned_data["name"])


def _zones(request: StaffRequest) -> QuerySet[AdministrativeArea]:
    return AdministrativeArea.objects.valid_on(timezone.localdate()).filter(
        municipality=request.municipality, kind=ZONE
    )


@staff_page(Role.Code.ADMINISTRATOR)
def zones(request: StaffRequest) -> HttpResponse:
    """List the named areas of the town with the rules that name them, and show them on a map."""
    town = request.municipality
    found = list(_zones(request).annotate(size=Area("area")).order_by("name", "pk"))
    used: dict[str, list[Jurisdiction]] = {}
    rules = Jurisdiction.objects.filter(municipality=town, area__kind=ZONE).exclude(valid_to__lte=timezone.localdate())
    for rule in rules.select_related("area", "category", "group", "executor").order_by("code"):
        assert rule.area is not None
        used.setdefault(rule.area.key, []).append(rule)
    context = {
        "rows": [
            {"zone": zone, "hectares": zone.size.sq_m / 10_000, "rules": used.get(zone.key, [])} for zone in found
        ],
        "drawn": {"type": "FeatureCollection", "features": [*outline_of(town), *areas_of(found)]},
    }
    return render(request, "departments/zones.html", context)


@staff_form(Role.Code.ADMINISTRATOR)
def zone_new(request: StaffRequest) -> HttpResponse:
    """Draw and name an area."""
    return _edit(request, None)


@staff_form(Role.Code.ADMINISTRATOR)
def zone(request: StaffRequest, zone_id: int) -> HttpResponse:
    """Show and change one area, with what its rules would do then; an older version leads to the one in force."""
    asked = get_object_or_404(AdministrativeArea, municipality=request.municipality, kind=ZONE, pk=zone_id)
    return _edit(request, get_object_or_404(_zones(request), key=asked.key))


def _edit(request: StaffRequest, zone: AdministrativeArea | None) -> HttpResponse:
    action = request.POST.get("action", "save") if request.method == "POST" else ""
    start = {"name": zone.name, "seen": mark_of(zone)} if zone else {}
    if not action:
        return _page(request, zone, ZoneForm(geometry=zone.area if zone else None, initial=start))
    form = ZoneForm(request.POST)
    if zone and action == "end":
        return _end(request, zone)
    if action in ("take", "upload"):
        return _fill(request, zone, form, action)
    if not form.is_valid():
        return _page(request, zone, form)
    try:
        return _carry_out(request, zone, form, action)
    except BreaksExamples as refusal:
        form.add_error(None, str(refusal))
        shown = rehearsing.shown(refusal.rehearsal, request.municipality)
        return _page(request, zone, form, **shown, must_confirm=True)
    except services.ChangeRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, zone, form)


def _carry_out(request: StaffRequest, zone: AdministrativeArea | None, form: ZoneForm, action: str) -> HttpResponse:
    """Try or make the change: with it every rule that names the area answers elsewhere."""
    town = request.municipality
    change = _change(request, zone, form)
    if action in rehearsing.FILES:
        return rehearsing.download(rehearse(change, municipality=town), action)
    if action == "dry_run":
        return _page(request, zone, form, **rehearsing.shown(rehearse(change, municipality=town), town))
    saved, _done, pages = carry_out(
        change,
        municipality=town,
        actor=request.user,
        reason=_now("Das Gebiet „%(name)s“ ist neu gezeichnet.") % {"name": form.cleaned_data["name"]},
        confirmed=request.POST.get("confirmed") == "1",
        apply_to_open=request.POST.get("apply_to_open") == "1",
    )
    messages.success(request, _now("Das Gebiet „%(name)s“ ist gespeichert.") % {"name": saved.name})
    return redirect(pages[0]) if pages else redirect("desk_zones")


def _change(request: StaffRequest, zone: AdministrativeArea | None, form: ZoneForm) -> Callable[[], AdministrativeArea]:
    data = form.cleaned_data
    return lambda: services.save_zone(
        municipality=request.municipality, name=data["name"], area=data["geometry"], zone=zone, seen=data["seen"]
    )


def _end(request: StaffRequest, zone: AdministrativeArea) -> HttpResponse:
    with said_above(request):
        services.end_zone(zone=zone, seen=request.POST.get("seen", "")[:32])
        messages.success(request, _now("Das Gebiet „%(name)s“ wird nicht mehr angeboten.") % {"name": zone.name})
        return redirect("desk_zones")
    return redirect("desk_zone", zone_id=zone.pk)


def _fill(request: StaffRequest, zone: AdministrativeArea | None, form: ZoneForm, action: str) -> HttpResponse:
    """Show the form again with an area from the stock or a file; nothing is stored."""
    typed = {name: form[name].value() for name in ("name", "seen", "shape")}
    told = refused = ""
    try:
        taken, told = taken_from(request.municipality, action, request.POST, request.FILES)
        typed["shape"] = as_coordinates(taken.area)
    except InputRefused as refusal:
        refused = str(refusal)
    return _page(request, zone, ZoneForm(initial=typed), told=told, refused=refused)


def _page(request: StaffRequest, zone: AdministrativeArea | None, form: ZoneForm, **context: object) -> HttpResponse:
    town = request.municipality
    context = {
        "form": form,
        "zone": zone,
        "mark": mark_of(zone) if zone else "",
        "rules": rules_in(zone) if zone else [],
        "sources": sources(town),
        "surroundings": surroundings_of(town, zone_key=zone.key if zone else ""),
        **context,
    }
    status = 422 if form.errors or context.get("refused") else 200
    return render(request, "departments/zone.html", context, status=status)
