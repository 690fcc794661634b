"""The citizens' budget: who votes, that nobody learns for what, and a count that anybody can repeat."""

import datetime as dt
import io
import json
import re
import threading
import uuid

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import connection
from openpyxl import load_workbook

from apps.ideas import services
from apps.ideas.ballot import preparing, rights, voting
from apps.ideas.ballot.models import Ballot, BallotItem, Electorate, Vote, Voter
from apps.ideas.ballot.published import as_bytes, digest_of, published_count, recount
from apps.ideas.ballot.rules import Rule, count
from apps.ideas.models import Idea
from apps.ideas.phases import NotNow
from apps.outbox.models import Message
from tests.conftest import at, box

#: Noon of the second day of the vote; it ends with the 10th of June.
DURING = dt.datetime(2026, 6, 2, 10, tzinfo=dt.UTC)
BEFORE, AFTER = DURING - dt.timedelta(days=30), DURING + dt.timedelta(days=9)

#: What differs between two equal answers: a nonce, the tokens of a form.
CHANGING = re.compile(
    rb'nonce="[^"]*"|csrfmiddlewaretoken" value="[^"]*"|value="[0-9a-f-]{36}"|since" value="[^"]*"|"timeStamp[^,]*'
)


@pytest.fixture
def clock(monkeypatch):
    """Return ``clock(moment)``: from now on it is that moment."""

    def turn(moment):
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    turn(BEFORE)
    return turn


@pytest.fixture
def ballot(town, emil, make_idea, clock):
    """10,000 euros; items 1 to 4 cost 6,000, 5,000, 4,000 and 1,000, the fifth is not eligible."""
    call = services.save_call(
        municipality=town,
        actor=emil,
        values={"title": "Bürgerfonds", "summary": "Was?", "area": box(0, 0, 5000, 5000)},
        starts={"collect": dt.date(2026, 5, 1), "decide": dt.date(2026, 6, 1), "realise": dt.date(2026, 6, 11)},
    )
    call = services.publish_call(call=call, actor=emil)
    values = {"total_eur": 10_000, "electorate": Electorate.EMAIL, "rule": Rule.SKIP}
    made = preparing.save_ballot(call=call, actor=emil, values=values)
    for title, cost in (("Spielplatz", 6000), ("Bühne", 5000), ("Brunnen", 4000), ("Bank", 1000), ("Turm", 900)):
        idea = make_idea(title, at(1000, 1000))
        Idea.objects.filter(pk=idea.pk).update(call=call)
        no = {"eligibility": "no", "reason": "Nicht Sache der Stadt."} if title == "Turm" else {"eligibility": "yes"}
        preparing.assess_idea(ballot=made, idea=Idea.objects.get(pk=idea.pk), actor=emil, cost_eur=cost, **no)
    return made


def vote(ballot, email, *numbers):
    rights.invite_by_mail(ballot=ballot, email=email, may_mail=False)
    identity = rights.identity_of(email, purpose="vote", scope=ballot.pk)
    voting.cast_vote(voter=Voter.objects.get(ballot=ballot, identity=identity), numbers=numbers)


def link_in(message):
    return re.search(r"/ideen/stimmzettel/\w+/", message.body)[0]


# ---- the rule ----

COSTS = {1: 6000, 2: 5000, 3: 4000, 4: 1000}


@pytest.mark.parametrize(
    ("rule", "baskets", "winners"),
    [
        ("skip", [[1], [1], [2], [2], [3]], {2, 3}),  # a tie: the cheaper first; then 6,000 no longer fits
        ("stop", [[1], [1], [1], [2], [2], [3], [4]], {1}),  # the second does not fit: over
        ("skip", [[1], [1], [1], [2], [2], [3], [4]], {1, 4}),  # a tie of the last two: the cheaper
        ("skip", [[1], [1], [3]], {1, 3}),  # exactly 10,000
        ("skip", [], set()),  # what nobody wants is not built
        ("skip", [[4, 4, 4], [3]], {3, 4}),  # a number counts once in a basket
        ("skip", [[99]], set()),
    ],
)
def test_the_rule_is_what_it_says(rule, baskets, winners):
    results = count(costs=COSTS, total_eur=10_000, rule=rule, baskets=baskets)
    assert {result.number for result in results if result.is_winner} == winners
    assert sum(COSTS[number] for number in winners) <= 10_000


def test_the_order_of_the_ballots_changes_nothing():
    baskets = [[1], [2, 3], [3], [4], [2, 4]]
    again = count(costs=COSTS, total_eur=10_000, rule="skip", baskets=baskets[::-1])
    assert count(costs=COSTS, total_eur=10_000, rule="skip", baskets=baskets) == again


# ---- voting ----


