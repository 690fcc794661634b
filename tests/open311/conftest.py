"""The county's Open311 server: a real HTTP server on this machine that does as the standard says, or as a test says."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from apps.open311 import transport
from tests.patience import PATIENCE_S
from tests.reports.conftest import desks, member, submit  # noqa: F401  (fixtures)
from tests.reports.handovers.conftest import mails  # noqa: F401

Reply = tuple[int, str, bytes]


def as_json(status: int, data: Any) -> Reply:
    return status, "application/json", json.dumps(data).encode()


class GeoReportServer:
    """Keeps what it is told. ``misbehave(path, form)`` may return another reply than the standard's."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.requests: list[dict[str, Any]] = []
        self.tokens: dict[str, str] = {}
        self.gives_tokens = False
        self.misbehave: Callable[[str, dict[str, str]], Reply | None] = lambda path, form: None
        server = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                self._answer("GET", parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                self._answer("POST", urlsplit(self.path).path, {k: v[0] for k, v in parse_qs(body).items()})

            def _answer(self, method: str, path: str, form: dict[str, str]) -> None:
                server.asked.append((method, path, form))
                status, kind, data = server.misbehave(path, form) or server.answer(method, path, form)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                if 300 <= status < 400:
                    self.send_header("Location", data.decode())
                    data = b""
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}/open311/v2"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def answer(self, method: str, path: str, form: dict[str, str]) -> Reply:
        what = path.removeprefix("/open311/v2/")
        if what == "services.json":
            return as_json(200, [{"service_code": "LAMP", "service_name": "Beleuchtung", "metadata": False}])
        if what == "requests.json" and method == "POST":
            return self._take(form)
        if what == "requests.json":
            wanted = form.get("service_request_id", "").split(",") if "service_request_id" in form else None
            return as_json(200, [r for r in self.requests if wanted is None or r["service_request_id"] in wanted])
        if what.startswith("tokens/"):
            token = what.removeprefix("tokens/").removesuffix(".json")
            return as_json(200, [{"token": token, "service_request_id": self.tokens.get(token)}])
        return as_json(404, [{"code": 404, "description": "unknown"}])

    def _take(self, form: dict[str, str]) -> Reply:
        if form.get("api_key") != "geheim":
            return as_json(403, [{"code": 403, "description": "Invalid api_key received"}])
        number = f"LK-{len(self.requests) + 1}"
        self.requests.append({**form, "service_request_id": number, "status": "open"})
        if self.gives_tokens:
            return as_json(201, [{"token": f"tok-{number}"}])
        return as_json(201, [{"service_request_id": number, "service_notice": "Danke", "account_id": None}])

    @property
    def posts(self) -> list[dict[str, str]]:
        return [form for method, path, form in self.asked if method == "POST" and path.endswith("requests.json")]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeoReportServer]:
    made = GeoReportServer()
    # What it says is tested; a loaded machine may take its time to say it.
    monkeypatch.setattr(transport, "TIMEOUT", httpx.Timeout(PATIENCE_S))
    monkeypatch.setattr(transport, "DEADLINE_S", PATIENCE_S)
    settings.OPEN311_PRIVATE_HOSTS = [made.host]
    settings.OPEN311_HOSTS = []
    yield made
    made.stop()


@pytest.fixture
def connected(town: Any, desks: Any, server: GeoReportServer) -> Any:  # noqa: F811
    """The county's desk answers for lamps and takes them by Open311."""
    import datetime as dt

    from apps.departments.models import Jurisdiction
    from apps.open311.services import save_connection

    Jurisdiction.objects.create(
        municipality=town,
        code="county-lamps",
        category=desks.street_light,
        executor=desks.roads,
        priority=30,
        valid_from=dt.date(2020, 1, 1),
        reason="Der Landkreis trägt die Straße.",
    )
    return save_connection(
        department=desks.roads,
        remind_after_days=5,
        escalate_after_days=10,
        url=server.url,
        jurisdiction_id="landkreis.example",
        api_key="geheim",
        forget_key=False,
        is_active=True,
        codes={desks.street_light: "LAMP"},
    )


@pytest.fixture
def deliver() -> Callable[[], list[str]]:
    """Return ``deliver()``: try every Open311 message that is due once; its states afterwards."""
    from apps.outbox.delivery import deliver_next
    from apps.outbox.models import Message

    def run() -> list[str]:
        Message.objects.filter(channel="mail").delete()
        Message.objects.filter(state="queued").update(next_attempt_at="2020-01-01T00:00:00Z")
        while deliver_next(owner="tester"):
            pass
        return list(Message.objects.order_by("pk").values_list("state", flat=True))

    return run
