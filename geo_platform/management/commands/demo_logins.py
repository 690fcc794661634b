"""``manage.py demo_logins``: prints the accounts of the demonstration."""

import importlib

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _


class Command(BaseCommand):
    help = "Prints the accounts of the demonstration (they never exist in production)."

    def handle(self, *args: object, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError(_("In der Produktion gibt es keine Demonstrationskonten."))
        accounts = apps.get_app_config("accounts")
        if not module_has_submodule(accounts.module, "demo"):
            return
        for login in importlib.import_module("apps.accounts.demo").logins():
            fields = login.values() if isinstance(login, dict) else [login] if isinstance(login, str) else login
            self.stdout.write("  ".join(str(field) for field in fields))
