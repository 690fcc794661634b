"""The proof of publication: a chain that cannot be changed unnoticed, and time that nobody watched."""

import copy
import datetime as dt
import hashlib
import json
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from apps.consultations import services
from apps.consultations.models import ProofEntry
from apps.consultations.publication.chain import canonical, genesis, link
from apps.consultations.publication.export import proof_document
from apps.consultations.publication.proof_pdf import length_words, proof_pdf
from apps.consultations.publication.reachability import INTERRUPTED, PROVEN, UNPROVEN, stretches
from apps.consultations.publication.self_check import Answer, check_reachable
from apps.consultations.publication.verifying import problems_of
from apps.consultations.services import PeriodValues
from apps.outbox.models import Message
from tests.consultations.conftest import MONDAY, moment, pdf

FIRST, LAST = MONDAY, dt.date(2026, 12, 22)
START = moment(FIRST, 0)


def minutes(number):
    return START + dt.timedelta(minutes=number)


def site(client, *, broken=()):
    """Fetch through the test client; paths in ``broken`` answer 503."""

    def fetch(municipality, path):
        if any(part in path for part in broken):
            return Answer(503)
        response = client.get(path, headers={"host": municipality.hostname})
        body = b"".join(response.streaming_content) if response.streaming else response.content
        return Answer(response.status_code, hashlib.sha256(body).hexdigest(), body)

    return fetch


@pytest.fixture
def running(make_draft, publish):
    """Published the day before its first day, and open."""
    consultation = publish(make_draft(), (FIRST, LAST), at=moment(FIRST - dt.timedelta(days=1)))
    services.switch_states(at=START)
    consultation.refresh_from_db()
    return consultation


def kinds(consultation):
    return [entry.kind for entry in consultation.proof.order_by("number")]


def exported(consultation, at=None):
    return json.loads(json.dumps(proof_document(consultation, at=at or minutes(600))))


def test_every_public_change_is_one_entry(running, emil):
    assert [entry.body["state"] for entry in running.proof.order_by("number")] == ["announced", "open"]
    running.refresh_from_db()
    services.change_consultation(
        consultation=running, actor=emil, version=running.version, values={"internal_note": "Nur für uns"}
    )
    assert len(kinds(running)) == 2

    paper = services.add_document(consultation=running, actor=emil, upload=pdf(), title="Lärm", kind="other")
    last = running.proof.order_by("number").last()
    assert last.body["documents"][-1] == {
        "id": paper.public_id,
        "title": "Lärm",
        "kind": "other",
        "version": 1,
        "sha256": paper.sha256,
        "size_bytes": paper.size_bytes,
    }
    running.refresh_from_db()
    services.withdraw_consultation(consultation=running, actor=emil, version=running.version, reason="Fehler")
    assert kinds(running) == ["shown", "shown", "shown", "withdrawn"]


