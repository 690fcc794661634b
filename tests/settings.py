"""The settings that tests run with: the real ones, and a throw-away kind that proves what a fifth kind costs."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("EXTRA_APPS", "tests.fifth_kind")

from geo_platform.settings import *  # noqa: F403

# Argon2 is slow on purpose; here every account is an invention.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Files of tests never mix with those of the development machine, nor with those of another process of the same run.
MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="geo-test-media-"))
VAR_DIR = Path(tempfile.mkdtemp(prefix="geo-test-var-"))
for _folder in (MEDIA_ROOT, VAR_DIR):
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
STORAGES["default"]["OPTIONS"]["location"] = str(MEDIA_ROOT)  # noqa: F405

# The one place that the platform asks by itself: tests do not depend on what the network answers, or how slowly.
BASEMAP_UPSTREAMS: list[str] = []
