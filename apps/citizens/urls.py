"""Addresses of citizens' accounts. Sign-in, password and second factor are the same for all (``apps.accounts``)."""

from django.urls import path, re_path

from apps.citizens import desk, views

urlpatterns = [
    path("konto/", views.contributions, name="account_contributions"),
    path("konto/anlegen/", views.SignUpView.as_view(), name="account_signup"),
    path("konto/anlegen/gesendet/", views.verification_sent, name="account_email_verification_sent"),
    re_path(r"^konto/adresse/(?P<key>[-:\w]+)/$", views.ConfirmView.as_view(), name="account_confirm_email"),
    path("konto/loeschen/", views.delete, name="account_delete"),
    path("konto/geloescht/", views.deleted, name="account_deleted"),
    path("intern/buergerkonten/", desk.citizen_accounts, name="desk_citizen_accounts"),
]
