"""Robots meet limits that hold; people meet a sentence that keeps what they typed."""

import base64
import hashlib
import json
import random
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, RequestFactory

from apps.accounts.models import RateCount
from apps.contributions import limits
from apps.contributions.limits import Allowance, TooMany, Trust, admit, may_mail_receipt
from apps.contributions.proof import now_signed, trust_in
from apps.outbox.models import Message
from apps.reports.models import Report
from tests.conftest import at, lonlat
from tests.contributions.photo_files import encoded, picture

URL, BARRIER = "/meldungen/neu/", "/barriere-melden/"


def typed(**changes: Any) -> dict[str, Any]:
    lon, lat = lonlat(at(1000, 1000))
    return {
        "category": "street_light",
        "key": str(uuid.uuid4()),
        "lon": lon,
        "lat": lat,
        "description": "Die Lampe vor der Schule ist dunkel.",
        "step": "send",
        **changes,
    }


def barrier(**changes: Any) -> dict[str, str]:
    return {"text": "Der Knopf hat keinen Namen.", "key": str(uuid.uuid4()), **changes}


def solved(client: Client) -> str:
    """Solve a fresh puzzle, as the browser does."""
    puzzle = client.get("/pruefaufgabe/").json()
    for number in range(puzzle["maxNumber"] + 1):
        if hashlib.sha256(f"{puzzle['salt']}{number}".encode()).hexdigest() == puzzle["challenge"]:
            break
    return as_payload({**{k: puzzle[k] for k in ("algorithm", "challenge", "salt", "signature")}, "number": number})


