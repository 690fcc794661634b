"""Paper opens nothing by itself: a document shows what it was handed and nothing else."""

import socket

import pytest

from apps.geo import paper

HOSTILE = """<html lang="de"><head><title>x</title>
<link rel="stylesheet" href="http://outside.example/a.css"><style>@import "file:///etc/hostname";
p { background: url(https://outside.example/b.png) }</style></head>
<body><p>Text</p><img alt="a" src="http://127.0.0.1:1/c.png"><img alt="b" src="file:///etc/passwd">
<img alt="c" src="paper:unknown"><img alt="d" src="data:image/svg+xml,%3Csvg/%3E">
<svg xmlns="http://www.w3.org/2000/svg"><title>e</title><image href="http://outside.example/d.png"/></svg>
<object data="ftp://outside.example/e"></object></body></html>"""


@pytest.mark.parametrize(
    "address",
    ["http://outside.example/", "https://a.example/x.png", "file:///etc/passwd", "ftp://a.example/", "paper:other"],
)
def test_an_address_that_was_not_handed_over_is_refused(address):
    with pytest.raises(paper.NotOnPaper):
        paper._fetcher({"map": lambda: (b"<svg/>", "image/svg+xml")}).fetch(address)


def test_a_document_that_names_the_outside_is_made_without_asking_anybody(monkeypatch):
    asked = []

    def refuse(*args, **more):
        asked.append(args)
        raise AssertionError("the renderer opened a connection")

    monkeypatch.setattr(paper, "render_to_string", lambda name, context: "" if name.endswith("css") else HOSTILE)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    made = paper.write_pdf("hostile", {}, files={})
    assert made.startswith(b"%PDF-") and not asked
    assert b"root:" not in made


def test_a_code_for_telephones_has_its_quiet_zone():
    code = paper.qr_svg("https://brandis.example/intern/meldungen/k7m29xq4tb3w/").decode()
    assert code.startswith("<svg") and "M4 4h1v1h-1z" in code and "M3 " not in code
