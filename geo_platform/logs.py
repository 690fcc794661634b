"""Log lines as JSON objects: one line an event, so that no text from outside can forge a second one (threat V12).

And without what belongs to people or opens a door (threat V11): addresses, secrets in paths, values in the messages of
the database.
"""

import json
import logging
import re
import traceback

import psycopg
from django.db import Error as DatabaseError

_SECRET_SEGMENT = re.compile(r"(?<=/)[\w-]{20,}(?=/|$|[?\s])")
_ADDRESS = re.compile(r"[^\s<>()\[\]{}'\",;:]+@[^\s<>()\[\]{}'\",;:]+")


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object: time, level, logger, message and, with an error, the stack."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if record.exc_info and record.exc_info[1]:
            entry["error"] = stack_of(record.exc_info[1])
        return json.dumps(entry, ensure_ascii=False)


def without_secrets(text: str) -> str:
    """Return the text without e-mail addresses and without the tokens of secret links (20 characters and more)."""
    return _ADDRESS.sub("…@…", _SECRET_SEGMENT.sub("…", text))


def stack_of(error: BaseException) -> str:
    """Return the stacks of an error and of what caused it, each ending with its class and what it may tell."""
    parts: list[str] = []
    seen: set[int] = set()
    now: BaseException | None = error
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        stack = "".join(traceback.format_tb(now.__traceback__))
        parts.insert(0, f"{stack}{type(now).__module__}.{type(now).__qualname__}: {_told(now)}")
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)
    return "\nthen\n".join(parts)


def _told(error: BaseException) -> str:
    """Return an error's message; of what the database says about values only the state, constraint and table."""
    origin = error if isinstance(error, psycopg.Error) else error.__cause__
    if isinstance(error, DatabaseError | psycopg.Error) and isinstance(origin, psycopg.Error) and origin.sqlstate:
        told = (origin.sqlstate, origin.diag.table_name, origin.diag.constraint_name)
        return " ".join(filter(None, told))
    return without_secrets(str(error))
