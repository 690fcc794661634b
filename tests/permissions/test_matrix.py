"""Every staff route, every role, own and other department, another town: as the table says, and none is missing."""

import re
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.urls import get_resolver, resolve, reverse

from apps.accounts.models import Role
from apps.reports.desk.acting import ACTIONS as OFFERED
from apps.reports.models import Contact, Report, ReportPhoto
from apps.reports.permissions import assigned_by, handled_by, rights
from tests.conftest import at
from tests.outlets.register import routes
from tests.permissions import expectations as table
from tests.reports.conftest import desks, make_desks, member, submit  # noqa: F401  (fixtures)

STAFF = {name: pattern for name, pattern in routes().items() if pattern.startswith("intern/")}
# An address of the right shape behind which there is nothing.
NOTHING = {
    "public_id": "0" * 12,
    "feature_id": "0" * 12,
    "document_id": "0" * 12,
    "photo": "0" * 12,
    "attachment": "0" * 12,
    "mailing_id": "0" * 12,
    "export_id": "0" * 12,
    "comment": "0" * 12,
    "step": "0" * 12,
    "idea": "0" * 12,
    "size": "klein",
    "layer_name": "reports",
    "name": "reports",
    "ending": "csv",
    "drawing": "png",
    "slug": "imprint",
    "action": "stand",
    "key": "frage",
}
UUID = "00000000-0000-0000-0000-000000000000"


def address(name: str, **real: str) -> str:
    wanted = re.findall(r"<(?:(\w+):)?(\w+)>", STAFF[name])
    found = {key: UUID if kind == "uuid" else NOTHING.get(key, 999_999) for kind, key in wanted}
    return reverse(name, kwargs={**found, **{key: value for key, value in real.items() if key in found}})


def test_the_table_knows_every_staff_route_and_no_other() -> None:
    assert set(table.DOORS) == set(STAFF), "Say in tests/permissions/expectations.py who may enter there."
    about_reports = {
        name for name, pattern in STAFF.items() if name.startswith("reports:") and "public_id:public_id" in pattern
    }
    assert set(table.REPORT_ROUTES) == about_reports - {"reports:act"}, "Say which right this route asks for."
    assert set(table.ACTIONS) == set(OFFERED), "Say which right this change asks for."
    assert set(table.ROLES) == set(Role.Code.values) and get_resolver()


@pytest.mark.parametrize("name", sorted(table.DOORS))
def test_a_door_lets_in_whom_it_names(name: str) -> None:
    view = resolve(address(name)).func
    if name.startswith("intern_"):
        assert table.DOORS[name] == table.EVERYBODY  # outlets ask for any role; see the test below
        return
    assert hasattr(view, "staff_roles"), "a view below /intern/ stands behind staff_page, staff_form or staff_act"
    assert (frozenset(view.staff_roles) or table.EVERYBODY) == table.DOORS[name]


@pytest.mark.parametrize("role", [*table.ROLES, "none"])
def test_who_is_not_let_in_sees_no_door(client: Any, town: Any, other_town: Any, make_user: Any, role: str) -> None:
    roles = [] if role == "none" else [role]
    client.force_login(make_user("Ute", *roles))
    for name, admitted in table.DOORS.items():
        if role not in admitted:
            assert client.get(address(name)).status_code == 404, name
            assert client.post(address(name)).status_code in (404, 405), name


def test_somebody_of_another_town_sees_no_door_here(client: Any, town: Any, other_town: Any, make_user: Any) -> None:
    client.force_login(make_user("Nora", *table.ROLES, municipality=other_town))
    for name in table.DOORS:
        assert client.get(address(name)).status_code == 404, name


@pytest.fixture
def reports(town: Any, other_town: Any, desks: Any, submit: Any, settings: Any, tmp_path: Any) -> dict[str, Report]:  # noqa: F811
    """One report at each place, seen from the depot, with contact data and a photo."""
    settings.MEDIA_ROOT = str(tmp_path)
    far = make_desks(other_town)
    made = {
        "depot": submit().report,
        "parks": submit(category=desks.tree).report,
        "roads": submit().report,
        "abroad": submit(municipality=other_town, category=far.other, point=at(15_000, 1000)).report,
    }
    Report.objects.filter(pk=made["roads"].pk).update(executor=desks.roads, owner=desks.roads)
    for name, report in made.items():
        Contact.objects.create(report=report, name="Anna", email=f"anna-{name}@example.org", phone="0341 9988")
        ReportPhoto.objects.create(
            report=report,
            file=ContentFile(b"RIFF", name=f"{name}.webp"),
            thumbnail=ContentFile(b"RIFF", name=f"{name}-t.webp"),
            width=1,
            height=1,
            sha256=name.ljust(64, "0"),
        )
    return made


