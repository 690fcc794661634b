"""Sign-in for staff: of allauth's pages only those that a closed house needs (nobody signs up here)."""

from allauth.account import views as account
from django.urls import include, path, re_path

from apps.accounts import staff, views

urlpatterns = [
    path("konto/login/", views.LoginView.as_view(), name="account_login"),
    path("konto/logout/", account.logout, name="account_logout"),
    path("konto/inaktiv/", account.account_inactive, name="account_inactive"),
    path("konto/bestaetigen/", account.reauthenticate, name="account_reauthenticate"),
    path("konto/passwort/", account.password_change, name="account_change_password"),
    path("konto/passwort/festlegen/", account.password_set, name="account_set_password"),
    path("konto/passwort/vergessen/", account.password_reset, name="account_reset_password"),
    path("konto/passwort/vergessen/gesendet/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^konto/passwort/neu/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "konto/passwort/neu/fertig/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("konto/2fa/", include("allauth.mfa.urls")),
    path("intern/konten/", staff.accounts, name="desk_accounts"),
    path("intern/konten/neu/", staff.account_new, name="desk_account_new"),
    path("intern/konten/<int:user_id>/", staff.account, name="desk_account"),
    path("intern/zugang/", staff.access, name="desk_access"),
    path("intern/zugang/<int:token_id>/widerrufen/", staff.revoke_token, name="desk_access_revoke"),
    path("intern/zugang/api/<int:key_id>/widerrufen/", staff.deactivate_key, name="desk_api_key_revoke"),
]
