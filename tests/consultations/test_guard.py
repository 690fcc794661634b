"""The publication check: what stops a formal round, what mends it, and the word of a second person."""

import datetime as dt
import io
import json
import zipfile

import pytest
from django.db import IntegrityError, transaction

from apps.consultations import services
from apps.consultations.models import Consultation, PublicationOverride
from apps.consultations.periods.calculator import calculate
from apps.consultations.publication.checks import run_checks
from apps.consultations.publication.notice import NoticeFacts, difference, draft_notice
from apps.consultations.publication.portal import package_of
from apps.consultations.services import PeriodValues, PublicationRefused
from apps.geo.editing import ChangeRefused
from apps.outbox.models import Message
from tests.consultations.conftest import MONDAY, moment, pdf

NOTICE_ON, FIRST, LAST = dt.date(2026, 11, 20), MONDAY, dt.date(2026, 12, 22)
BEFORE = moment(dt.date(2026, 11, 16))
REGULAR = PeriodValues("publication", FIRST, LAST, notice_on=NOTICE_ON)
PAPERS = (
    ("Planzeichnung", "draft"),
    ("Begründung", "explanatory_report"),
    ("Umweltbericht", "environmental_report"),
    ("Artenschutz", "environmental_statement"),
)


def enter(draft, emil, period=REGULAR, at=BEFORE):
    draft.refresh_from_db()
    return services.set_periods(consultation=draft, actor=emil, version=draft.version, periods=[period], at=at)


def add_papers(draft, *papers):
    for title, kind in papers:
        services.add_document(consultation=draft, actor=None, upload=pdf(), title=title, kind=kind)


def write_notice(draft, emil, *, kind="publication", environment="Boden, Artenschutz, Lärm", without="", more=""):
    draft.refresh_from_db()
    period = draft.periods.get(kind=kind)
    text = draft_notice(NoticeFacts(draft, period, environment))
    text = "\n\n".join(part for part in text.split("\n\n") if not without or without not in part) + more
    return services.save_notice(
        consultation=draft,
        actor=emil,
        version=draft.version,
        kind=kind,
        text=text,
        environmental_information=environment,
    )


@pytest.fixture
def ready(make_draft, emil):
    """Everything a regular publication needs."""
    draft = enter(make_draft(), emil)
    add_papers(draft, *PAPERS)
    return write_notice(draft, emil)


def errors(draft, at=BEFORE):
    return {finding.code for finding in run_checks(Consultation.objects.get(pk=draft.pk), at) if finding.is_error}


def publish(draft, emil, at=BEFORE):
    draft.refresh_from_db()
    return services.publish_consultation(consultation=draft, actor=emil, version=draft.version, at=at)


def test_a_complete_regular_publication_passes(ready, emil):
    assert errors(ready) == set()
    assert publish(ready, emil).state == "announced"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ends_on": dt.date(2026, 12, 21)}, "dates.short"),
        ({"ends_on": dt.date(2026, 12, 26)}, "dates.free_day"),
        ({"ends_on": dt.date(2026, 12, 25)}, "dates.free_day"),
        ({"notice_on": None}, "dates.notice"),
        ({"notice_on": FIRST}, "dates.before_notice"),
        (
            {"authorities_starts_on": FIRST, "authorities_ends_on": dt.date(2026, 12, 21)},
            "dates.authorities",
        ),
    ],
)
def test_unlawful_dates_stop_it(ready, emil, change, code):
    values = {name: getattr(REGULAR, name) for name in REGULAR.__dataclass_fields__}
    enter(ready, emil, PeriodValues(**{**values, **change}))

    assert code in errors(ready)
    with pytest.raises(PublicationRefused):
        publish(ready, emil)


def test_publishing_after_the_first_day_stops_unless_a_whole_period_follows(ready, emil):
    late = moment(FIRST + dt.timedelta(days=1))
    assert "dates.begun" in errors(ready, late)

    end = calculate(kind="publication", starts_on=FIRST + dt.timedelta(days=1), town_key="14").ends_on
    enter(ready, emil, PeriodValues("publication", FIRST, end, notice_on=NOTICE_ON))
    assert "dates.begun" not in errors(ready, late)


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("draft", "papers.draft"),
        ("explanatory_report", "papers.reasons"),
        ("environmental_report", "papers.environmental_report"),
    ],
)
def test_a_missing_document_stops_it(make_draft, emil, missing, code):
    draft = enter(make_draft(), emil)
    add_papers(draft, *[paper for paper in PAPERS if paper[1] != missing])

    assert code in errors(write_notice(draft, emil))


