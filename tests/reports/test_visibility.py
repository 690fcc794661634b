"""What the public reads, what staff read, and that nothing unpublished ever moves a public answer."""

import uuid
from typing import Any

import pytest

from apps.geo.audience import ANONYMOUS
from apps.geo.layers import get_layer
from apps.geo.versions import current_version
from apps.reports import services
from apps.reports.models import Report
from apps.reports.querysets import as_public_id
from apps.reports.services import ContactData
from tests.conftest import at


def seen_by(actor: Any) -> set[int]:
    return set(Report.objects.visible_to(actor).values_list("pk", flat=True))


def test_the_public_sees_what_was_released_and_nothing_else(submit: Any, dilek: Any) -> None:
    pending, released, hidden = (submit().report for _ in range(3))
    services.release(report=released, actor=dilek)
    services.release(report=hidden, actor=dilek)
    services.hide(report=hidden, actor=dilek)
    assert seen_by(ANONYMOUS) == {released.pk}
    assert pending.pk not in seen_by(ANONYMOUS)


def test_a_hidden_report_and_an_unknown_one_give_the_same_page(client: Any, submit: Any, dilek: Any) -> None:
    hidden = services.hide(report=submit().report, actor=dilek)
    answers = [client.get(f"/meldungen/{public_id}/") for public_id in (hidden.public_id, "0" * 12)]
    assert [a.status_code for a in answers] == [404, 404]
    texts = [a.content.decode().replace(hidden.public_id, "0" * 12) for a in answers]
    assert len(texts[0]) == len(texts[1])


def test_a_member_of_staff_reads_by_organisation_and_role(
    submit: Any, member: Any, bernd: Any, emil: Any, make_user: Any, desks: Any
) -> None:
    report = submit().report
    assert seen_by(member(bernd, desks.depot)) == seen_by(emil) == {report.pk}
    assert seen_by(make_user("Gerd", "clerk")) == set()
    assert seen_by(make_user("Niemand")) == set()


def test_another_towns_moderator_reads_nothing_here(submit: Any, other_town: Any, make_user: Any) -> None:
    submit()
    assert seen_by(make_user("Ulla", "moderator", "administrator", municipality=other_town)) == set()


def test_the_layer_shows_the_moderated_text_to_the_public_and_the_original_to_staff(submit: Any, dilek: Any) -> None:
    report = submit(description="Herr Müller war es.").report
    services.release(report=report, actor=dilek, public_text="Die Lampe ist kaputt.")
    (public,) = get_layer("reports").rows(ANONYMOUS)
    assert public["f_description"] == "Die Lampe ist kaputt."
    assert "Müller" not in str(public) and "f_original_text" not in public
    (internal,) = get_layer("reports").rows(dilek)
    assert internal["f_original_text"] == "Herr Müller war es."


@pytest.mark.parametrize("name", ["original_text", "status_token_hash", "contact__email", "routing_reason"])
def test_nobody_can_filter_by_what_is_not_public(submit: Any, name: str) -> None:
    with pytest.raises(KeyError):
        get_layer("reports").rows(ANONYMOUS, filters={name: ["x"]})


def test_words_are_searched_in_the_public_text_only(client: Any, submit: Any, dilek: Any) -> None:
    report = submit(description="Herr Müller war es.").report
    services.release(report=report, actor=dilek, public_text="Die Lampe ist kaputt.")
    assert client.get("/meldungen/", {"q": "müller"}).context["count"] == 0
    assert client.get("/meldungen/", {"q": "lampe kaputt"}).context["count"] == 1