def test_anna_votes_without_javascript_and_once(client, ballot, clock):
    page = f"/ideen/aufrufe/{ballot.call.public_id}/abstimmung/"
    assert client.get(page).status_code == 404  # not before the vote
    clock(DURING)
    shown = client.get(page).text
    assert "Spielplatz" in shown and "6.000" in shown and "Nicht Sache der Stadt." in shown
    client.post(page, {"key": str(uuid.uuid4()), "email": "anna@example.org"})
    paper = link_in(Message.objects.get())
    assert client.get(paper).status_code == 200
    too_much = client.post(paper, {"step": "check", "vorhaben": ["1", "2"]})
    assert too_much.status_code == 400 and "checked" in too_much.text
    assert "11.000 Euro" in too_much.text
    assert "Zusammen 10.000 von 10.000" in client.post(paper, {"step": "check", "vorhaben": ["1", "3"]}).text
    done = client.post(paper, {"step": "cast", "vorhaben": ["1", "3"]}, follow=True).text
    assert "Ihre Stimme ist abgegeben" in done and "Brunnen" not in done
    again = client.post(paper, {"step": "cast", "vorhaben": ["2"]})
    assert again.status_code == 400 and "Sie haben abgestimmt" in again.text
    assert [row.items for row in Vote.objects.all()] == [[1, 3]]


@pytest.mark.parametrize("numbers", [[], [5], [9], [1, 2]])
def test_a_basket_that_makes_no_sense_is_refused(ballot, clock, numbers):
    clock(DURING)
    with pytest.raises(services.ChangeRefused):
        vote(ballot, "anna@example.org", *numbers)
    assert not Vote.objects.exists() and not Voter.objects.filter(has_voted=True).exists()


def test_one_address_has_one_vote(ballot, clock):
    clock(DURING)
    vote(ballot, "Anna@example.org", 1)
    with pytest.raises(voting.AlreadyVoted):
        vote(ballot, "anna+zwei@example.org", 2)


def test_nobody_votes_before_or_after(ballot, clock):
    for moment in (BEFORE, AFTER):
        clock(moment)
        with pytest.raises(NotNow):
            vote(ballot, "anna@example.org", 1)


def test_the_last_day_counts_until_midnight(ballot, clock):
    clock(dt.datetime(2026, 6, 10, 21, 59, 59, tzinfo=dt.UTC))  # 23:59:59 in Brandis
    vote(ballot, "anna@example.org", 1)
    clock(dt.datetime(2026, 6, 10, 22, 0, tzinfo=dt.UTC))
    with pytest.raises(NotNow):
        vote(ballot, "otto@example.org", 1)


@pytest.fixture
def by_account(town, ballot, emil):
    """The ballot, for whoever has an account."""
    with pytest.raises(services.ChangeRefused, match="ausgeschaltet"):
        preparing.save_ballot(call=ballot.call, actor=emil, values={"electorate": Electorate.ACCOUNT})
    type(town).objects.update(citizen_accounts=True)
    ballot.call.municipality.refresh_from_db()
    return preparing.save_ballot(call=ballot.call, actor=emil, values={"electorate": Electorate.ACCOUNT})


def test_an_account_votes_where_the_town_wants_accounts(client, by_account, bernd, clock):
    clock(DURING)
    page = f"/ideen/aufrufe/{by_account.call.public_id}/abstimmung/"
    assert "Anmelden" in client.get(page).text
    client.force_login(bernd)
    paper = client.post(page, {"do": "vote"})["Location"]
    client.post(paper, {"step": "cast", "vorhaben": "4"})
    assert Vote.objects.get().items == [4] and client.post(page, {"do": "vote"})["Location"] == paper
    with pytest.raises(services.ChangeRefused):
        rights.invite_by_mail(ballot=Ballot.objects.get(), email="anna@example.org")


def test_an_account_counts_when_it_is_confirmed_and_older_than_the_vote(client, by_account, make_user, clock):
    otto = make_user("Otto")
    clock(DURING)
    late = make_user("Late")
    page = f"/ideen/aufrufe/{by_account.call.public_id}/abstimmung/"
    client.force_login(late)
    assert "vor dem 1. Juni 2026" in client.get(page).text
    assert client.post(page, {"do": "vote"}).status_code == 400 and not Voter.objects.exists()
    EmailAddress.objects.filter(user=otto).update(verified=False)
    client.force_login(otto)
    assert "Bitte bestätigen Sie zuerst" in client.get(page).text
    EmailAddress.objects.filter(user=otto).update(verified=True)
    assert client.post(page, {"do": "vote"}).status_code == 302 and Voter.objects.count() == 1


