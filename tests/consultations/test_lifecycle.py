"""From draft to result: who sees what when, and what may no longer be changed."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from apps.consultations import services
from apps.consultations.models import Consultation, Document, ParticipationPeriod
from apps.consultations.periods.moments import deadline_words, instants
from apps.consultations.phases import NotNow
from apps.consultations.publication.checks import Finding
from apps.consultations.services import FileRefused, PeriodValues, PublicationRefused
from apps.geo.audience import ANONYMOUS
from apps.geo.editing import ChangeRefused, StaleEdit
from apps.geo.versions import current_version
from tests.conftest import box
from tests.consultations.conftest import MONDAY, moment, pdf

FIRST, LAST = MONDAY, dt.date(2026, 12, 22)


def test_a_draft_is_seen_by_planners_only(make_draft, emil, bernd):
    draft = make_draft()

    assert not Consultation.objects.visible_to(ANONYMOUS).exists()
    assert not Consultation.objects.visible_to(bernd).exists()
    assert Consultation.objects.visible_to(emil).get() == draft


def test_planners_of_another_town_see_nothing_of_this_one(make_draft, make_user, other_town):
    make_draft()

    assert not Consultation.objects.visible_to(make_user("Gerd", "planner", municipality=other_town)).exists()


def test_the_area_is_measured_by_the_database(make_draft):
    draft = make_draft(area=box(0, 0, 150, 100))

    assert Consultation.objects.get(pk=draft.pk).area_m2 == 15_000


@pytest.mark.parametrize(
    ("day", "hour", "state"),
    [
        (dt.date(2026, 11, 22), 23, "announced"),
        (dt.date(2026, 11, 23), 0, "open"),
        (dt.date(2026, 12, 22), 23, "open"),
        (dt.date(2026, 12, 23), 0, "closed"),
    ],
)
def test_a_period_begins_and_ends_at_local_midnight(make_draft, publish, day, hour, state):
    consultation = publish(make_draft(), (FIRST, LAST), at=moment(dt.date(2026, 11, 1)))
    services.switch_states(at=moment(day, hour))
    consultation.refresh_from_db()

    assert consultation.state == state


def test_switching_twice_or_late_does_the_same_once(make_draft, publish):
    publish(make_draft(), (FIRST, LAST), at=moment(dt.date(2026, 11, 1)))

    assert services.switch_states(at=moment(dt.date(2027, 1, 5))) == 1
    assert services.switch_states(at=moment(dt.date(2027, 1, 5))) == 0
    assert Consultation.objects.get().state == "closed"


def test_between_two_periods_the_next_one_is_announced(make_draft, publish):
    consultation = publish(
        make_draft(),
        (dt.date(2026, 1, 5), dt.date(2026, 2, 6)),
        (FIRST, LAST),
        at=moment(dt.date(2026, 6, 1)),
    )

    assert (consultation.state, consultation.starts_on, consultation.ends_on) == ("announced", FIRST, LAST)


def test_of_two_running_periods_the_longer_one_counts(make_draft, publish):
    later = dt.date(2027, 1, 15)
    consultation = publish(make_draft(), (FIRST, LAST), (FIRST + dt.timedelta(days=1), later), at=moment(LAST))

    assert (consultation.state, consultation.ends_on) == ("open", later)


def test_drafts_and_withdrawn_ones_are_not_switched(make_draft, publish, emil):
    make_draft(title="Entwurf")
    consultation = publish(make_draft(), (FIRST, LAST), at=moment(FIRST))
    services.withdraw_consultation(
        consultation=consultation, actor=emil, version=consultation.version, reason="Fehler in der Bekanntmachung"
    )

    assert services.switch_states(at=moment(dt.date(2027, 1, 5))) == 0
    assert set(Consultation.objects.values_list("state", flat=True)) == {"draft", "withdrawn"}
    assert not Consultation.objects.visible_to(ANONYMOUS).exists()


def test_half_open_instants_know_the_change_of_the_clock():
    start, end = instants(dt.date(2026, 3, 29), dt.date(2026, 3, 29))

    assert end.astimezone(dt.UTC) - start.astimezone(dt.UTC) == dt.timedelta(hours=23)


@pytest.mark.parametrize(
    ("state", "today", "words"),
    [
        ("open", dt.date(2026, 12, 10), "noch 12 Tage, bis 22.12.2026, 24:00 Uhr"),
        ("open", dt.date(2026, 12, 21), "noch 1 Tag, bis 22.12.2026, 24:00 Uhr"),
        ("open", dt.date(2026, 12, 22), "heute ist der letzte Tag, bis 22.12.2026, 24:00 Uhr"),
        ("open", dt.date(2026, 12, 23), "beendet am 22.12.2026"),
        ("announced", dt.date(2026, 11, 22), "beginnt morgen, bis 22.12.2026, 24:00 Uhr"),
        ("announced", dt.date(2026, 11, 20), "beginnt in 3 Tagen, am 23.11.2026, bis 22.12.2026, 24:00 Uhr"),
        ("closed", dt.date(2027, 1, 1), "beendet am 22.12.2026"),
    ],
)
def test_the_deadline_in_words(state, today, words):
    assert deadline_words(state, FIRST, LAST, today=today) == words


def refusal_of(draft, emil, at=None):
    with pytest.raises(PublicationRefused) as refused:
        services.publish_consultation(consultation=draft, actor=emil, version=draft.version, at=at or moment(FIRST))
    draft.refresh_from_db()
    assert draft.state == "draft"
    return " ".join(finding.text for finding in refused.value.findings if finding.is_error)


def test_without_periods_nothing_is_published(make_draft, emil):
    assert "keine Frist" in refusal_of(make_draft(), emil)


def test_a_formal_publication_needs_a_document(make_draft, emil):
    draft = services.set_periods(
        consultation=make_draft(),
        actor=emil,
        version=1,
        periods=[PeriodValues("publication", FIRST, LAST)],
        at=moment(FIRST),
    )

    assert "keine Unterlage" in refusal_of(draft, emil)


def test_an_early_participation_may_do_without_documents(make_draft, emil):
    draft = services.set_periods(
        consultation=make_draft(),
        actor=emil,
        version=1,
        periods=[PeriodValues("early_public", FIRST, LAST)],
        at=moment(FIRST),
    )
    services.publish_consultation(consultation=draft, actor=emil, version=draft.version, at=moment(FIRST))

    assert ParticipationPeriod.objects.get().legal_basis == (
        "Frühzeitige Beteiligung der Öffentlichkeit nach § 3 Abs. 1 BauGB"
    )


def test_without_an_area_nothing_is_published(make_draft, emil):
    assert "noch nicht gezeichnet" in refusal_of(make_draft(area=None), emil)


def test_an_area_beyond_the_border_is_not_published(make_draft, publish, emil):
    with pytest.raises(PublicationRefused, match="noch nicht") as refused:
        publish(make_draft(area=box(9900, 0, 10_100, 100)), (FIRST, LAST), at=moment(FIRST))

    assert "1,00\xa0ha der Fläche liegen außerhalb der Gemeinde." in {f.text for f in refused.value.findings}


def test_a_neighbour_close_by_is_named(make_draft, town):
    from apps.consultations.publication.checks import check_area
    from apps.places.models import AdministrativeArea

    AdministrativeArea.objects.create(
        municipality=town,
        kind="neighbour",
        key="n",
        name="Borsdorf",
        area=box(-5000, 0, 0, 5000),
        valid_from=dt.date(2020, 1, 1),
    )
    near, far = make_draft(area=box(300, 0, 400, 100)), make_draft(area=box(600, 0, 700, 100))

    assert [finding.text for finding in check_area(near, moment(FIRST))] == [
        "Nachbargemeinde Borsdorf, 300\xa0m entfernt: Bitte stimmen Sie den Plan mit ihr ab (§ 2 Abs. 2 BauGB)."
    ]
    assert not list(check_area(far, moment(FIRST)))


def test_further_checks_join_by_argument(make_draft, emil):
    draft = make_draft()

    with pytest.raises(PublicationRefused):
        services.publish_consultation(
            consultation=draft,
            actor=emil,
            version=1,
            at=moment(FIRST),
            checks=[lambda consultation, at: [Finding(True, "Frist zu kurz")]],
        )


def test_a_stale_edit_is_refused(make_draft, emil):
    draft = make_draft()
    services.change_consultation(consultation=draft, actor=emil, version=1, values={"title": "Neu"})

    with pytest.raises(StaleEdit):
        services.change_consultation(consultation=draft, actor=emil, version=1, values={"title": "Alt"})
    assert [event.title for event in draft.history.order_by("pgh_id")] == ["Gartenweg", "Neu"]


def test_a_published_consultation_keeps_its_area(make_draft, publish, emil):
    consultation = publish(make_draft(), (FIRST, LAST), at=moment(FIRST))

    with pytest.raises(ChangeRefused):
        services.change_consultation(
            consultation=consultation, actor=emil, version=consultation.version, values={"area": None}
        )


@pytest.mark.parametrize(
    "periods",
    [
        [],
        [PeriodValues("publication", FIRST, LAST - dt.timedelta(days=1))],
        [PeriodValues("publication", FIRST + dt.timedelta(days=1), LAST)],
        [PeriodValues("early_public", FIRST, LAST)],
    ],
)
def test_a_published_period_is_a_promise(make_draft, publish, emil, periods):
    consultation = publish(make_draft(), (FIRST, LAST), at=moment(FIRST))

    with pytest.raises(ChangeRefused, match="nur noch verlängert"):
        services.set_periods(
            consultation=consultation, actor=emil, version=consultation.version, periods=periods, at=moment(FIRST)
        )


def test_a_published_period_may_be_longer(make_draft, publish, emil):
    consultation = publish(make_draft(), (FIRST, LAST), at=moment(FIRST))
    longer = dt.date(2027, 1, 11)

    consultation = extended(consultation, emil, longer, at=moment(LAST))

    assert (consultation.state, consultation.ends_on) == ("open", longer)


def test_what_is_over_is_reopened_in_an_informal_consultation_only(make_draft, publish, emil):
    formal = publish(make_draft(), (FIRST, LAST), at=moment(dt.date(2027, 1, 5)))
    with pytest.raises(NotNow, match="erneute Veröffentlichung"):
        extended(formal, emil, dt.date(2027, 1, 11), at=moment(dt.date(2027, 1, 5)))

    informal = publish(make_draft(plan_type="street"), (FIRST, LAST), at=moment(dt.date(2027, 1, 5)), kind="informal")
    sunday = dt.date(2027, 1, 10)
    assert extended(informal, emil, sunday, at=moment(dt.date(2027, 1, 5))).state == "open"


def extended(consultation, emil, longer, *, at):
    kind = consultation.periods.get().kind
    return services.set_periods(
        consultation=consultation,
        actor=emil,
        version=consultation.version,
        periods=[PeriodValues(kind, FIRST, longer)],
        at=at,
    )


def test_the_database_refuses_a_period_that_ends_before_it_begins(make_draft):
    draft = make_draft()

    with pytest.raises(IntegrityError), transaction.atomic():
        ParticipationPeriod.objects.create(
            municipality=draft.municipality,
            consultation=draft,
            kind="publication",
            starts_on=LAST,
            ends_on=FIRST,
            starts_at=moment(LAST),
            ends_at=moment(FIRST),
        )


def test_the_database_refuses_a_public_row_without_dates(make_draft):
    draft = make_draft()

    with pytest.raises(IntegrityError), transaction.atomic():
        Consultation.objects.filter(pk=draft.pk).update(state="open")


def test_documents_carry_their_checksum(make_draft, emil):
    import hashlib

    upload = pdf()
    paper = services.add_document(
        consultation=make_draft(), actor=emil, upload=upload, title="Begründung", kind="explanatory_report"
    )

    assert paper.sha256 == hashlib.sha256(upload.open().read()).hexdigest()
    assert paper.file.read() == upload.open().read()
    assert "plan" not in paper.file.name.rsplit("/", 1)[1].replace(".pdf", "")


@pytest.mark.parametrize(
    "content", [b"", b"<html>%PDF-1.4 %%EOF", b"%PDF-1.4 ohne Ende", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"]
)
def test_what_is_no_pdf_is_refused(make_draft, emil, content):
    with pytest.raises(FileRefused):
        services.add_document(
            consultation=make_draft(), actor=emil, upload=pdf(content=content), title="x", kind="draft"
        )
    assert not Document.objects.exists()


def test_a_file_beyond_100_mb_is_refused(make_draft, emil):
    upload = pdf()
    upload.size = services.MAX_BYTES + 1

    with pytest.raises(FileRefused, match="100 MB"):
        services.add_document(consultation=make_draft(), actor=emil, upload=upload, title="x", kind="draft")


def test_a_new_version_replaces_the_old_one_which_is_kept(make_draft, emil):
    draft = make_draft()
    first = services.add_document(consultation=draft, actor=emil, upload=pdf(), title="Entwurf", kind="draft")
    second = services.replace_document(document=first, actor=emil, upload=pdf(content=b"%PDF-1.5\n%%EOF"))

    assert (second.version, second.title) == (2, "Entwurf")
    assert list(draft.documents.published()) == [second]
    first.refresh_from_db()
    assert first.replaced_at and first.file.read().startswith(b"%PDF-1.4")
    with pytest.raises(FileRefused, match="schon ersetzt"):
        services.replace_document(document=first, actor=emil, upload=pdf())


def test_public_papers_move_the_public_version_and_internal_notes_do_not(make_draft, publish, emil, town):
    consultation = publish(make_draft(), (FIRST, LAST), at=moment(FIRST))
    before = current_version(Consultation, town.pk)
    changed = services.change_consultation(
        consultation=consultation,
        actor=emil,
        version=consultation.version,
        values={"internal_note": "Investor ruft an"},
    )
    make_draft(title="Noch ein Entwurf")
    assert current_version(Consultation, town.pk) == before

    services.add_document(consultation=changed, actor=emil, upload=pdf(), title="Umweltbericht", kind="other")
    assert current_version(Consultation, town.pk) > before
