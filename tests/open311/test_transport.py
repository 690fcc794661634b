"""The client for other houses cannot be turned against our own."""

import socket
from typing import Any

import pytest

from apps.open311 import transport


@pytest.fixture
def names(monkeypatch: Any, settings: Any) -> dict[str, list[str]]:
    """The name server of this test."""
    settings.OPEN311_HOSTS, settings.OPEN311_PRIVATE_HOSTS = [], []
    known: dict[str, list[str]] = {}

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        found = known.get(host) or [host]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
        "::1", "::ffff:127.0.0.1", "fe80::1", "fd00::1", "2002:7f00:1::", "64:ff9b::7f00:1",
        "224.0.0.1", "255.255.255.255",
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused(names: Any, address: str) -> None:
    names["evil.example"] = ["93.184.216.34", address]
    with pytest.raises(transport.NotAllowed):
        transport.ask("GET", "https://evil.example/services.json")


@pytest.mark.parametrize(
    "url",
    [
        "http://stadt.example/x", "file:///etc/passwd", "gopher://stadt.example/", "https://a:b@stadt.example/",
        "https:///x", "https://stadt.example:99999/", "https://stadt.example/#x", "//stadt.example/", "https://[::1/",
    ],
)  # fmt: skip
def test_an_address_of_another_kind_is_refused(names: Any, url: str) -> None:
    names["stadt.example"] = ["93.184.216.34"]
    with pytest.raises(transport.NotAllowed):
        transport.check_address(url)


def test_only_released_hosts_where_the_operator_says_so(names: Any, settings: Any) -> None:
    names["stadt.example"] = names["other.example"] = ["93.184.216.34"]
    settings.OPEN311_HOSTS = ["stadt.example"]
    transport.check_address("https://stadt.example/open311")
    with pytest.raises(transport.NotAllowed):
        transport.check_address("https://other.example/open311")


def test_the_connection_goes_to_the_address_that_was_checked(server: Any, monkeypatch: Any, settings: Any) -> None:
    """A name server that answers differently the second time changes nothing: it is asked once."""
    port = server.host.rpartition(":")[2]
    settings.OPEN311_PRIVATE_HOSTS = [f"county.example:{port}"]
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, *args: Any, **options: Any) -> Any:
        if host == "county.example":
            asked.append(host)
            return real("127.0.0.1", *args, **options)
        return real(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    answer = transport.ask("GET", f"http://county.example:{port}/open311/v2/services.json")
    assert answer.status == 200 and asked == ["county.example"]


def test_no_redirect_is_followed(server: Any) -> None:
    server.misbehave = lambda path, form: (302, "text/plain", server.url.encode() + b"/elsewhere")
    assert transport.ask("GET", f"{server.url}/services.json").status == 302
    assert len(server.asked) == 1