def test_codes_come_in_letters_and_are_kept_as_hashes(client, ballot, emil, clock):
    preparing.save_ballot(call=ballot.call, actor=emil, values={"electorate": Electorate.CODE})
    client.force_login(emil)
    desk = f"/intern/ideen/aufrufe/{ballot.call.public_id}/abstimmung/"
    book = client.post(f"{desk}codes/", {"number": "3", "ending": "xlsx"})
    codes = [row[0].value for row in load_workbook(io.BytesIO(book.content)).active.iter_rows(min_row=2)]
    assert len(set(codes)) == Voter.objects.count() == 3
    assert client.post(f"{desk}codes/", {"number": "2", "ending": "pdf"}).content.startswith(b"%PDF")
    assert codes[0].replace("-", "") not in str(list(Voter.objects.values()))
    client.logout()
    clock(DURING)
    page = f"/ideen/aufrufe/{ballot.call.public_id}/abstimmung/"
    typed = f" {codes[0].upper().replace('1', 'I').replace('0', 'O')} "
    paper = client.post(page, {"key": str(uuid.uuid4()), "code": typed})["Location"]
    assert codes[0] not in paper
    client.post(paper, {"step": "cast", "vorhaben": "4"})
    assert Vote.objects.count() == 1
    wrong = client.post(page, {"key": str(uuid.uuid4()), "code": "k7m2-9xq4-tb3w"})
    assert wrong.status_code == 400 and "kennen wir nicht" in wrong.text
    with pytest.raises(NotNow):  # nobody adds votes while people vote
        preparing.print_codes(ballot=Ballot.objects.get(), actor=emil, number=1)


@pytest.mark.django_db(transaction=True)
def test_one_right_used_twenty_times_at_once_is_one_vote(ballot, clock):
    clock(DURING)
    rights.invite_by_mail(ballot=ballot, email="anna@example.org", may_mail=False)
    voter, together = Voter.objects.get(), threading.Barrier(10, timeout=120)
    done, refused, faults = [], [], []

    def press(number):
        try:
            together.wait()
            for _ in range(2):
                try:
                    voting.cast_vote(voter=voter, numbers=[4])
                    done.append(number)
                except voting.AlreadyVoted:
                    refused.append(number)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[n]) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    assert faults == []
    assert (len(done), len(refused), Vote.objects.count()) == (1, 19, 1)


# ---- nothing leads from a voter to a vote ----


def test_voter_and_vote_share_nothing_but_the_ballot():
    fields = {model: {f.name: f for f in model._meta.get_fields()} for model in (Voter, Vote)}
    assert set(fields[Vote]) == {"id", "ballot", "items"}
    assert set(fields[Voter]) & set(fields[Vote]) == {"id", "ballot"}
    for found in fields.values():
        kinds = {field.get_internal_type() for field in found.values()}
        assert not kinds & {"DateTimeField", "DateField", "TimeField", "AutoField", "BigAutoField"}
        assert found["id"].get_internal_type() == "UUIDField"


def rows(table, columns):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table}")
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
def test_neither_transaction_nor_place_on_the_disk_points_at_a_person(ballot, clock):
    clock(DURING)
    for number in range(6):
        vote(ballot, f"person{number}@example.org", 4)
    assert len({xmin for (xmin,) in rows("ideas_vote", "xmin::text")}) == 1
    before = {str(pk) for (pk,) in rows("ideas_vote", "id")}
    vote(ballot, "person6@example.org", 3)
    after = {str(pk) for (pk,) in rows("ideas_vote", "id")}
    assert len(after) == 7 and not before & after  # the new one does not stand out
    assert len({xmin for (xmin,) in rows("ideas_vote", "xmin::text")}) == 1


def test_no_history_is_written_about_votes(ballot, clock):
    clock(DURING)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN"
            " ('ideas_vote'::regclass, 'ideas_voter'::regclass)"
        )
        assert cursor.fetchall() == []


# ---- counting ----


@pytest.fixture
def voted(ballot, clock):
    """Five people: Spielplatz 3, Brunnen 2, Bühne 1, Bank 1."""
    clock(DURING)
    for n, basket in enumerate([(1, 3), (1, 3), (1,), (2, 4), (2,)][:4]):
        vote(ballot, f"person{n}@example.org", *basket)
    return ballot


def test_nobody_counts_before_the_end_and_after_it_once(voted, clock):
    assert voting.count_ended_ballots() == 0
    with pytest.raises(services.ChangeRefused, match="läuft noch"):
        voting.count_ballot(ballot=voted)
    assert not BallotItem.objects.exclude(votes=None).exists()
    clock(AFTER)
    assert voting.count_ended_ballots() == 1
    assert voting.count_ended_ballots() == 0
    found = dict(BallotItem.objects.filter(eligibility="yes").values_list("number", "votes"))
    assert found == {1: 3, 2: 1, 3: 2, 4: 1}
    winners = BallotItem.objects.filter(is_winner=True).values_list("number", flat=True)
    assert sorted(winners) == [1, 3]