def test_an_environmental_report_may_be_part_of_the_reasons(make_draft, emil):
    draft = enter(make_draft(), emil)
    add_papers(draft, *[paper for paper in PAPERS if paper[1] != "environmental_report"])
    write_notice(draft, emil)
    reasons = draft.documents.get(kind="explanatory_report")
    services.change_document(document=reasons, actor=emil, values={"includes_environmental_report": True})

    assert errors(draft) == set()


@pytest.mark.parametrize("procedure", ["2000", "3000"])
def test_the_simplified_procedures_need_no_report_but_their_hint(make_draft, emil, procedure):
    draft = enter(make_draft(procedure=procedure), emil)
    add_papers(draft, *PAPERS[:2])
    assert errors(write_notice(draft, emil, environment="")) == set()

    write_notice(draft, emil, environment="", without="Umweltprüfung")
    assert errors(draft) == {"notice.hint_no_assessment"}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"procedure": ""}, "procedure.none"),
        ({"procedure": "4000"}, "procedure.repealed"),
        ({"plan_type": "noise"}, "procedure.informal"),
        ({"plan_type": "fnp", "procedure": "3000"}, "procedure.land_use_plan"),
    ],
)
def test_a_procedure_that_does_not_fit_stops_it(ready, emil, values, code):
    ready.refresh_from_db()
    services.change_consultation(consultation=ready, actor=emil, version=ready.version, values=values)

    assert code in errors(ready)


@pytest.mark.parametrize(
    ("paragraph", "code"),
    [
        ("im Internet veröffentlicht unter", {"notice.address", "notice.duration"}),
        ("umweltbezogener Informationen", {"notice.environment"}),
        ("Während der Dauer", {"notice.hint_period"}),
        ("elektronisch", {"notice.hint_electronic"}),
        ("Nicht fristgerecht", {"notice.hint_late"}),
        ("Zusätzlich zur", {"notice.hint_access"}),
    ],
)
def test_each_datum_and_hint_of_the_notice_is_missed(ready, emil, paragraph, code):
    write_notice(ready, emil, without=paragraph)

    assert errors(ready) == code


def test_a_notice_that_was_drafted_before_the_dates_moved_is_noticed(ready, emil):
    later = PeriodValues("publication", FIRST + dt.timedelta(days=1), dt.date(2026, 12, 23), notice_on=NOTICE_ON)
    enter(ready, emil, later)

    assert errors(ready) == {"notice.duration"}


def test_a_land_use_plan_tells_associations_what_they_lose(make_draft, emil):
    draft = enter(make_draft(plan_type="fnp"), emil)
    add_papers(draft, *PAPERS)
    assert errors(write_notice(draft, emil)) == set()

    write_notice(draft, emil, without="Vereinigung")
    assert errors(draft) == {"notice.hint_associations"}


def test_a_shorter_repeat_needs_a_reason(make_draft, emil):
    draft = make_draft()
    short = {"kind": "repeat", "starts_on": FIRST, "ends_on": dt.date(2026, 12, 8), "notice_on": NOTICE_ON}
    enter(draft, emil, PeriodValues(**short))
    add_papers(draft, *PAPERS)
    assert errors(write_notice(draft, emil, kind="repeat")) == {"dates.reason"}

    enter(draft, emil, PeriodValues(**short, reason="Nur die Höhe eines Hauses ist geändert.", changes_only=True))
    assert errors(draft) == {"notice.hint_changes"}
    assert errors(write_notice(draft, emil, kind="repeat")) == set()


def test_an_early_participation_is_left_alone_by_the_law(make_draft, emil):
    draft = enter(make_draft(), emil, PeriodValues("early_public", FIRST, dt.date(2026, 12, 6)))

    assert errors(draft) == set()


def test_the_difference_to_the_template_is_shown_by_paragraph():
    lines = difference("Eins.\n\nZwei.\n\nDrei.", "Eins.\n\nDrei.\n\nVier.")

    assert [(line.mark, line.text) for line in lines] == [
        ("same", "Eins."),
        ("removed", "Zwei."),
        ("same", "Drei."),
        ("added", "Vier."),
    ]


@pytest.fixture
def blocked(make_draft, emil):
    """Complete but for the notice."""
    draft = enter(make_draft(), emil)
    add_papers(draft, *PAPERS)
    draft.refresh_from_db()
    return draft


def ask(draft, who, reason="Der Hinweis steht in anderen Worten da."):
    draft.refresh_from_db()
    return services.request_override(consultation=draft, actor=who, version=draft.version, reason=reason, at=BEFORE)


