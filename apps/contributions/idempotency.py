"""The same POST twice makes one row: a client key, unique in the database, and a hash of what was sent.

Idea: IETF draft "The Idempotency-Key HTTP Header Field" (httpapi-idempotency-key-header), sections 2.2 and 2.7.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from apps.contributions.models import Submission
from apps.places.models import Municipality

Row = TypeVar("Row", bound=Submission)


class KeyReused(Exception):
    """A key came again with another payload (HTTP 409). Its text may be shown."""


def payload_hash(payload: Mapping[str, object]) -> str:
    """Return 64 hex digits over a JSON-able mapping, independent of the order of its keys."""
    text = json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return salted_hmac("apps.contributions.payload", text, algorithm="sha256").hexdigest()


def find_earlier(model: type[Row], *, municipality: Municipality | int, key: uuid.UUID, hashed: str) -> Row | None:
    """Return the row that this key made before, None when it is new; ``KeyReused`` when the payload differs."""
    row = model._default_manager.filter(municipality=municipality, idempotency_key=key).first()
    if row is not None and not constant_time_compare(row.payload_hash, hashed):
        raise KeyReused("Dieser Schlüssel wurde schon für einen anderen Inhalt verwendet.")
    return row


def store_once(
    model: type[Row],
    *,
    municipality: Municipality | int,
    key: uuid.UUID,
    hashed: str,
    store: Callable[[], Row],
    refusals: tuple[type[Exception], ...] = (),
) -> tuple[Row, bool]:
    """Run ``store`` in a transaction and return ``(row, True)``; when the key was there before: the earlier row, False.

    ``store`` inserts the row with this key, and then what belongs to it. The unique index decides, so nobody looks
    first: check-then-insert would let two parallel POSTs through (threat W12), while here the second waits until the
    first has committed, fails, and finds its row. So does a repetition that ``store`` would refuse by now with one of
    ``refusals``. ``KeyReused`` when the payload differs.
    """
    expected: tuple[type[Exception], ...] = (IntegrityError, *refusals)
    try:
        with transaction.atomic():
            return store(), True
    except expected:
        earlier = find_earlier(model, municipality=municipality, key=key, hashed=hashed)
        if earlier is None:
            raise
        return earlier, False
