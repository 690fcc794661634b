"""What a POST has to do, written by hand in SQL over psycopg: the other side of ``measure.py post``.

The same steps with the same guarantees as the REST API: the body is parsed, the key checked (unless its client has
failed too often) and its two windows counted and committed, the point transformed, the report routed and addressed by
the platform's own two prepared statements (at the pin, and around it), and row, first event with the trace, and mail
stored in one transaction whose unique index finds repetitions. Nothing of Django runs here.
"""

import datetime as dt
import hashlib
import json
import uuid
from typing import Any

KEY = """
SELECT k.id, k.municipality_id, c.id, c.group_id, c.name
FROM accounts_apikey k
JOIN places_municipality m ON m.id = k.municipality_id
JOIN departments_category c ON c.municipality_id = k.municipality_id AND c.is_active AND c.code = %(category)s
WHERE k.is_active AND k.digest = %(digest)s AND NOT EXISTS (
    SELECT FROM accounts_ratecount r
    WHERE r.name = 'key-failed' AND r.key = %(client)s AND r.count >= 60 AND r.expires_at > clock_timestamp())
"""
LIMITS = """
INSERT INTO accounts_ratecount AS r (name, key, count, expires_at)
VALUES ('bench-3600', %(key)s, 1, clock_timestamp() + interval '1 hour'),
       ('bench-86400', %(key)s, 1, clock_timestamp() + interval '1 day')
ON CONFLICT (name, key) DO UPDATE SET count = r.count + 1
RETURNING count
"""
STORE = """
WITH report AS (
    INSERT INTO reports_report ({columns})
    VALUES ({values})
    ON CONFLICT (municipality_id, idempotency_key) DO NOTHING
    RETURNING id
), event AS (
    INSERT INTO reports_event (report_id, kind, at, is_public, text, data)
    SELECT id, 'submitted', %(at)s::timestamptz, true, '', %(trace)s::jsonb FROM report
)
INSERT INTO outbox_message (municipality_id, channel, recipient, sender, subject, body, html, message_id, dedupe_key,
    reference, state, attempts, crashes, give_up_at, lease_owner, last_error, batch)
SELECT %(municipality_id)s, 'mail', %(recipient)s, '', %(subject)s, %(body)s, '', %(message)s, %(dedupe)s,
       %(public_id)s, 'queued', 0, 0, %(at)s::timestamptz + interval '5 days', '', '', ''
FROM report ON CONFLICT DO NOTHING
RETURNING id
"""
TRANSFORM = "SELECT ST_Transform(ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), 25833)"

#: The columns of a report that a POST fills; a new one without a default shows here by failing.
COLUMNS = (
    "municipality_id, public_id, category_id, point, address, district, description, channel, status, publication,"
    " executor_id, owner_id, copy_to_id, routing_reason, public_text, public_answer, still_broken_count, about_ref,"
    " status_token_hash, version, answers, idempotency_key, payload_hash, created_at, changed_at, public_changed_at"
)


class RawPost:
    """A connection that answers POSTs; ``route`` (routing and address) and ``around`` are the platform's statements."""

    def __init__(self, connection: Any, route: str, around: str) -> None:
        self.connection, self.route, self.around = connection, route, around
        names = COLUMNS.split(", ")
        values = ", ".join("%(point)s::geometry" if name == "point" else f"%({name})s" for name in names)
        self.store = STORE.format(columns=COLUMNS, values=values)

    def one(self, sql: str, values: dict[str, Any]) -> Any:
        """Run one statement, prepared on the server; return its first row."""
        return self.connection.execute(sql, values, prepare=True).fetchone()

    def __call__(self, secret: str, text: bytes, idempotency_key: str) -> str:
        """Take the body of a request and return the body of the answer."""
        body = json.loads(text)
        lon, lat = body["point"]["coordinates"]
        client = hashlib.sha256(b"127.0.0.1").hexdigest()
        values = {
            "category": body["category"],
            "digest": hashlib.sha256(secret.encode()).hexdigest(),
            "client": client,
        }
        key, town, category, group, name = self.one(KEY, values)
        self.one(LIMITS, {"key": hashlib.sha256(str(key).encode()).hexdigest()})
        at, public_id = dt.datetime.now(dt.UTC), uuid.uuid4().hex[:12]
        with self.connection.transaction():
            (point,) = self.one(TRANSFORM, {"lon": lon, "lat": lat})
            asked = {"town": town, "category": category, "group": group, "day": at.date(), "point": point,
                     "answers": "{}"}  # fmt: skip
            routing, nearest = self.one(self.route, asked)
            border, _ring = self.one(self.around, asked | {"radius": 15.0})
            departments = routing["departments"]
            winner = next(iter(routing["candidates"]), {})
            executor = winner.get("executor_id") or next(int(pk) for pk, row in departments.items() if row["is_triage"])
            department = departments[str(executor)]
            token = hashlib.sha256((public_id + idempotency_key).encode()).hexdigest()
            address = nearest["address"] or nearest["street"]
            mail = (
                f"Eine neue Meldung liegt bei Ihnen.\n\nWas: {name}\nWo: {address}\nLage: {lat:.6f}, {lon:.6f}\n"
                f"Eingang: {at:%d.%m.%Y, %H:%M} Uhr\nNummer: {public_id}\n\nBeschreibung:\n{body['description']}\n\n"
                f"Warum Sie: {winner.get('reason', '')}\n"
                f"Bearbeiten: http://localhost/intern/meldungen/{public_id}/\n".ljust(480)
            )
            self.one(
                self.store,
                {
                    "municipality_id": town, "public_id": public_id, "category_id": category, "point": point,
                    "address": address, "district": nearest["district"], "description": body["description"],
                    "channel": "api", "status": "submitted", "publication": "pending", "executor_id": executor,
                    "owner_id": winner.get("owner_id") or executor, "copy_to_id": winner.get("copy_to_id"),
                    "routing_reason": winner.get("reason", ""), "public_text": "", "public_answer": "",
                    "still_broken_count": 0, "about_ref": "", "status_token_hash": token, "version": 1,
                    "answers": "{}", "idempotency_key": uuid.uuid5(uuid.NAMESPACE_URL, idempotency_key),
                    "payload_hash": hashlib.sha256(text).hexdigest(), "created_at": at, "changed_at": at,
                    "public_changed_at": at,
                    "at": at, "recipient": department["email"], "subject": f"Meldung {public_id}: {name}, {address}",
                    "body": mail, "message": f"<{uuid.uuid4()}@localhost>",
                    "dedupe": f"report-{public_id}-department-{executor}-assigned-1",
                    "trace": json.dumps(
                        {"to": "submitted", "channel": "api", "trace": routing["candidates"], "border": border}
                    ),
                },
            )  # fmt: skip
        answer = {
            "reference": public_id,
            "url": f"http://localhost/meldungen/{public_id}/",
            "status_url": f"http://localhost/meldungen/status/{token[:26]}/",
            "department": {"code": department["code"], "name": department["name"]},
            "reason": winner.get("reason", ""),
        }
        return json.dumps(answer)
