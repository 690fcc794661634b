"""Run the worker: mail, periodic jobs, background tasks."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from apps.outbox.worker import run_worker


class Command(BaseCommand):
    help = "Deliver messages and run jobs until stopped (SIGTERM)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--deliverers", type=int, default=4, help="messages delivered at the same time")

    def handle(self, *args: object, deliverers: int, **options: object) -> None:
        run_worker(deliverers=deliverers)
