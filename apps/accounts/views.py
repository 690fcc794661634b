"""The sign-in page."""

from allauth.account import views as allauth_views
from django.forms import BaseForm
from django.http import HttpResponse


class LoginView(allauth_views.LoginView):
    """allauth's page, which also tells programs by its status that they have tried too often."""

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        response = super().form_invalid(form)
        codes = {error.code for errors in form.errors.as_data().values() for error in errors}
        if "too_many_login_attempts" in codes:
            response.status_code = 429
        return response
