"""When the database is away, full or gives up, the answer is "in a moment" and not a fault of ours."""

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

pytestmark = pytest.mark.usefixtures("town")


def lost(error: Exception) -> Any:
    def town_of(request: Any) -> Any:
        raise error

    return town_of


@pytest.mark.parametrize("path", ["/", "/karte/", "/meldungen/neu/", "/intern/"])
@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_a_page_says_when_to_come_back(
    path: str, error: Exception, monkeypatch: pytest.MonkeyPatch, bernd: Any
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(bernd)
    monkeypatch.setattr("apps.places.middleware.town_of", lost(error))
    answer = client.get(path)
    assert answer.status_code == 503 and answer["Retry-After"] == "30"
    assert "Wir sind gleich wieder da" in answer.content.decode()


def test_a_statement_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(request: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20ms'")
            cursor.execute("SELECT pg_sleep(60)")

    monkeypatch.setattr("apps.places.middleware.town_of", slow)
    assert Client(raise_request_exception=False).get("/").status_code == 503


def test_a_fault_of_ours_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.places.middleware.town_of", lost(ValueError("ours")))
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500 and "Retry-After" not in answer


def test_the_web_process_of_production_gives_up_first() -> None:
    """Its own thread is worth more than one reader's statement; commands and the worker have no such limit."""
    from tests.house.test_rules import ROOT

    told = (ROOT / "deploy/gunicorn.conf.py").read_text()
    assert 'setdefault("STATEMENT_TIMEOUT_SECONDS", "30")' in told
