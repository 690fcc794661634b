"""What a report can be about: the categories, offered and not offered."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import staff_required
from apps.accounts.models import Role
from apps.accounts.requests import StaffRequest
from apps.departments import services
from apps.departments.models import Category


@staff_required(Role.Code.ADMINISTRATOR)
@require_GET
def categories(request: StaffRequest) -> HttpResponse:
    """List the categories, offered and not offered."""
    town = request.municipality
    listed = Category.objects.of_town(town.pk).for_picker().annotate(rule_count=Count("rules"))
    return render(request, "departments/categories.html", {"categories": listed})


@staff_required(Role.Code.ADMINISTRATOR)
@require_POST
def category_switch(request: StaffRequest, category_id: int) -> HttpResponse:
    """Offer a category to citizens, or no longer."""
    town = request.municipality
    category = get_object_or_404(Category.objects.of_town(town.pk), pk=category_id)
    is_active = request.POST.get("is_active") == "1"
    services.switch_category(category=category, actor=request.user, is_active=is_active)
    told = _("%(name)s wird wieder angeboten.") if is_active else _("%(name)s wird nicht mehr angeboten.")
    messages.success(request, told % {"name": category.name})
    return redirect("desk_categories")


@staff_required(Role.Code.ADMINISTRATOR)
@require_POST
def adopt(request: StaffRequest) -> HttpResponse:
    """Start with the common categories."""
    try:
        count = services.adopt_categories(municipality=request.municipality, actor=request.user)
    except services.ChangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(count)d Kategorien sind übernommen und werden angeboten.") % {"count": count})
    return redirect("desk_categories")
