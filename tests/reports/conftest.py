"""Rasterstadt with desks, categories and rules: the depot answers in the west, parks for trees, the county outside."""

import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import at


def make_desks(town: Any) -> SimpleNamespace:
    """Two desks of the town, its triage desk, and a body outside; two categories."""
    from apps.departments.models import Category, CategoryGroup, Department, Organisation

    key = town.key
    own = Organisation.objects.create(
        municipality=town, code="town", name=f"Stadt {town.name}", kind="town", is_external=False
    )
    county = Organisation.objects.create(municipality=town, code="county", name="Landkreis", kind="county")
    triage = Department.objects.create(
        municipality=town,
        organisation=own,
        code="triage",
        name="Eingang",
        email=f"eingang@{key}.example",
        is_triage=True,
    )
    depot = Department.objects.create(
        municipality=town, organisation=own, code="depot", name="Bauhof", email=f"bauhof@{key}.example"
    )
    parks = Department.objects.create(
        municipality=town, organisation=own, code="parks", name="Grünpflege", email=f"gruen@{key}.example"
    )
    roads = Department.objects.create(
        municipality=town, organisation=county, code="roads", name="Straßenmeisterei", email=f"sm@{key}.example"
    )
    group = CategoryGroup.objects.create(municipality=town, code="street", name="Straße und Weg", icon="road")
    nature = CategoryGroup.objects.create(municipality=town, code="green", name="Grün", icon="tree")

    def category(code: str, name: str, group: Any = group, **fields: Any) -> Any:
        return Category.objects.create(
            municipality=town, code=code, name=name, group=group, icon="dots", **{"keywords": [], **fields}
        )

    return SimpleNamespace(
        own=own,
        county=county,
        triage=triage,
        depot=depot,
        parks=parks,
        roads=roads,
        street_light=category("street_light", "Straßenbeleuchtung", keywords=["Laterne", "Lampe"]),
        tree=category("green_tree", "Baum", nature),
        other=category("other", "Sonstiges"),
        leak=category(
            "water_leak", "Wasserrohrbruch", is_urgent=True, urgent_text="Bitte rufen Sie zuerst den Notdienst an."
        ),
    )


@pytest.fixture
def desks(town: Any) -> SimpleNamespace:
    """The desks of Rasterstadt; lamps go to the depot, trees to parks, everything else to triage."""
    import datetime as dt

    from apps.departments.models import Jurisdiction

    made = make_desks(town)
    for code, category, department in [("lamps", made.street_light, made.depot), ("trees", made.tree, made.parks)]:
        Jurisdiction.objects.create(
            municipality=town,
            code=code,
            category=category,
            executor=department,
            valid_from=dt.date(2020, 1, 1),
            reason=f"{department.name} pflegt das im ganzen Stadtgebiet.",
        )
    return made


@pytest.fixture
def member(desks: Any) -> Callable[..., Any]:
    """Return ``member(user, department)``: puts a member of staff at a desk."""
    from apps.departments.models import Membership

    def put(user: Any, department: Any) -> Any:
        Membership.objects.create(user=user, department=department)
        return user

    return put


@pytest.fixture
def submit(town: Any, desks: Any) -> Callable[..., Any]:
    """Return ``submit(category=…, point=…, …)``: a report through the service."""
    from apps.reports.services import submit_report

    def send(**fields: Any) -> Any:
        return submit_report(
            **{
                "municipality": town,
                "category": desks.street_light,
                "point": at(1000, 1000),
                "description": "Die Lampe ist dunkel.",
                "idempotency_key": uuid.uuid4(),
                **fields,
            }
        )

    return send
