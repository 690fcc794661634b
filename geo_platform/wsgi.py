import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geo_platform.settings")
if not os.environ.get("DATABASE_URL"):
    from geo_platform import embedded_postgis

    embedded_postgis.ensure_running(Path(__file__).resolve().parent.parent)

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from geo_platform.checks import refuse_incomplete_towns  # noqa: E402  (the apps must be loaded first)

refuse_incomplete_towns()