def test_a_draft_leaves_no_trace(make_draft):
    assert not make_draft().proof.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consultations_proofentry SET kind = 'checked'",
        "UPDATE consultations_proofentry SET recorded_at = now()",
        "DELETE FROM consultations_proofentry",
    ],
)
def test_the_database_refuses_to_change_a_line(running, statement):
    with pytest.raises(DatabaseError, match=r"append_only|Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert len(kinds(running)) == 2


def test_the_self_check_compares_the_page_and_each_document(running, client):
    assert check_reachable(running, fetch=site(client))["ok"]
    paper = running.documents.get()

    found = check_reachable(running, fetch=site(client, broken=[paper.public_id]))
    assert (found["ok"], found["faults"][0]["status"]) == (False, 503)
    with paper.file.storage.open(paper.file.name, "wb") as stored:
        stored.write(b"%PDF-1.4 anders %%EOF")
    assert check_reachable(running, fetch=site(client))["faults"][0]["fault"] == "other content"


def test_a_site_that_does_not_answer_is_a_fault_and_no_exception(running, settings):
    settings.PUBLIC_URL = settings.SELF_CHECK_URL = "http://127.0.0.1:1"

    assert check_reachable(running)["faults"][0]["status"] == 0


@pytest.mark.django_db(transaction=True)
def test_the_self_check_goes_over_the_wire(make_draft, publish, live_server, settings):
    settings.SELF_CHECK_URL = live_server.url
    consultation = publish(make_draft(), (FIRST, LAST), at=moment(FIRST))

    assert services.check_running(at=moment(FIRST)) == 0
    assert consultation.proof.get(kind="checked").body == {
        "ok": True,
        "via": live_server.url,
        "documents": 1,
        "faults": [],
    }


def test_what_lies_between_checks():
    checks = [(minutes(at), ok) for at, ok in [(5, True), (20, True), (35, False), (50, True), (65, True), (200, True)]]
    found = stretches(checks, START, minutes(215))

    assert [(s.begins_at, s.ends_at, s.status) for s in found] == [
        (START, minutes(5), UNPROVEN),
        (minutes(5), minutes(20), PROVEN),
        (minutes(20), minutes(50), INTERRUPTED),
        (minutes(50), minutes(65), PROVEN),
        (minutes(65), minutes(215), UNPROVEN),
    ]
    assert stretches([], START, minutes(60))[0].status == UNPROVEN
    assert not stretches(checks, minutes(60), minutes(60))


def run_checks(consultation, client, *, until, broken=range(0)):
    for at in range(0, until, 15):
        services.check_running(at=minutes(at), fetch=site(client, broken=["beteiligung"] if at in broken else []))


def test_an_hour_without_the_page_tells_the_planner_to_extend(running, client, emil):
    run_checks(running, client, until=60, broken=range(30, 60))
    assert not Message.objects.exists()

    run_checks_from = [60, 75, 90, 105]
    for at in run_checks_from:
        services.check_running(at=minutes(at), fetch=site(client, broken=["beteiligung"]))
    message = Message.objects.get(recipient=emil.email)
    assert "Frist zu verlängern" in message.body and "mindestens bis 23.12.2026" in message.body
    assert "Von 23.11.2026, 00:15" in message.body


def test_an_outage_of_days_is_told_once_a_day_with_the_day_until_which(running, emil):
    services.record_check(consultation=running, body={"ok": True}, at=START)
    for at in range(15, 26 * 60, 15):
        services.record_check(consultation=running, body={"ok": False, "faults": []}, at=minutes(at))

    bodies = list(Message.objects.order_by("pk").values_list("body", flat=True))
    assert ["23.12.2026" in bodies[0], "24.12.2026" in bodies[1], len(bodies)] == [True, True, 2]


def test_hours_without_a_check_are_told_too(running, client, emil):
    run_checks(running, client, until=30)
    services.check_running(at=minutes(300), fetch=site(client))

    assert "nicht belegt" in Message.objects.get(recipient=emil.email).body


def test_the_heads_are_mailed_once_a_day(running, emil, settings):
    settings.PROOF_RECIPIENTS = ["archiv@rasterstadt.example"]
    for _tick in range(2):
        services.mail_heads(day=FIRST)
    services.mail_heads(day=FIRST + dt.timedelta(days=1))

    messages = list(Message.objects.filter(recipient="archiv@rasterstadt.example").order_by("pk"))
    assert len(messages) == 2
    assert running.proof.order_by("number").last().hash in messages[0].body


def test_without_an_address_the_planners_get_the_heads(running, emil):
    services.mail_heads(day=FIRST)

    assert Message.objects.get().recipient == emil.email


@pytest.fixture
def proof(running, client):
    run_checks(running, client, until=90)
    return exported(running)


def verify(document, tmp_path, *heads):
    file = tmp_path / "nachweis.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    call_command("verify_proof", str(file), *[f"--head={head}" for head in heads])


def test_a_sound_proof_is_verified(proof, tmp_path, capsys, django_assert_num_queries):
    head = f"{proof['head']['number']}:{proof['head']['hash']}"
    with django_assert_num_queries(0):
        verify(proof, tmp_path, head)

    assert f"In Ordnung: 8 Einträge, letzter Stand {head}" in capsys.readouterr().out
    assert proof["summary"][0]["proven_seconds"] == 75 * 60


def _change(document):
    document["entries"][3]["body"]["ok"] = False


def _later(document):
    document["entries"][3]["at"] = document["entries"][4]["at"]


def _drop(document):
    del document["entries"][3]


def _drop_first(document):
    del document["entries"][0]


def _cut(document):
    document["entries"] = document["entries"][:4]


def _swap(document):
    document["entries"][3:5] = reversed(document["entries"][3:5])


def _double(document):
    document["entries"].insert(3, copy.deepcopy(document["entries"][3]))


def _polish(document):
    document["summary"][0]["unproven_seconds"] = 0


def _rename(document):
    document["chain"] = document["chain"].replace("14000010", "14000020")


def _number(document):
    document["entries"][3]["body"]["documents"] = 2


@pytest.mark.parametrize(
    "forge", [_change, _later, _drop, _drop_first, _cut, _swap, _double, _polish, _rename, _number]
)
def test_a_forged_proof_fails(proof, tmp_path, forge):
    forge(proof)

    with pytest.raises(CommandError, match="NICHT in Ordnung"):
        verify(proof, tmp_path)


def rewritten(document):
    """A forger writes the whole chain anew, flawlessly."""
    forged = copy.deepcopy(document)
    forged["entries"][3]["body"]["via"] = "https://anders.example"
    previous = genesis(forged["chain"])
    for entry in forged["entries"]:
        entry["previous"] = previous
        entry["hash"] = link(
            chain=forged["chain"], **{name: entry[name] for name in ("number", "kind", "at", "body", "previous")}
        )
        previous = entry["hash"]
    forged["head"] = {"number": len(forged["entries"]), "hash": previous}
    return forged


def test_a_chain_written_anew_is_given_away_by_a_mailed_head(proof, tmp_path):
    forged, kept = rewritten(proof), f"{proof['head']['number']}:{proof['head']['hash']}"
    verify(forged, tmp_path)  # by itself it looks sound; that is why the heads are mailed

    with pytest.raises(CommandError, match="neu geschrieben"):
        verify(forged, tmp_path, kept)


def test_a_tail_cut_off_is_given_away_by_a_mailed_head(proof, tmp_path):
    kept = f"{proof['head']['number']}:{proof['head']['hash']}"
    _cut(proof)
    proof["head"] = {name: proof["entries"][-1][name] for name in ("number", "hash")}
    with pytest.raises(CommandError, match="gekürzt"):
        verify(proof, tmp_path, kept)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 1}', "[" * 100_000, '{"entries": [1]}'])
