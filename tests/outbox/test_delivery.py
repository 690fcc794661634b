"""One delivery at a time, against a mail server that does what the test says."""

import datetime as dt

import pytest
from django.utils import timezone

from apps.outbox import channels, services
from apps.outbox.delivery import deliver_next
from apps.outbox.models import Message

ME = "worker-of-this-test"


@pytest.fixture
def message(town):
    return services.enqueue(
        municipality=town, recipient="anna@rasterstadt.example", subject="Danke für Ihre Meldung", body="Grüße"
    )


def make_due():
    Message.objects.filter(state="queued").update(next_attempt_at=timezone.now() - dt.timedelta(seconds=1))


def tried(message):
    """Try to deliver; return the answer, and the least and the most that the message waits now, in seconds."""
    before = timezone.now()
    answer = deliver_next(owner=ME)
    after = timezone.now()
    message.refresh_from_db()
    return answer, *((message.next_attempt_at - moment).total_seconds() for moment in (after, before))


def test_a_message_arrives_as_it_was_stored(smtp, message):
    assert deliver_next(owner=ME) is True
    [(message_id, recipients, mail)] = smtp.received
    assert (message_id, recipients) == (message.message_id, ("anna@rasterstadt.example",))
    assert mail["From"] == "Rasterstadt <beteiligung@brandis.invalid>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_payload(decode=True).decode().strip() == "Grüße"
    message.refresh_from_db()
    assert message.state == "sent"
    assert message.body_dies_on == timezone.localdate() + dt.timedelta(days=30)
    assert deliver_next(owner=ME) is False


def test_a_retry_carries_the_same_message_id_and_date(smtp, message):
    seen = []

    def greylist(mail):
        seen.append((mail["Message-ID"], mail["Date"]))
        return "451 4.7.1 come back later" if len(seen) == 1 else "250 OK"

    smtp.answer_data = greylist
    deliver_next(owner=ME)
    make_due()
    deliver_next(owner=ME)
    assert len(seen) == 2
    assert seen[0] == seen[1]


def test_each_wait_is_twice_as_long_up_to_an_hour(smtp, message, settings):
    settings.OUTBOX_BACKOFF_SECONDS = 30
    smtp.answer_rcpt = lambda address: "450 4.2.2 mailbox full"
    for expected in (30, 60, 120, 240, 480, 960, 1920, 3600, 3600):
        _answer, least, most = tried(message)
        assert least <= expected <= most
        make_due()


def test_a_refusal_for_good_is_failed_with_its_reason_but_without_the_address(smtp, message):
    smtp.answer_rcpt = lambda address: f"550 5.1.1 <{address}> unknown"
    assert deliver_next(owner=ME) is True
    message.refresh_from_db()
    assert (message.state, message.last_error) == ("failed", "550 5.1.1 <…> unknown")


def test_one_refusal_does_not_hold_up_the_others(smtp, message, town):
    services.enqueue(municipality=town, recipient="emil@rasterstadt.example", subject="S", body="T")
    smtp.answer_rcpt = lambda address: "550 no" if address.startswith("anna") else "250 OK"
    deliver_next(owner=ME)
    deliver_next(owner=ME)
    assert [to for _id, to, _mail in smtp.received] == [("emil@rasterstadt.example",)]


def test_with_the_server_down_nothing_is_lost_nor_given_up_however_long(smtp, message, settings):
    settings.OUTBOX_BACKOFF_SECONDS = 30
    Message.objects.update(give_up_at=timezone.now() - dt.timedelta(days=1))
    smtp.stop()
    for expected in (30, 60, 120, 120):
        answer, least, most = tried(message)
        assert answer is None and least <= expected <= most
        make_due()
    smtp.start()
    assert deliver_next(owner=ME) is True
    assert smtp.counts() == {message.message_id: 1}


def test_a_server_that_says_later_for_days_is_given_up(smtp, message):
    Message.objects.update(give_up_at=timezone.now() - dt.timedelta(seconds=1))
    smtp.answer_rcpt = lambda address: "450 later"
    deliver_next(owner=ME)
    message.refresh_from_db()
    assert (message.state, message.last_error) == ("dead", "450 later")


def test_a_message_that_is_leased_is_nobody_else_s(message):
    assert services.claim_next(owner=ME) == message
    assert services.claim_next(owner="another") is None


def test_a_lease_that_ran_out_is_taken_back(message):
    services.claim_next(owner=ME)
    assert services.take_back_abandoned() == 0
    Message.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert services.take_back_abandoned() == 1
    assert services.claim_next(owner="another") == message


def test_a_worker_that_lives_keeps_its_lease(message):
    services.claim_next(owner=ME)
    Message.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert services.extend_leases(owners={ME}) == 1
    assert services.take_back_abandoned() == 0


def test_who_lost_the_lease_has_no_say_in_failure_but_in_success(message):
    mine = services.claim_next(owner=ME)
    Message.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    services.take_back_abandoned()
    services.claim_next(owner="another")
    services.record_refused(message=mine, owner=ME, reason="550 no")
    message.refresh_from_db()
    assert (message.state, message.lease_owner) == ("sending", "another")
    services.record_sent(message=mine)
    message.refresh_from_db()
    assert message.state == "sent"


def test_a_message_that_kills_its_worker_is_parked_after_ten_times(message):
    for _ in range(10):
        make_due()
        assert services.claim_next(owner=ME)
        Message.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
        services.take_back_abandoned()
    message.refresh_from_db()
    assert message.state == "dead"


def test_a_fault_of_ours_is_parked_after_ten_times_and_holds_up_nobody(message, monkeypatch):
    def broken(message):
        raise KeyError("x")

    monkeypatch.setitem(channels._channels, "mail", broken)
    for _ in range(10):
        make_due()
        assert deliver_next(owner=ME) is True
    message.refresh_from_db()
    assert message.state == "failed"
    assert "KeyError" in message.last_error


def test_a_channel_of_another_app_gets_its_messages(town, monkeypatch):
    monkeypatch.setattr(channels, "_channels", dict(channels._channels))
    taken = []
    channels.register_channel("pigeon", taken.append)
    message = services.enqueue(
        municipality=town, channel="pigeon", recipient="https://amt.example/", subject="S", body="{}"
    )
    deliver_next(owner=ME)
    assert taken == [message]
    with pytest.raises(ValueError, match="twice"):
        channels.register_channel("pigeon", print)


def test_a_stuck_message_is_sent_again_when_an_administrator_says_so(smtp, message):
    smtp.answer_rcpt = lambda address: "550 no"
    deliver_next(owner=ME)
    smtp.answer_rcpt = lambda address: "250 OK"
    assert services.retry_message(message=message)
    deliver_next(owner=ME)
    assert smtp.counts() == {message.message_id: 1}
    assert not services.retry_message(message=message)