NAMES_WHAT_IS_NOT_THERE = {
    "reports:desk_unmerge",
    "reports:review_photo",
    "reports:desk_covered",
    "reports:desk_message",
    "reports:desk_handover",
}
PEOPLE = sorted(table.RIGHTS)


@pytest.fixture
def person(make_user: Any, member: Any, desks: Any) -> Any:  # noqa: F811
    """Return ``person(who)``: somebody with one role; clerks sit at the depot, Gerd at the county's road desk."""

    def make(who: str) -> Any:
        if who == "gerd":
            return member(make_user("Gerd", "clerk"), desks.roads)
        user = make_user(who.capitalize(), who)
        return member(user, desks.depot) if who == "clerk" else user

    return make


def place_of(who: str, name: str) -> str:
    """Return whose report it is for that person."""
    if who == "gerd":
        return {"roads": table.OWN, "abroad": table.ABROAD}.get(name, table.OUTSIDE)
    return {"depot": table.OWN, "parks": table.COLLEAGUES, "roads": table.OUTSIDE}.get(name, table.ABROAD)


@pytest.mark.parametrize("who", PEOPLE)
def test_every_route_about_a_report_follows_the_rights(
    client: Any, person: Any, reports: dict[str, Report], monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    # A refused form shows the work page again; its content is tested elsewhere.
    monkeypatch.setattr("apps.reports.desk.acting.work_page", lambda *args, **more: HttpResponse(status=400))
    # What stands on paper is tested in tests/reports/test_order.py; making it takes half a second.
    monkeypatch.setattr("apps.reports.desk.order.order_pdf", lambda *args: b"%PDF-")
    client.force_login(person(who))
    asked = [(name, right, {}) for name, right in table.REPORT_ROUTES.items()]
    asked += [("reports:act", right, {"action": action}) for action, right in table.ACTIONS.items()]
    for name, report in reports.items():
        held = table.RIGHTS[who][place_of(who, name)]
        photo = report.photos.get().public_id
        for route, right, more in asked:
            path = address(route, public_id=report.public_id, photo=photo, **more)
            answer = client.get(path)
            if answer.status_code == 405:
                answer = client.post(path, {"state": "nonsense"})
            said = f"{who} at the report of {name}: {path} answered {answer.status_code}"
            if not held:
                assert answer.status_code == 404, said
            elif right not in held:
                assert answer.status_code in (403, 404), said
            elif route not in NAMES_WHAT_IS_NOT_THERE:
                assert answer.status_code in (200, 302, 304, 400), said
            else:
                assert answer.status_code != 403, said
        seen = client.get(address("reports:work", public_id=report.public_id)).content.decode()
        shows = "0341 9988" in seen or "anna-" in seen
        assert shows == ((who, place_of(who, name)) in table.SEES_CONTACT), f"{who}, {name}: contact data"


@pytest.mark.parametrize("who", PEOPLE)
def test_the_inbox_and_the_map_hold_what_may_be_read(
    client: Any, person: Any, reports: dict[str, Report], who: str
) -> None:
    client.force_login(person(who))
    wanted = {report.public_id for name, report in reports.items() if table.RIGHTS[who][place_of(who, name)]}
    page = client.get("/intern/meldungen/?order=").context["page"]
    drawn = client.get("/intern/karte/daten/reports.json", {"list": ""}).json()["features"]
    assert {report.public_id for report in page.rows} == {feature["id"] for feature in drawn} == wanted


@pytest.mark.parametrize("who", PEOPLE)
def test_many_reports_follow_the_same_rights_as_one(
    person: Any, town: Any, reports: dict[str, Report], who: str
) -> None:
    user = person(who)
    readable = Report.objects.visible_to(user).filter(municipality=town)
    one_by_one = {right: set() for right in ("handle", "assign")}
    for report in readable.select_related("executor__organisation"):
        for right, found in one_by_one.items():
            if getattr(rights(user, report), right):
                found.add(report.pk)
    for right, condition in (("handle", handled_by), ("assign", assigned_by)):
        together = set(readable.filter(condition(user, town.pk)).values_list("pk", flat=True))
        assert together == one_by_one[right], right
    expected = {report.pk for name, report in reports.items() if "assign" in table.RIGHTS[who][place_of(who, name)]}
    assert one_by_one["assign"] == expected