def test_a_typed_number_leads_to_its_released_report_only(client: Any, submit: Any, dilek: Any) -> None:
    report = submit().report
    assert client.get("/meldungen/", {"q": report.reference}).status_code == 200
    services.release(report=report, actor=dilek)
    answer = client.get("/meldungen/", {"q": report.reference.upper()})
    assert answer.url == f"/meldungen/{report.public_id}/"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("K7M2-9XQ4-TB3W", "k7m29xq4tb3w"),
        (" k7m2 9xq4 tb3w ", "k7m29xq4tb3w"),
        ("KOM2-9XQ4-TBIL", "k0m29xq4tb11"),
        ("k7m2-9xq4", ""),
        ("laterne", ""),
        ("u7m2-9xq4-tb3w", ""),
    ],
)
def test_a_spoken_number_is_understood(typed: str, found: str) -> None:
    assert as_public_id(typed) == found


def test_only_what_the_public_can_see_moves_the_public_version(
    submit: Any, town: Any, bernd: Any, dilek: Any, desks: Any
) -> None:
    def version() -> int:
        return current_version(Report, town.pk)

    report = submit(contact=ContactData(name="Anna")).report
    services.add_note(report=report, text="x", actor=bernd, idempotency_key=uuid.uuid4())
    services.change_status(report=report, status="received", actor=bernd)
    assert version() == 0
    services.release(report=report, actor=dilek)
    released = version()
    assert released == 1
    services.add_note(report=report, text="y", actor=bernd, idempotency_key=uuid.uuid4())
    Report.objects.update(description="neu", routing_reason="neu", about_ref="x", version=9)
    submit(point=at(2000, 2000))
    assert version() == released
    moved_at = Report.objects.get(pk=report.pk).public_changed_at
    services.change_status(report=report, status="done", actor=bernd)
    assert version() == released + 1
    assert Report.objects.get(pk=report.pk).public_changed_at > moved_at


def test_every_public_column_of_the_layer_moves_the_version(submit: Any, town: Any, dilek: Any, desks: Any) -> None:
    """The trigger's columns and the layer's public fields are the same truth in two places."""
    services.release(report=submit().report, actor=dilek)
    samples: dict[str, Any] = {
        "status": {"status": "received"},
        "category": {"category": desks.tree},
        "title": {"category": desks.other},
        "description": {"public_text": "neu"},
        "address": {"address": "neu"},
        "district": {"district": "neu"},
        "received": {"created_at": "2020-01-01T00:00Z"},
        "closed": {"closed_at": "2020-01-02T00:00Z", "status": "done"},
        "department": {"executor": desks.parks},
        "public_answer": {"public_answer": "neu"},
    }
    public = {field.name for field in get_layer("reports").fields_for(ANONYMOUS)}
    assert public == set(samples)
    for name, change in {**samples, "point": {"point": at(1, 2)}}.items():
        before = current_version(Report, town.pk)
        Report.objects.update(**change)
        assert current_version(Report, town.pk) == before + 1, name


def test_the_public_list_asks_as_often_for_ten_as_for_one(
    client: Any, submit: Any, dilek: Any, django_assert_max_num_queries: Any
) -> None:
    services.release(report=submit().report, actor=dilek)
    client.get("/meldungen/")
    with django_assert_max_num_queries(10) as one:
        client.get("/meldungen/")
    for _ in range(9):
        services.release(report=submit().report, actor=dilek)
    with django_assert_max_num_queries(10) as ten:
        client.get("/meldungen/")
    assert len(one) == len(ten)


def test_readers_get_no_cookie(client: Any, submit: Any, dilek: Any) -> None:
    report = services.release(report=submit().report, actor=dilek)
    for path in ("/meldungen/", f"/meldungen/{report.public_id}/", "/meldungen/neu/"):
        assert not client.get(path).cookies, path


def test_reading_a_secret_page_changes_nothing_and_a_wrong_link_is_unknown(client: Any, submit: Any) -> None:
    submitted = submit()
    before = Report.objects.values().get()
    for page in ("status", "quittung"):
        assert client.get(f"/meldungen/{page}/{submitted.token}/").status_code == 200
        assert client.get(f"/meldungen/{page}/{'a' * 26}/").status_code == 404
    assert client.get(f"/meldungen/status/{submitted.token}/nicht-behoben/").status_code == 405
    assert Report.objects.values().get() == before