def test_before_the_end_no_page_of_anybody_differs_by_what_was_chosen(client, ballot, emil, clock):
    """Five people vote, once all for one thing and once all for another: every page stays the same, byte by byte."""
    clock(DURING)
    for n in range(5):
        vote(ballot, f"person{n}@example.org", 1)
    call = ballot.call.public_id
    paths = ["/ideen/", f"/ideen/aufrufe/{call}/", f"/ideen/aufrufe/{call}/abstimmung/", "/downloads/"]
    paths += [f"/ideen/{item.idea.public_id}/" for item in ballot.items.select_related("idea")]
    paths += [f"/ogc/collections/{layer}/items" for layer in ("ideas", "idea_calls")]
    desk = ["/intern/ideen/", f"/intern/ideen/aufrufe/{call}/", f"/intern/ideen/aufrufe/{call}/abstimmung/"]

    def seen():
        client.logout()
        found = [client.get(path) for path in paths]
        client.force_login(emil)
        found += [client.get(path) for path in desk]
        changing = re.compile(
            rb'nonce="[^"]*"|csrfmiddlewaretoken" value="[^"]*"|value="[0-9a-f-]{36}"|since" value="[^"]*"'
        )
        return [changing.sub(b"", answer.content) for answer in found]

    client.force_login(emil)
    client.get("/intern/ideen/")  # the first request of a session writes down that it is in use
    before = seen()
    Vote.objects.update(items=[2])
    assert seen() == before
    assert client.get(f"/ideen/aufrufe/{call}/abstimmung/auszaehlung.json").status_code == 404


def test_anybody_can_count_again(client, voted, clock, tmp_path, capsys):
    clock(AFTER)
    voting.count_ended_ballots()
    voted.refresh_from_db()
    page = f"/ideen/aufrufe/{voted.call.public_id}/abstimmung/"
    assert "Spielplatz" in client.get(page).text and voted.digest in client.get(page).text
    answer = client.get(f"{page}auszaehlung.json")
    assert answer.content == as_bytes(published_count(voted)) and digest_of(answer.json()) == voted.digest
    assert recount(answer.json()) == [] and b"example" not in answer.content
    file = tmp_path / "count.json"
    file.write_bytes(answer.content)
    call_command("recount_ballot", file)
    assert voted.digest in capsys.readouterr().out
    forged = answer.json()
    forged["items"][1]["votes"] = 7
    file.write_text(json.dumps(forged))
    with pytest.raises(CommandError, match="stimmen nicht"):
        call_command("recount_ballot", file)


def test_a_counted_vote_takes_no_more_votes_and_its_days_stay(voted, emil, clock):
    call = voted.call
    starts = dict(call.phases.values_list("phase", "starts_on"))
    values = {"title": call.title, "summary": call.summary, "area": call.area}
    for changed in ({"realise": dt.date(2026, 6, 5)}, {"decide": dt.date(2026, 6, 20), "realise": dt.date(2026, 7, 1)}):
        with pytest.raises(services.ChangeRefused, match="Abstimmung hat begonnen"):
            services.save_call(
                municipality=call.municipality,
                actor=emil,
                values=values,
                starts={**starts, **changed},
                call=call,
                version=call.version,
            )
    clock(AFTER)
    voting.count_ended_ballots()
    clock(DURING)
    with pytest.raises(services.ChangeRefused, match="beendet"):
        vote(voted, "spaet@example.org", 1)


def test_emil_prepares_a_vote_and_cannot_change_it_while_it_runs(client, ballot, emil, clock):
    client.force_login(emil)
    desk = f"/intern/ideen/aufrufe/{ballot.call.public_id}/abstimmung/"
    idea = ballot.items.get(number=1).idea
    dear = client.post(f"{desk}{idea.public_id}/", {"cost_eur": "10001", "eligibility": "yes"})
    assert dear.status_code == 422 and "mehr als die ganze Summe" in dear.text
    no = client.post(f"{desk}{idea.public_id}/", {"cost_eur": "100", "eligibility": "no"})
    assert no.status_code == 422 and "begründen" in no.text
    assert client.post(f"{desk}{idea.public_id}/", {"cost_eur": "5500", "eligibility": "yes"}).status_code == 302
    clock(DURING)
    client.force_login(emil)  # a month later
    late = client.post(f"{desk}{idea.public_id}/", {"cost_eur": "1", "eligibility": "yes"})
    assert late.status_code == 422 and ballot.items.get(number=1).cost_eur == 5500
    assert "0 Stimmen abgegeben" in client.get(desk).text
