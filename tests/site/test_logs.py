"""The log says what went wrong and where, and nothing about anybody."""

import json
import logging
import sys
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from geo_platform.logs import JsonFormatter, without_secrets

CANARY = "KANARIE"


def logged(message: str, *values: Any, error: BaseException | None = None) -> dict[str, str]:
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("test", logging.ERROR, __file__, 1, message, values, exc_info)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    return json.loads(line)


def raised(by: Any) -> BaseException:
    try:
        by()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", '"}\n{"level": "INFO"', "\x1b[31m", "\u2028"])
def test_no_text_forges_a_second_line(text: str) -> None:
    assert logged("Not Found: %s", text)["message"] == f"Not Found: {text}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bad Request: /meldungen/status/0123456789abcdefABCDEF/", "Bad Request: /meldungen/status/…/"),
        ("Not Found: /konto/passwort/neu/3-abcdef-0123456789abcdef0123", "Not Found: /konto/passwort/neu/…"),
        ("Not Found: /meldungen/ab12cd34ef56/", "Not Found: /meldungen/ab12cd34ef56/"),
        ("refused: {'anna@example.org': (550, b'no')}", "refused: {'…@…': (550, b'no')}"),
        ("Anna <anna+x@bücher.example>, later", "Anna <…@…>, later"),
        ("Gibt es nicht: /wlan/", "Gibt es nicht: /wlan/"),
    ],
)
def test_secret_links_and_addresses_are_left_out(text: str, expected: str) -> None:
    assert without_secrets(text) == expected
    assert logged("%s", text)["message"] == expected


@pytest.mark.parametrize(
    "statement",
    [
        f"INSERT INTO places_municipality (key, name) VALUES ('1', '{CANARY}')",
        f"SELECT '{CANARY}'::integer",
        f'SELECT 1 FROM "{CANARY}"',
    ],
)
@pytest.mark.django_db
def test_values_in_the_words_of_the_database_are_left_out(statement: str) -> None:
    def run() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    error = raised(run)
    assert isinstance(error, DatabaseError) and CANARY in str(error)
    told = logged("failed", error=error)["error"]
    assert CANARY not in told and error.__cause__.sqlstate in told and "test_logs.py" in told


@pytest.mark.usefixtures("town")
def test_the_broken_constraint_is_named(town: Any) -> None:
    def run() -> None:
        with transaction.atomic():
            type(town).objects.create(key="9", name=CANARY, centre=town.centre, hostname=town.hostname)

    told = logged("failed", error=raised(run))["error"]
    assert "23505 places_municipality places_one_town_per_host" in told and town.hostname not in told


def test_other_errors_keep_their_words_and_their_causes() -> None:
    def inner() -> None:
        raise KeyError("missing_setting")

    def outer() -> None:
        try:
            inner()
        except KeyError as error:
            raise RuntimeError("mail to anna@example.org failed") from error

    told = logged("failed", error=raised(outer))["error"]
    assert told.index("builtins.KeyError: 'missing_setting'") < told.index("builtins.RuntimeError: mail to …@… failed")


def test_an_error_that_causes_itself_ends() -> None:
    first, second = ValueError("one"), ValueError("two")
    first.__context__, second.__context__ = second, first
    assert logged("failed", error=first)["error"].count("ValueError") == 2


def test_a_record_without_an_error_at_hand_is_written_too() -> None:
    record = logging.LogRecord("test", logging.ERROR, __file__, 1, "nothing", (), sys.exc_info())
    assert "error" not in json.loads(JsonFormatter().format(record))
