"""A body that answers by letter has answered: the letter closes its invitation, and a mistake can be undone."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.geo.editing import ChangeRefused
from apps.outbox.models import Message
from apps.statements.models import Invitation, Statement
from apps.statements.services import authorities
from tests.statements.conftest import DURING, LAST


@pytest.fixture
def county(town):
    return authorities.add_authority(municipality=town, values={"name": "Landratsamt", "email": "bau@kreis.example"})


@pytest.fixture
def asked(plan, county):
    period = plan.periods.get()
    authorities.invite_authorities(period=period, authorities=[county], answers_until=LAST, at=DURING)
    return Invitation.objects.get()


def test_emil_enters_a_letter_and_the_body_is_no_longer_waited_for(client, emil, open_plan, county):
    today = timezone.localdate()
    until = today + dt.timedelta(days=31)
    authorities.invite_authorities(period=open_plan.periods.get(), authorities=[county], answers_until=until)
    invitation = Invitation.objects.get()
    client.force_login(emil)
    enter = reverse("statements:desk_enter", args=[open_plan.public_id])
    assert "Landratsamt (bis" in client.get(enter).text
    letter = {
        "key": str(uuid.uuid4()),
        "channel": "letter",
        "sender_kind": "public",
        "received_on": today.isoformat(),
        "text": "Der Graben bleibt frei.",
        "invitation": invitation.pk,
        "organisation": "Landratsamt",
    }
    assert client.post(enter, letter).status_code == 302
    statement = Statement.objects.get()
    assert (statement.invitation, statement.sender_kind, statement.is_late) == (invitation, "authority", False)
    page = client.get(reverse("statements:desk_invitations", args=[open_plan.public_id])).text
    assert f"eingegangen am {today:%d.%m.%Y} per Brief" in page
    assert authorities.remind_the_silent(at=timezone.now() + dt.timedelta(days=30)) == 0
    assert "Landratsamt (bis" not in client.get(enter).text
    again = client.post(enter, {**letter, "key": str(uuid.uuid4())})
    assert again.status_code in (302, 422) and Statement.objects.filter(invitation=invitation).count() == 1

    tie = reverse("statements:desk_tie", args=[open_plan.public_id, 1])
    client.post(tie, {"do": "untie", "version": statement.version})
    invitation.refresh_from_db()
    statement.refresh_from_db()
    assert invitation.answered_at is None and statement.invitation is None
    client.post(tie, {"do": "tie", "version": statement.version, "invitation": invitation.pk})
    statement.refresh_from_db()
    assert statement.invitation == invitation


def test_whoever_opens_the_link_after_a_letter_learns_that_it_came_but_not_what_it_says(client, submit, asked):
    submit("Streng vertraulich", channel="letter", invitation=asked, received_at=DURING)
    link = authorities.invitation_token(asked.public_id)
    page = client.get(reverse("statements:invited", args=[link])).text
    assert "Ihre Stellungnahme liegt vor" in page and "/stellungnahmen/" not in page.partition("<main")[2]


def test_a_letter_counts_by_the_bodys_own_period_and_again_by_everybodys_once_untied(plan, county, submit, emil):
    longer = LAST + dt.timedelta(days=10)
    authorities.invite_authorities(period=plan.periods.get(), authorities=[county], answers_until=longer, at=DURING)
    after = DURING + (LAST - DURING.date()) + dt.timedelta(days=2)
    late = submit(channel="letter", received_at=after, at=after).statement
    assert late.is_late
    tied = authorities.tie_statement(
        statement=late, invitation=Invitation.objects.get(), actor=emil, version=late.version
    )
    assert not tied.is_late and tied.sender_kind == "authority"
    loose = authorities.untie_statement(statement=tied, actor=emil, version=tied.version)
    assert loose.is_late and Invitation.objects.get().answered_at is None
    much_later = longer + dt.timedelta(days=1)
    moment = DURING + (much_later - DURING.date())
    letter = {"channel": "letter", "invitation": Invitation.objects.get(), "received_at": moment, "at": moment}
    assert submit(**letter).statement.is_late


def test_a_body_may_write_before_everybody_is_asked(make_draft, publish, media, county, submit):
    begin = LAST + dt.timedelta(days=20)
    plan = publish(make_draft(title="Bald"), (begin, begin + dt.timedelta(days=40)), at=DURING)
    authorities.invite_authorities(period=plan.periods.get(), authorities=[county], answers_until=begin, at=DURING)
    early = submit(consultation=plan, channel="letter", invitation=Invitation.objects.get(), received_at=DURING)
    assert not early.statement.is_late
    with pytest.raises(ChangeRefused, match="noch nicht begonnen"):
        submit(consultation=plan, channel="letter", received_at=DURING)


def test_what_came_through_the_site_and_what_is_answered_is_not_tied(submit, asked, emil, town):
    web, letter = submit().statement, submit(channel="email", received_at=DURING).statement
    with pytest.raises(ChangeRefused):
        authorities.tie_statement(statement=web, invitation=asked, actor=emil, version=web.version)
    submit(kind="authority", invitation=asked)
    with pytest.raises(ChangeRefused, match="liegt schon"):
        authorities.tie_statement(statement=letter, invitation=asked, actor=emil, version=letter.version)
    answered = Statement.objects.get(invitation=asked)
    with pytest.raises(ChangeRefused):
        authorities.untie_statement(statement=answered, actor=emil, version=answered.version)
    assert not Message.objects.filter(subject__startswith="Erinnerung").exists()
