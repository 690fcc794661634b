"""What a report can be about: the categories, offered and not offered."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_act, staff_page
from apps.accounts.models import Role
from apps.accounts.requests import StaffRequest
from apps.departments import services
from apps.departments.models import Category
from apps.geo.refusals import said_above


@staff_page(Role.Code.ADMINISTRATOR)
def categories(request: StaffRequest) -> HttpResponse:
    """List the categories, offered and not offered."""
    town = request.municipality
    listed = Category.objects.of_town(town.pk).for_picker().annotate(rule_count=Count("rules"))
    return render(request, "departments/categories.html", {"categories": listed})


@staff_act(Role.Code.ADMINISTRATOR)
def category_switch(request: StaffRequest, category_id: int) -> HttpResponse:
    """Offer a category to citizens, or no longer."""
    town = request.municipality
    category = get_object_or_404(Category.objects.of_town(town.pk), pk=category_id)
    is_active = request.POST.get("is_active") == "1"
    services.switch_category(category=category, actor=request.user, is_active=is_active)
    told = _("%(name)s wird wieder angeboten.") if is_active else _("%(name)s wird nicht mehr angeboten.")
    messages.success(request, told % {"name": category.name})
    return redirect("desk_categories")


@staff_act(Role.Code.ADMINISTRATOR)
def adopt(request: StaffRequest) -> HttpResponse:
    """Start with the common categories."""
    with said_above(request):
        count = services.adopt_categories(municipality=request.municipality, actor=request.user)
        messages.success(request, _("%(count)d Kategorien sind übernommen und werden angeboten.") % {"count": count})
    return redirect("desk_categories")
