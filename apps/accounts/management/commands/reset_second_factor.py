"""Let somebody in again who has lost the phone and whom no administrator of a town can help."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.models import User
from apps.accounts.services import reset_second_factor


class Command(BaseCommand):
    help = "Take authenticator app and recovery codes from an account; its owner is told by mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="address of the account")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"No account has the address {email}.")
        reset_second_factor(user=user, municipality=None, actor=None)
        self.stdout.write(f"{user.email} signs in with the password alone until a second factor is set up again.")