def test_a_second_person_lifts_a_block_and_the_proof_says_so(blocked, emil, make_user):
    gerda = make_user("Gerda", "administrator")
    override = ask(blocked, emil)
    assert [message.recipient for message in Message.objects.all()] == [gerda.email]
    with pytest.raises(PublicationRefused):
        publish(blocked, emil)

    services.decide_override(override=override, actor=gerda, is_granted=True, note="Gelesen.", at=BEFORE)
    assert publish(blocked, emil).state == "announced"
    entry = blocked.proof.get(kind="override")
    assert [finding["code"] for finding in entry.body["findings"]] == ["notice.none"]
    assert Message.objects.filter(recipient=emil.email).count() == 1


def test_nobody_grants_their_own_request(blocked, emil):
    override = ask(blocked, emil)

    with pytest.raises(ChangeRefused, match="zweite Person"):
        services.decide_override(override=override, actor=emil, is_granted=True, note="", at=BEFORE)
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicationOverride.objects.update(is_granted=True, decided_by=emil, decided_at=BEFORE)


def test_a_request_is_decided_once_and_asked_once(blocked, emil, make_user):
    gerda = make_user("Gerda", "planner")
    override = ask(blocked, emil)
    with pytest.raises(ChangeRefused, match="noch nicht entschieden"):
        ask(blocked, gerda)
    services.decide_override(override=override, actor=gerda, is_granted=False, note="Nein.", at=BEFORE)

    with pytest.raises(ChangeRefused, match="schon entschieden"):
        services.decide_override(override=override, actor=gerda, is_granted=True, note="", at=BEFORE)
    with pytest.raises(PublicationRefused):
        publish(blocked, emil)
    assert override.history.count() == 2


def test_what_was_granted_lifts_nothing_else(blocked, emil, make_user):
    services.decide_override(
        override=ask(blocked, emil), actor=make_user("Gerda", "planner"), is_granted=True, note="", at=BEFORE
    )
    services.change_document(document=blocked.documents.get(kind="draft"), actor=emil, values={"is_published": False})

    with pytest.raises(PublicationRefused):
        publish(blocked, emil)


def test_nobody_lifts_what_would_leave_nothing_to_show(make_draft, emil):
    draft = make_draft(area=None)

    with pytest.raises(ChangeRefused, match="niemand freigeben"):
        ask(draft, emil)


def test_a_further_round_waits_at_the_desk_until_it_is_published(ready, emil, client):
    public = publish(ready, emil)
    services.switch_states(at=moment(dt.date(2027, 1, 10)))
    public.refresh_from_db()
    again = PeriodValues("repeat", dt.date(2027, 2, 1), dt.date(2027, 3, 2), notice_on=dt.date(2027, 1, 29))
    services.set_periods(
        consultation=public,
        actor=emil,
        version=public.version,
        periods=[REGULAR, again],
        at=moment(dt.date(2027, 1, 11)),
    )
    public.refresh_from_db()
    assert public.state == "closed"
    assert "Erneute Veröffentlichung" not in client.get(f"/beteiligung/{public.public_id}/").text
    at = moment(dt.date(2027, 1, 12))
    assert errors(public, at) == {"notice.none"}

    write_notice(public, emil, kind="repeat")
    assert publish(public, emil, at=at).state == "announced"
    assert "01.02.2027" in client.get(f"/beteiligung/{public.public_id}/").text


def test_a_published_round_is_not_extended_to_a_free_day(ready, emil):
    public = publish(ready, emil)
    values = PeriodValues("publication", FIRST, dt.date(2027, 1, 9), notice_on=NOTICE_ON)

    with pytest.raises(ChangeRefused, match=r"Werktag.*11\.01\.2027"):
        services.set_periods(consultation=public, actor=emil, version=public.version, periods=[values], at=BEFORE)


def test_the_package_for_the_portal_holds_all_that_is_entered_there(ready):
    ready.refresh_from_db()
    with package_of(ready) as stored, zipfile.ZipFile(io.BytesIO(stored.read())) as package:
        names = set(package.namelist())
        area = json.loads(package.read("geltungsbereich.geojson"))
        facts = json.loads(package.read("metadaten.json"))
        gml = package.read("geltungsbereich.gml").decode()
        assert package.read("unterlagen/01-planzeichnung.pdf").startswith(b"%PDF")

    assert {"bekanntmachung-publication.txt", "unterlagen/03-umweltbericht.pdf"} <= names
    assert area["geometry"]["type"] == "MultiPolygon" and 8 < area["geometry"]["coordinates"][0][0][0][0] < 16
    assert facts["fristen"][0]["letzter_tag"] == "2026-12-22" and facts["gemeinde"]["ags"] == "14000010"
    assert 'xmlns:gml="http://www.opengis.net/gml/3.2"' in gml and "25833" in gml


def test_a_formal_plan_knows_no_informal_round(make_draft, emil):
    assert "procedure.formal" in errors(
        enter(make_draft(), emil, PeriodValues("informal", FIRST, dt.date(2026, 12, 6)))
    )
