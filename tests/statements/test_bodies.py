"""Bodies are asked with a link of their own that works once, reminded by working days, and may answer by letter."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.geo.editing import ChangeRefused, StaleEdit
from apps.outbox.models import Message
from apps.statements.models import Authority, Invitation, Statement
from apps.statements.services import authorities
from tests.statements.conftest import DURING, LAST


@pytest.fixture
def county(town):
    return authorities.add_authority(
        municipality=town, values={"name": "Landratsamt", "email": "bau@landkreis.example", "remit": "Wasser"}
    )


@pytest.fixture
def invited(open_plan, county):
    """The county's invitation to a plan that runs today, and the path of its link."""
    period = open_plan.periods.get()
    today = timezone.localdate()
    authorities.invite_authorities(
        period=period, authorities=[county], answers_until=today + dt.timedelta(days=31), at=timezone.now()
    )
    link = re.search(r"https?://[^/]+(/stellungnahmen/einladung/\S+)", Message.objects.get().body).group(1)
    return Invitation.objects.get(), link


def test_a_body_answers_once_through_its_link(client, invited):
    invitation, link = invited
    for _scanner in range(2):
        assert "Landratsamt" in client.get(link).content.decode()
    invitation.refresh_from_db()
    assert invitation.answered_at is None
    form = {"text": "Der Graben bleibt frei.", "organisation": "Landratsamt", "name": "Frau Wasser", "step": "send"}
    assert client.post(link, form).status_code == 302
    statement = Statement.objects.get()
    assert (statement.sender_kind, statement.invitation, statement.is_late) == ("authority", invitation, False)
    again = client.get(link)
    assert "Dieser Link ist damit verbraucht" in again.content.decode()
    client.post(link, {**form, "text": "Noch etwas."})
    assert Statement.objects.count() == 1


def test_the_link_is_stored_as_a_hash_only(invited):
    invitation, link = invited
    token = link.rstrip("/").rpartition("/")[2]
    assert len(token) == 26 and token not in str(vars(invitation))


def test_an_expired_link_says_what_to_do(client, invited):
    _invitation, link = invited
    Invitation.objects.update(expires_at=timezone.now())
    answer = client.get(link)
    assert answer.status_code == 410 and "abgelaufen" in answer.content.decode()
    assert client.get(reverse("statements:invited", args=["a" * 26])).status_code == 404


def test_what_a_body_typed_is_kept_under_its_link(client, invited):
    _invitation, link = invited
    client.post(link, {"text": "Der Graben", "step": "save"})
    assert "Der Graben" in client.get(link).content.decode()


def test_a_body_has_a_period_of_its_own(plan, county, submit):
    day = LAST + dt.timedelta(days=10)
    made = authorities.invite_authorities(
        period=plan.periods.get(), authorities=[county, county], answers_until=day, at=DURING
    )
    late = dt.timedelta(days=1)
    moment = DURING + (day - DURING.date())
    assert len(made) == 1 and not submit(invitation=made[0], kind="authority", at=moment).statement.is_late
    other = authorities.add_authority(municipality=plan.municipality, values={"name": "Nachbarstadt"})
    second = authorities.invite_authorities(
        period=plan.periods.get(), authorities=[other], answers_until=day, at=DURING
    )
    assert submit(invitation=second[0], kind="authority", at=moment + late).statement.is_late


def test_reminders_come_five_working_days_before_the_end_and_once(plan, county):
    # Tuesday, 22 December 2026: five working days before is Tuesday the 15th.
    made = authorities.invite_authorities(
        period=plan.periods.get(), authorities=[county], answers_until=LAST, at=DURING
    )
    assert made[0].remind_on == dt.date(2026, 12, 15)
    before, then = (DURING + (dt.date(2026, 12, day) - DURING.date()) for day in (14, 15))
    assert authorities.remind_the_silent(at=before) == 0
    assert [authorities.remind_the_silent(at=then) for _twice in range(2)] == [1, 0]
    assert Message.objects.filter(subject__startswith="Erinnerung").count() == 1


def test_nobody_is_reminded_on_a_sunday(plan, county):
    authorities.invite_authorities(period=plan.periods.get(), authorities=[county], answers_until=LAST, at=DURING)
    sunday = DURING + (dt.date(2026, 12, 20) - DURING.date())
    assert authorities.remind_the_silent(at=sunday) == 0


def test_a_period_too_short_for_a_reminder_has_none():
    monday = dt.date(2026, 11, 30)
    assert authorities.reminder_day(monday, monday + dt.timedelta(days=3), "14000010") is None


def test_a_last_day_in_the_past_is_refused(plan, county):
    with pytest.raises(ChangeRefused):
        authorities.invite_authorities(
            period=plan.periods.get(),
            authorities=[county],
            answers_until=DURING.date() - dt.timedelta(days=1),
            at=DURING,
        )


def test_the_list_knows_each_name_once_and_refuses_stale_edits(town, county):
    with pytest.raises(ChangeRefused):
        authorities.add_authority(municipality=town, values={"name": "Landratsamt"})
    authorities.change_authority(authority=county, version=1, values={"remit": "Wasser, Straßen"})
    with pytest.raises(StaleEdit):
        authorities.change_authority(authority=county, version=1, values={"remit": "Straßen"})


def test_emil_invites_from_the_desk(client, emil, plan, open_plan, county):
    client.force_login(emil)
    address = reverse("statements:desk_invitations", args=[open_plan.public_id])
    until = timezone.localdate() + dt.timedelta(days=35)
    form = {"period": open_plan.periods.get().pk, "answers_until": until.isoformat(), "authorities": [county.pk]}
    assert client.post(address, form).status_code == 302
    assert "Landratsamt" in client.get(address).content.decode() and Invitation.objects.count() == 1
    foreign = {**form, "period": plan.periods.get().pk}
    assert client.post(address, foreign).status_code == 422


def test_emil_keeps_the_list(client, emil, county):
    client.force_login(emil)
    address = reverse("statements:desk_authorities")
    assert client.post(address, {"name": "Stadtwerke", "version": 1, "is_active": "on"}).status_code == 302
    assert client.post(address, {"name": "Stadtwerke", "version": 1}).status_code == 422
    edit = reverse("statements:desk_authority", args=[county.pk])
    client.post(edit, {"name": "Landratsamt", "version": 1, "remit": "Alles"})
    assert Authority.objects.get(pk=county.pk).remit == "Alles"
