"""Rasterstadt with the desks of ``tests/reports``: a report is the contribution that these tests try things on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from tests.reports.conftest import desks, member, submit  # noqa: F401


@pytest.fixture
def media(tmp_path: Path) -> Iterator[Path]:
    """Keep the files of these tests to themselves."""
    storages = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "file_permissions_mode": 0o600},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(STORAGES=storages):
        yield tmp_path
