"""Two bodies outside that answer for street lamps, in the order of their rules, and the mails they get."""

import datetime as dt
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tests.reports.conftest import desks, member, submit  # noqa: F401  (fixtures)

NOON = dt.datetime(2026, 3, 2, 11, 0, tzinfo=dt.UTC)  # a Monday


@pytest.fixture
def bodies(town: Any, desks: Any) -> SimpleNamespace:  # noqa: F811
    """The county's road desk first, then the state's; then the depot of the town (rule of ``desks``)."""
    from apps.departments.models import Department, Jurisdiction, Organisation

    state = Organisation.objects.create(municipality=town, code="state", name="Landesamt", kind="state")
    lasuv = Department.objects.create(
        municipality=town, organisation=state, code="lasuv", name="LASuV", email="lasuv@state.example"
    )
    for code, department, priority in [("county-lamps", desks.roads, 30), ("state-lamps", lasuv, 20)]:
        Jurisdiction.objects.create(
            municipality=town,
            code=code,
            category=desks.street_light,
            executor=department,
            priority=priority,
            valid_from=dt.date(2020, 1, 1),
            reason=f"{department.name} trägt die Straße.",
        )
    return SimpleNamespace(county=desks.roads, state=lasuv)


@pytest.fixture
def handed(submit: Callable[..., Any], bodies: Any) -> Any:  # noqa: F811
    """The county's handover of a new report of Anna's, with her contact data."""
    from apps.reports.services import ContactData

    anna = ContactData(email="anna@example.org", name="Anna Amsel", phone="034292 77", wants_updates=True)
    report = submit(contact=anna, description="Die Lampe am Weg ist dunkel.", at=NOON).report
    return report.handovers.select_related("department").get()


@pytest.fixture
def mails() -> Callable[..., list[Any]]:
    """Return ``mails(recipient)``: the stored mails to an address, oldest first."""
    from apps.outbox.models import Message

    return lambda to: list(Message.objects.filter(recipient=to).order_by("pk"))


def link_in(mail: Any) -> str:
    """Return the path of the answer page that a mail names."""
    found = re.search(r"https?://[^/\s]+(/weitergaben/[a-z2-7]{26}/)", mail.body)
    assert found, mail.body
    return found[1]
