"""Signing up, confirming the address, one's own contributions, and leaving for good."""

from allauth.account import views as allauth_views
from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailConfirmation
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.requests import SignedInRequest
from apps.citizens import services
from apps.citizens.belongings import all_kinds
from apps.citizens.forms import SignUpForm
from apps.contributions.limits import TooMany, admit
from apps.geo.editing import ChangeRefused
from apps.places.requests import TownRequest


class SignUpView(allauth_views.SignupView):
    """allauth's sign-up, only where the town wants it, counted like every form of citizens."""

    request: TownRequest

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        town = getattr(request, "municipality", None)
        if not town or not town.citizen_accounts:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        try:
            admit(self.request, "account", key=form.cleaned_data["key"], trust=form.trust())
        except TooMany as refusal:
            context = self.get_context_data(form=form, notice=str(refusal))
            response = self.render_to_response(context, status=refusal.status)
            response["Retry-After"] = str(refusal.retry_after)
            return response
        with transaction.atomic():  # an account, its address and the mail about it, or nothing
            return super().form_valid(form)

    def form_invalid(self, form: SignUpForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 400
        return response


@require_safe
def verification_sent(request: HttpRequest) -> HttpResponse:
    """Say that a mail is on its way: the same words whether the address had an account or not."""
    return render(request, "account/verification_sent.html")


class ConfirmView(allauth_views.ConfirmEmailView):
    """The page behind the link in the mail. Reading changes nothing and signs nobody out: scanners follow links."""

    def logout_other_user(self, confirmation: EmailConfirmation) -> None:
        if self.request.method == "POST":
            super().logout_other_user(confirmation)


@login_required
@require_safe
def contributions(request: SignedInRequest) -> HttpResponse:
    """ "Meine Beiträge": what the person had to say here, and where it stands."""
    user = request.user
    town = request.municipality
    context = {
        "kinds": [(kind, kind.find(user.email, town)) for kind in all_kinds()],
        "is_citizen": services.is_citizen(user),
    }
    return render(request, "citizens/contributions.html", context)


@login_required
@reauthentication_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: SignedInRequest) -> HttpResponse:
    """Delete the own account for good, after the password was asked for."""
    user = request.user
    refused = ""
    if request.method == "POST":
        try:
            services.delete_account(user=user, town=request.municipality or None)
        except ChangeRefused as refusal:
            refused = str(refusal)
        else:
            logout(request)
            return redirect("account_deleted")
    context = {"refused": refused, "is_citizen": services.is_citizen(user)}
    return render(request, "citizens/delete.html", context, status=409 if refused else 200)


@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    """Say that the account is gone; nobody is signed in any more."""
    return render(request, "citizens/deleted.html")