def test_what_is_no_proof_is_refused(tmp_path, content):
    file = tmp_path / "x.json"
    file.write_text(content)
    with pytest.raises(CommandError):
        call_command("verify_proof", str(file))


def test_canonical_json_is_the_same_for_the_same_content():
    assert canonical({"b": 1, "a": "ä"}) == canonical({"a": "ä", "b": 1}) == '{"a":"ä","b":1}'.encode()
    assert problems_of({"format": "anders"}, [])


def test_the_proof_on_paper_names_head_and_documents(running, client):
    run_checks(running, client, until=60)
    content = proof_pdf(exported(running))

    assert content.startswith(b"%PDF-") and len(content) > 5_000
    assert length_words(2 * 86_400 + 3 * 3600 + 61) == "2 Tage 3 Std. 1 Min."


def test_a_wrong_clock_does_not_turn_the_chain_around(running):
    services.record_check(consultation=running, body={"ok": True}, at=minutes(10))
    services.record_check(consultation=running, body={"ok": True}, at=minutes(5))

    first, second = running.proof.order_by("-number")[1], running.proof.order_by("-number")[0]
    assert second.recorded_at == first.recorded_at
    assert not problems_of(exported(running), [])


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_midnight_open_it_once(make_draft, publish):
    consultation = publish(make_draft(), (FIRST, LAST), at=moment(FIRST - dt.timedelta(days=1)))
    barrier, counts = threading.Barrier(2, timeout=120), []

    def work():
        try:
            barrier.wait()
            counts.append(services.switch_states(at=START))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _worker in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    assert sorted(counts) == [0, 1]
    states = [entry.body["state"] for entry in ProofEntry.objects.filter(consultation=consultation).order_by("number")]
    assert states == ["announced", "open"]


def test_a_round_that_passed_during_an_outage_is_closed_once(make_draft, publish):
    consultation = publish(make_draft(), (FIRST, LAST), at=moment(FIRST - dt.timedelta(days=1)))
    after = moment(dt.date(2027, 1, 5))

    assert [services.switch_states(at=after) for _tick in range(3)] == [1, 0, 0]
    assert [entry.body["state"] for entry in consultation.proof.order_by("number")] == ["announced", "closed"]


def test_extending_a_round_is_an_entry(running, emil):
    longer = PeriodValues("publication", FIRST, dt.date(2026, 12, 23))
    services.set_periods(consultation=running, actor=emil, version=running.version, periods=[longer], at=minutes(60))

    assert running.proof.order_by("number").last().body["rounds"][0]["ends_on"] == "2026-12-23"
