"""A plan that people may say something about, in Rasterstadt, from 23 November to 22 December 2026."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from apps.statements.services.submission import Submitted, Who, submit_statement
from tests.consultations.conftest import MONDAY, make_draft, moment, publish  # noqa: F401  (fixtures)

#: First and last day of the round, noon of a day inside it, and the first instant that is too late.
FIRST, LAST = MONDAY, dt.date(2026, 12, 22)
DURING = moment(FIRST + dt.timedelta(days=7))
TOO_LATE = moment(LAST + dt.timedelta(days=1), 0)


@pytest.fixture
def media(settings: Any, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def plan(make_draft: Any, publish: Any, media: Any) -> Any:  # noqa: F811
    """A consultation whose round runs (as far as its stored state says)."""
    return publish(make_draft(), (FIRST, LAST), at=DURING)


@pytest.fixture
def open_plan(make_draft: Any, publish: Any, media: Any) -> Any:  # noqa: F811
    """One that runs today, whatever day that is."""
    from django.utils import timezone

    today = timezone.localdate()
    days = (today - dt.timedelta(days=5), today + dt.timedelta(days=40))
    return publish(make_draft(title="Am Anger"), days, at=timezone.now())


@pytest.fixture
def submit(plan: Any) -> Callable[..., Submitted]:
    """Return ``submit("Zu laut.", name="Anna", at=...)``."""

    def make(text: str = "Die Straße wird zu laut.", *, consultation: Any = None, **more: Any) -> Submitted:
        who = Who(**{part: more.pop(part) for part in ("name", "email", "postal_address") if part in more})
        options = {"key": uuid.uuid4(), "at": DURING, **more}
        return submit_statement(consultation=consultation or plan, text=text, who=who, **options)

    return make
