"""The town's desks and those of other bodies, with their people."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_form, staff_page
from apps.accounts.models import Role, User
from apps.accounts.requests import StaffRequest
from apps.departments import services
from apps.departments.forms import DepartmentForm, MembersForm, OrganisationForm
from apps.departments.models import Department, Jurisdiction


@staff_page(Role.Code.ADMINISTRATOR)
def departments(request: StaffRequest) -> HttpResponse:
    """List the town's desks and those of other bodies, with their people and how many rules name them."""
    town = request.municipality
    desks = (
        Department.objects.filter(municipality=town)
        .select_related("organisation")
        .annotate(people=Count("memberships", distinct=True), rules=Count("executes", distinct=True))
        .order_by("organisation__is_external", "organisation__name", "name")
    )
    return render(request, "departments/departments.html", {"departments": desks})


@staff_form(Role.Code.ADMINISTRATOR)
def department_new(request: StaffRequest) -> HttpResponse:
    """Add a desk."""
    town = request.municipality
    form = DepartmentForm(request.POST or None, municipality=town)
    if request.method == "POST" and form.is_valid():
        made = services.create_department(municipality=town, actor=request.user, **form.cleaned_data)
        messages.success(request, _("%(name)s ist angelegt.") % {"name": made.name})
        return redirect("desk_department", department_id=made.pk)
    return _new(request, form, _("Fachbereich anlegen"))


@staff_form(Role.Code.ADMINISTRATOR)
def organisation_new(request: StaffRequest) -> HttpResponse:
    """Add a body."""
    town = request.municipality
    form = OrganisationForm(request.POST or None, municipality=town)
    if request.method == "POST" and form.is_valid():
        made = services.create_organisation(municipality=town, actor=request.user, **form.cleaned_data)
        messages.success(request, _("%(name)s ist angelegt.") % {"name": made.name})
        return redirect("desk_department_new")
    return _new(request, form, _("Behörde anlegen"))


def _new(request: StaffRequest, form: Any, title: str) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "departments/new.html", {"form": form, "title": title}, status=status)


@staff_form(Role.Code.ADMINISTRATOR)
def department(request: StaffRequest, department_id: int) -> HttpResponse:
    """Show one desk; change it, its people, or make it the triage desk, by the button pressed."""
    town = request.municipality
    desk = get_object_or_404(Department.objects.filter(municipality=town), pk=department_id)
    title = desk.name
    action = request.POST.get("action", "") if request.method == "POST" else ""
    form = DepartmentForm(request.POST if action == "save" else None, instance=desk, municipality=town)
    members = MembersForm(request.POST if action == "members" else None, department=desk)
    if action:
        try:
            told = _change(action, desk, form, members, request.user)
        except services.ChangeRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("desk_department", department_id=desk.pk)
        if told:
            messages.success(request, told % {"name": desk.name})
            return redirect("desk_department", department_id=desk.pk)
    named = Jurisdiction.objects.filter(Q(executor=desk) | Q(owner=desk) | Q(copy_to=desk)).count()
    return render(
        request,
        "departments/department.html",
        {"department": desk, "title": title, "form": form, "members": members, "named": named},
        status=422 if form.errors or members.errors else 200,
    )


def _change(action: str, desk: Department, form: DepartmentForm, members: MembersForm, actor: User) -> str:
    """Do what the button says; return what to tell, or nothing when the page has to be shown again."""
    if action == "save" and form.is_valid():
        services.update_department(department=desk, actor=actor, **form.cleaned_data)
        return _("%(name)s ist gespeichert.")
    if action == "members" and members.is_valid():
        services.set_members(department=desk, actor=actor, users=members.cleaned_data["users"])
        return _("Die Personen von %(name)s sind gespeichert.")
    if action == "triage":
        services.move_triage(department=desk, actor=actor)
        return _("%(name)s ist jetzt die Eingangsstelle.")
    return ""
