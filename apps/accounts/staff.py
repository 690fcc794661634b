"""The desk's pages about people and keys."""

from typing import Any, TypedDict

from allauth.mfa.utils import is_mfa_enabled
from django.apps import apps
from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from apps.accounts import services
from apps.accounts.access import staff_act, staff_form, staff_page
from apps.accounts.forms import AccessTokenForm, AccountForm, RolesForm
from apps.accounts.models import ApiKey, Role, User
from apps.accounts.requests import StaffRequest
from apps.geo.refusals import said_at
from apps.places.models import Municipality

ADMINISTRATOR = Role.Code.ADMINISTRATOR


def people_of(town: Municipality) -> QuerySet[Any]:
    """Return the town's people by name, with ``town_roles``: whoever holds or held a role here."""
    here = Role.objects.filter(municipality=town)
    history = apps.get_model("accounts", "RoleEvent")  # pghistory makes this model of Role
    held_before = history._default_manager.filter(municipality=town, user=OuterRef("pk"))
    return (
        User.objects.filter(Exists(here.filter(user=OuterRef("pk"))) | Exists(held_before))
        .prefetch_related(Prefetch("roles", queryset=here.order_by("role"), to_attr="town_roles"))
        .order_by("-is_active", "name", "pk")
    )


@staff_page(ADMINISTRATOR)
def accounts(request: StaffRequest) -> HttpResponse:
    """List who works here, with which roles."""
    return render(request, "accounts/accounts.html", {"people": people_of(request.municipality)})


@staff_form(ADMINISTRATOR)
def account_new(request: StaffRequest) -> HttpResponse:
    """Make an account and mail its owner a link."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        town = request.municipality
        with said_at(form, "email"):
            user, is_new = services.create_account(municipality=town, actor=request.user, **form.cleaned_data)
            told = (
                _("Das Konto für %(name)s ist angelegt. Der Link zum Festlegen des Passworts ist unterwegs.")
                if is_new
                else _("%(name)s hatte schon ein Konto und hat jetzt auch Aufgaben in Ihrer Gemeinde.")
            )
            messages.success(request, told % {"name": user.name})
            return redirect("desk_accounts")
    return render(request, "accounts/account_new.html", {"form": form}, status=422 if form.errors else 200)


@staff_form(ADMINISTRATOR)
def account(request: StaffRequest, user_id: int) -> HttpResponse:
    """Show one person; change roles, access, password and second factor by the button pressed."""
    town = request.municipality
    person = get_object_or_404(people_of(town), pk=user_id)
    form = RolesForm(
        request.POST if request.POST.get("action") == "roles" else None,
        initial={"roles": [role.role for role in person.town_roles]},
    )
    if request.method == "POST":
        try:
            told = _change(request.POST.get("action", ""), form, person, town, request.user)
        except services.ChangeRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("desk_account", user_id=person.pk)
        if told:
            messages.success(request, told % {"name": person.name})
            return redirect("desk_account", user_id=person.pk)
    return render(
        request,
        "accounts/account.html",
        {"person": person, "form": form, "has_second_factor": is_mfa_enabled(person)},
        status=422 if form.errors else 200,
    )


class Whose(TypedDict):
    """Of whom an account's changes speak."""

    user: User
    municipality: Municipality
    actor: User


def _change(action: str, form: RolesForm, person: User, town: Municipality, actor: User) -> str:
    """Do what the button says; return what to tell, or nothing when the form has to be shown again."""
    who = Whose(user=person, municipality=town, actor=actor)
    if action == "roles" and form.is_valid():
        services.set_roles(**who, roles=form.cleaned_data["roles"])
        return _("Die Aufgaben von %(name)s sind gespeichert.")
    if action == "deactivate":
        services.deactivate_account(**who)
        return _("%(name)s hat ab sofort keinen Zugang mehr.")
    if action == "reactivate":
        services.reactivate_account(**who)
        return _("%(name)s hat wieder Zugang. Der Link zum Festlegen des Passworts ist unterwegs.")
    if action == "password":
        services.send_password_link(**who)
        return _("%(name)s erhält eine E-Mail mit einem Link zum Festlegen eines neuen Passworts.")
    if action == "second_factor":
        services.reset_second_factor(**who)
        return _(
            "%(name)s meldet sich ab jetzt nur mit dem Passwort an, bis wieder ein zweiter Faktor eingerichtet ist."
        )
    return ""


@staff_form()
@sensitive_variables("key")
def access(request: StaffRequest) -> HttpResponse:
    """Own access tokens: list, make (the key is shown in this answer only); administrators see the API keys too."""
    town = request.municipality
    form, key = AccessTokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        _token, key = services.create_access_token(user=request.user, name=form.cleaned_data["name"])
        form = AccessTokenForm()
    return render(
        request,
        "accounts/access.html",
        {
            "form": form,
            "key": key,
            "tokens": request.user.access_tokens.order_by("-pk"),
            "today": timezone.localdate(),
            "api_keys": ApiKey.objects.active().filter(municipality=town).order_by("name")
            if request.user.has_role(town.pk, ADMINISTRATOR)
            else None,
        },
        status=422 if form.errors else 200,
    )


@staff_act()
def revoke_token(request: StaffRequest, token_id: int) -> HttpResponse:
    """Delete one of one's own access tokens."""
    if services.revoke_access_token(user=request.user, token_id=token_id):
        messages.success(request, _("Der Zugangsschlüssel gilt nicht mehr."))
    return redirect("desk_access")


@staff_act(ADMINISTRATOR)
def deactivate_key(request: StaffRequest, key_id: int) -> HttpResponse:
    """Let an API key of the town open nothing any more."""
    if services.deactivate_api_key(municipality=request.municipality, key_id=key_id):
        messages.success(request, _("Der API-Schlüssel gilt nicht mehr."))
    return redirect("desk_access")
