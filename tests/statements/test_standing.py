"""Taking back and giving again, and what no job and nobody may change."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from apps.consultations.phases import NotNow
from apps.geo.editing import ChangeRefused
from apps.outbox.models import Message
from apps.statements.models import SenderData, Statement
from apps.statements.services import drafts, retention
from apps.statements.services.standing import restore_statement, withdraw_statement
from tests.statements.conftest import DURING, LAST, TOO_LATE


def test_a_statement_can_be_taken_back_and_given_again_within_its_period(submit):
    statement = submit().statement
    taken = withdraw_statement(statement=statement, at=DURING)
    assert taken.withdrawn_at == DURING and not Statement.objects.counted().exists()
    assert restore_statement(statement=statement, at=TOO_LATE - dt.timedelta(seconds=1)).withdrawn_at is None


def test_after_the_period_it_stays_as_it_is(submit):
    statement = submit().statement
    with pytest.raises(NotNow):
        withdraw_statement(statement=statement, at=TOO_LATE)
    withdraw_statement(statement=statement, at=DURING)
    with pytest.raises(NotNow):
        restore_statement(statement=statement, at=TOO_LATE)


def test_opening_the_status_page_changes_nothing(client, submit, open_plan):
    before = timezone.now()
    token = submit(consultation=open_plan, at=before).token
    page = client.get(reverse("statements:status", args=[token]))
    assert page.status_code == 200 and page["Cache-Control"] == "private, no-store"
    assert Statement.objects.get().withdrawn_at is None
    client.post(reverse("statements:change", args=[token]), {"do": "withdraw"})
    assert before <= Statement.objects.get().withdrawn_at <= timezone.now()


def test_the_database_keeps_words_and_moment_as_they_came(submit):
    statement = submit().statement
    for change in ({"text": "anders"}, {"received_at": TOO_LATE}, {"number": 7}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Statement.objects.filter(pk=statement.pk).update(**change)


def test_nothing_deletes_a_statement_before_its_file_was_handed_over(submit, plan, emil):
    statement = submit(name="Anna", email="anna@example.org").statement
    with pytest.raises(DatabaseError), transaction.atomic():
        statement.delete()
    retention.acknowledge_handover(
        consultation=plan, actor=emil, on=dt.date(2027, 6, 1), to="Landratsamt", today=dt.date(2027, 6, 2)
    )
    statement.delete()
    assert not Statement.objects.exists()


def test_no_job_takes_anything_of_a_statement_before_the_hand_over(submit, plan):
    """Every job that this app has, ten years later."""
    submit(name="Anna", email="anna@example.org")
    submit(email="berta@example.org", at=TOO_LATE)
    SenderData.objects.update(dies_on=dt.date(2027, 1, 1))
    later = DURING + dt.timedelta(days=3650)
    drafts.forget_drafts(at=later)
    assert retention.erase_due_senders(on=later.date()) == 0
    assert Statement.objects.count() == SenderData.objects.count() == 2


def test_a_year_after_the_hand_over_the_senders_go_and_the_statements_stay(submit, plan, emil):
    submit(name="Anna", email="anna@example.org")
    day = dt.date(2027, 6, 1)
    retention.acknowledge_handover(consultation=plan, actor=emil, on=day, to="Landratsamt", today=day)
    assert retention.erase_due_senders(on=day + dt.timedelta(days=364)) == 0
    assert retention.erase_due_senders(on=day + dt.timedelta(days=365)) == 1
    assert Statement.objects.count() == 1 and not SenderData.objects.exists()
    assert Message.objects.get().recipient == ""


def test_who_writes_after_the_hand_over_is_forgotten_too(submit, plan, emil):
    day = LAST + dt.timedelta(days=30)
    retention.acknowledge_handover(consultation=plan, actor=emil, on=day, to="Landratsamt", today=day)
    late = DURING + dt.timedelta(days=90)
    submit(name="Anna", at=late)
    assert SenderData.objects.get().dies_on == timezone.localdate(late) + dt.timedelta(days=365)


def test_a_hand_over_in_the_future_is_none(plan, emil):
    day = dt.date(2027, 6, 1)
    with pytest.raises(ChangeRefused):
        retention.acknowledge_handover(consultation=plan, actor=emil, on=day + dt.timedelta(days=1), to="X", today=day)