def as_payload(data: Any) -> str:
    return base64.b64encode(json.dumps(data).encode()).decode()


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return ``allow("report", hasty=2, …)``: the same number in an hour, in a day and for everybody."""

    def set_to(name: str, everybody: int = 10_000, **numbers: int) -> None:
        table = {trust: Allowance(1000, 1000, 1000) for trust in Trust}
        table.update({Trust(trust): Allowance(number, number, everybody) for trust, number in numbers.items()})
        monkeypatch.setitem(limits.ALLOWANCES, name, table)

    return set_to


# ---- Limits hold in parallel (threat W11) ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_parallel_requests_with_invented_origins_exactly_twenty_pass(town: Any, allow: Any) -> None:
    allow("feedback", hasty=20)

    def send(number: int) -> int:
        forged = ".".join(str(random.randrange(1, 255)) for _ in range(4))
        try:
            return Client().post(BARRIER, barrier(), headers={"X-Forwarded-For": forged}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(200)))
    assert answers.count(302) == 20 and answers.count(429) == 180
    assert Message.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_fifty_equal_posts_at_once_count_once_and_make_one_report(desks: Any, allow: Any) -> None:
    allow("report", hasty=1)
    data = typed()

    def send(number: int) -> str:
        try:
            return str(Client().post(URL, data).url)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(send, range(50)))) == 1
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    ("origins", "proxies", "passing"),
    [
        (["2001:db8:1:2::1", "2001:db8:1:2:ffff::9"], 0, 1),  # one connection owns a /64
        (["2001:db8:1:2::1", "2001:db8:1:3::1"], 0, 2),
        (["198.51.100.1", "198.51.100.2"], 0, 2),
    ],
)
def test_an_origin_is_an_address_or_a_slash_64(
    client: Client, town: Any, allow: Any, settings: Any, origins: list[str], proxies: int, passing: int
) -> None:
    allow("feedback", hasty=1)
    settings.TRUSTED_PROXIES = proxies
    answers = [client.post(BARRIER, barrier(), REMOTE_ADDR=origin).status_code for origin in origins]
    assert answers.count(302) == passing


def test_behind_a_proxy_only_what_the_proxy_saw_counts(client: Client, town: Any, allow: Any, settings: Any) -> None:
    allow("feedback", hasty=1)
    settings.TRUSTED_PROXIES = 1
    for forged, status in [("1.1.1.1, 203.0.113.5", 302), ("2.2.2.2, 203.0.113.5", 429), ("x, 203.0.113.6", 302)]:
        assert client.post(BARRIER, barrier(), headers={"X-Forwarded-For": forged}).status_code == status


def test_the_brake_for_everybody_stops_a_wave_from_many_addresses(client: Client, town: Any, allow: Any) -> None:
    allow("feedback", everybody=3, hasty=100)
    answers = [client.post(BARRIER, barrier(), REMOTE_ADDR=f"198.51.100.{n}").status_code for n in range(5)]
    assert answers == [302, 302, 302, 429, 429]


def test_one_towns_wave_is_not_the_other_towns(client: Client, town: Any, other_town: Any, allow: Any) -> None:
    allow("feedback", everybody=1, hasty=100)
    for host in (town.hostname, other_town.hostname):
        assert client.post(BARRIER, barrier(), headers={"Host": host}).status_code == 302


def test_the_factor_of_the_installation_widens_every_limit(
    client: Client, town: Any, allow: Any, settings: Any
) -> None:
    allow("feedback", everybody=2, hasty=2)
    settings.RATE_LIMIT_FACTOR = 1.5
    assert [client.post(BARRIER, barrier()).status_code for _ in range(4)] == [302, 302, 302, 429]


def test_the_counts_tell_nobody_who_was_here(client: Client, town: Any) -> None:
    client.post(BARRIER, barrier(), REMOTE_ADDR="198.51.100.7")
    rows = str(list(RateCount.objects.values("name", "key")))
    assert RateCount.objects.exists() and "198.51" not in rows


def test_counts_die_with_their_window(town: Any) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from geo_platform.jobs import sweep_rate_counts

    request = RequestFactory().get("/")
    request.municipality = town  # type: ignore[attr-defined]
    admit(request, "report", key=uuid.uuid4(), trust=Trust.HASTY)
    assert not RateCount.objects.filter(expires_at__gt=timezone.now() + timedelta(days=7)).exists()
    RateCount.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    sweep_rate_counts()
    assert not RateCount.objects.exists()


# ---- What a person sees ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("desks")
def test_over_the_limit_nothing_typed_is_lost(client: Client, allow: Any) -> None:
    allow("report", hasty=1)
    client.post(URL, typed())
    answer = client.post(URL, typed(name="Anna", email="anna@example.org", description="Noch eine Lampe."))
    html = answer.content.decode()
    assert answer.status_code == 429 and int(answer["Retry-After"]) <= 86_400
    assert "noch einmal ab" in html and "Noch eine Lampe." in html and 'value="Anna"' in html
    assert Report.objects.count() == 1


@pytest.mark.usefixtures("desks")
def test_the_form_that_was_over_the_limit_can_be_sent_later_as_it_is(client: Client, allow: Any) -> None:
    allow("report", hasty=1)
    client.post(URL, typed())
    refused = typed(description="Noch eine Lampe.")
    assert client.post(URL, refused).status_code == client.post(URL, refused).status_code == 429
    allow("report", hasty=5)
    assert client.post(URL, refused).status_code == 302


def test_over_the_limit_feedback_is_not_lost_either(client: Client, town: Any, allow: Any) -> None:
    allow("feedback", hasty=0)
    for _ in range(2):
        answer = client.post(BARRIER, barrier(page="Seite Eins"))
    assert answer.status_code == 429 and 'value="Seite Eins"' in answer.content.decode()


@pytest.mark.usefixtures("media")
def test_photos_have_a_limit_of_their_own(client: Client, town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UPLOADS", Allowance(1, 9, 9))
    jpeg = encoded(picture((40, 30)), "JPEG")
    answers = []
    for extra in (b"1", b"2"):
        files = {"new_photos": SimpleUploadedFile("a.jpg", jpeg + extra), "draft": str(uuid.uuid4())}
        answers.append(client.post("/fotos/entwurf/", files))
    assert [answer.status_code for answer in answers] == [201, 429]
    assert "noch einmal" in answers[1].json()["error"] and answers[1]["Retry-After"]


# ---- Who is trusted how far --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("town")
def test_a_solved_puzzle_is_a_proof_for_one_form_only(client: Client) -> None:
    solution, key = solved(client), uuid.uuid4()
    assert trust_in(solution=solution, since="", key=key) == Trust.PROVEN
    assert trust_in(solution=solution, since="", key=key) == Trust.PROVEN  # the same form, sent twice
    assert trust_in(solution=solution, since="", key=uuid.uuid4()) == Trust.HASTY  # replayed


@pytest.mark.django_db(transaction=True)
def test_a_solution_replayed_in_parallel_proves_one_form(client: Client, town: Any) -> None:
    solution = solved(client)

    def ask(number: int) -> Trust:
        try:
            return trust_in(solution=solution, since="", key=number)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(ask, range(30))).count(Trust.PROVEN) == 1


@pytest.mark.usefixtures("town")
def test_an_expired_puzzle_is_no_proof(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    solution = solved(client)
    import time

    now = time.time()
    monkeypatch.setattr("altcha.altcha.time.time", lambda: now + 1201)
    assert trust_in(solution=solution, since="", key="1") == Trust.HASTY


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    "payload",
    [
        "x",
        "=" * 999,
        "e30=" * 2000,
        as_payload(7),
        as_payload([]),
        as_payload(None),
        as_payload({}),
        as_payload({"algorithm": [], "challenge": {}, "number": {}, "salt": 7, "signature": None}),
        as_payload({"algorithm": "SHA-256", "challenge": "a", "number": 1e308, "salt": "?a?b?c", "signature": "b"}),
        as_payload({"algorithm": "MD5", "challenge": "a", "number": 1, "salt": "a", "signature": "b"}),
        base64.b64encode(b"[" * 700).decode(),
        "\ud800",
    ],
)
def test_whatever_a_stranger_sends_as_a_solution_is_no_proof(payload: str) -> None:
    assert trust_in(solution=payload, since="", key="1") == Trust.HASTY


@pytest.mark.usefixtures("town")
def test_a_longer_life_cannot_be_written_into_a_puzzle(client: Client) -> None:
    data = json.loads(base64.b64decode(solved(client)))
    head, _mark, number = data["salt"].partition("expires=")
    data["salt"] = f"{head}expires=9{number}"
    assert trust_in(solution=as_payload(data), since="", key="1") == Trust.HASTY


@pytest.mark.parametrize(
    ("age", "trust"),
    [(0, Trust.HASTY), (2, Trust.HASTY), (4, Trust.PATIENT), (86_000, Trust.PATIENT), (90_000, Trust.HASTY)],
)
def test_reading_takes_its_time(age: int, trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_800_000_000
    monkeypatch.setattr("django.core.signing.time.time", lambda: now)
    since = now_signed()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + age)
    assert trust_in(solution="", since=since, key="1") == trust


@pytest.mark.parametrize("since", ["", "x", ":1:2", "a" * 5000, "\x00", "\ud800"])
def test_an_invented_age_counts_as_none(since: str) -> None:
    assert trust_in(solution="", since=since, key="1") == Trust.HASTY


@pytest.mark.usefixtures("desks")
def test_the_more_speaks_for_a_person_the_more_may_be_sent(client: Client, allow: Any) -> None:
    allow("report", hasty=1, patient=1, proven=2)
    assert [client.post(URL, typed()).status_code for _ in range(2)] == [302, 429]
    assert [client.post(URL, typed(altcha=solved(client))).status_code for _ in range(3)] == [302, 302, 429]


def test_the_puzzle_sets_no_cookie_and_is_never_stored(client: Client, town: Any) -> None:
    answer = client.get("/pruefaufgabe/")
    assert not answer.cookies and answer["Cache-Control"] == "no-store"
    assert answer.json()["maxNumber"] == 50_000


@pytest.mark.usefixtures("desks")
def test_a_filled_trap_is_said_and_loses_nothing(client: Client) -> None:
    answer = client.post(URL, typed(website="https://spam.example", name="Anna"))
    html = answer.content.decode()
    assert answer.status_code == 400 and "unsichtbare Feld" in html and "spam.example" not in html
    assert 'value="Anna"' in html and not Report.objects.exists()


# ---- Mail (threat W7) --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("desks")
def test_a_stranger_gets_three_receipts_at_most_and_the_sender_sees_no_difference(client: Client, allow: Any) -> None:
    allow("report", hasty=100)
    answers = [
        client.post(URL, typed(email=f"{'Opfer' if n % 2 else 'opfer'}@example.org", wants_updates="on"))
        for n in range(6)
    ]
    assert {answer.status_code for answer in answers} == {302} and Report.objects.count() == 6
    assert Message.objects.filter(recipient__iexact="opfer@example.org").count() == 3


@pytest.mark.usefixtures("town")
def test_ten_receipts_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RECEIPTS", ((100, limits.HOUR), (10, limits.DAY)))
    assert [may_mail_receipt("anna@example.org") for _ in range(12)].count(True) == 10


def test_too_many_says_when(settings: Any) -> None:
    assert "in einer Stunde" in str(TooMany(3600)) and "morgen" in str(TooMany(86_400))


def test_the_limits_need_the_database_cache_that_all_processes_share() -> None:
    assert settings.CACHES[settings.ALTCHA_CACHE_ALIAS]["BACKEND"].endswith("db.DatabaseCache")
