"""The desk of the hotspots: list, new, edit."""

from django.contrib import messages
from django.contrib.gis.db.models.functions import Transform
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_form, staff_page
from apps.accounts.requests import StaffRequest
from apps.geo.crs import WGS84
from apps.geo.editing import StaleEdit
from apps.hotspots import services
from apps.hotspots.forms import HotspotForm
from apps.hotspots.models import Hotspot
from apps.hotspots.querysets import HotspotQuerySet
from apps.places.models import Municipality
from apps.places.requests import TownRequest

ROLES = ("gis", "administrator")


@staff_page(*ROLES)
def hotspot_list(request: StaffRequest) -> HttpResponse:
    """Every hotspot of the town, hidden ones included."""
    hotspots = _hotspots(request).order_by("name", "pk")
    return render(request, "hotspots/desk_list.html", {"hotspots": hotspots})


@staff_form(*ROLES)
def add(request: StaffRequest) -> HttpResponse:
    """Enter a hotspot by hand."""
    town: Municipality = request.municipality
    form = HotspotForm(request.POST or None, municipality=town)
    if request.method == "POST" and form.is_valid():
        hotspot = services.add_hotspot(municipality=town, actor=request.user, values=form.values())
        messages.success(request, _("„%(name)s“ ist gespeichert.") % {"name": hotspot.name})
        return redirect("hotspots:desk")
    return render(request, "hotspots/desk_form.html", {"form": form}, status=422 if form.errors else 200)


@staff_form(*ROLES)
def edit(request: StaffRequest, public_id: str) -> HttpResponse:
    """Change a hotspot; an edit made from an older state is refused and nothing typed is lost."""
    town: Municipality = request.municipality
    hotspot = get_object_or_404(_hotspots(request).annotate(lonlat=Transform("point", WGS84)), public_id=public_id)
    initial = {"lon": f"{hotspot.lonlat.x:.7f}", "lat": f"{hotspot.lonlat.y:.7f}"}
    form = HotspotForm(request.POST or None, instance=hotspot, initial=initial, municipality=town)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_hotspot(
                hotspot=hotspot, actor=request.user, version=form.cleaned_data["version"], values=form.values()
            )
        except StaleEdit as stale:
            form.show_stale(stale)
        else:
            messages.success(request, _("„%(name)s“ ist gespeichert.") % {"name": hotspot.name})
            return redirect("hotspots:desk")
    status = 422 if form.errors else 200
    return render(request, "hotspots/desk_form.html", {"form": form, "hotspot": hotspot}, status=status)


def _hotspots(request: TownRequest) -> HotspotQuerySet:
    town = request.municipality.pk
    return Hotspot.objects.visible_to(request.user).filter(municipality=town)
