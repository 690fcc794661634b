#!/usr/bin/env python3
"""Command line of the platform; starts the private database first when no DATABASE_URL is given."""

import os
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
# Commands that never touch the database must not wait for it.
WITHOUT_DATABASE = {
    "collectstatic",
    "compilemessages",
    "makemessages",
    "help",
    "--help",
    "version",
    "--version",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geo_platform.settings")
    if not os.environ.get("DATABASE_URL") and len(sys.argv) > 1 and sys.argv[1] not in WITHOUT_DATABASE:
        from geo_platform import embedded_postgis

        try:
            embedded_postgis.ensure_running(BASE_DIR)
        except embedded_postgis.ClusterError as error:
            sys.exit(str(error))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
