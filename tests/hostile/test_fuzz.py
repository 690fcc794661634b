"""Whatever stands behind the question mark: no page of the site answers with an error of ours.

The addresses come from the resolver, so that a page that somebody adds tomorrow is tried tomorrow.
"""

import re
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.payloads import BBOXES, CRS, TEXTS
from tests.outlets.register import routes
from tests.outlets.world import World
from tests.soak.amounts import DONE, drawn

#: Stands for every secret in an address.
TOKEN = "a" * 26
#: Names that some page reads, and some that none should.
NAMES = [
    *("q", "f", "bbox", "zoom", "crs", "bbox-crs", "datetime", "limit", "offset"),
    *("after", "nach", "seite", "page", "sort", "since", "until", "ids", "layer"),
    *("category", "status", "stand", "kategorie", "suche", "bezug", "weiter", "lon", "lat"),
    *("place", "thema", "ort", "zustand", "next", "department", "publication", "age", "district"),
    *("offen", "filter", "filter-lang", "properties", "x", "id__gt", "municipality", "reporter__email", "ordering"),
    *("format", "_", "csrfmiddlewaretoken"),
]

hostile = st.one_of(
    st.sampled_from([*TEXTS.values(), *BBOXES.values(), *CRS.values()]).map(lambda text: text[:3000]),
    st.text(st.characters(), max_size=40),
    st.integers(-(2**70), 2**70).map(str),
    st.floats().map(str),
    st.lists(st.floats(), min_size=4, max_size=4).map(lambda box: ",".join(map(str, box))),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
)
queries = st.lists(st.tuples(st.sampled_from(NAMES), hostile), min_size=1, max_size=4)


def addresses(world: World, *, internal: bool) -> list[str]:
    """Return an address that exists for each route that answers GET, with things of the world in its path."""
    known = {
        "public_id": world.visible["reports"],
        "photo": "0" * 12,
        "size": "klein",
        "token": TOKEN,
        "slug": "imprint",
        "action": "stand",
        "feature_id": world.visible["reports"],
        "document_id": world.papers[0],
        "layer_name": "reports",
        "name": "reports",
        "ending": "csv",
        "uidb36": "1",
        "key": "x-x",
        "z": "12",
        "x": "2190",
        "y": "1366",
    }
    kinds = {"ideen": "ideas", "aufrufe": "idea_calls", "wlan": "hotspots"}
    kinds |= {"beteiligung": "consultations", "stellungnahmen": "consultations"}
    found = []
    for pattern in routes().values():
        is_internal = pattern.startswith("intern/")
        if is_internal != internal:
            continue
        place = dict(known)
        for word, layer in kinds.items():
            if word in pattern.split("/"):
                place["public_id"] = world.visible[layer]
        plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern.strip("^$"))
        found.append("/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part, place=place: place.get(part[1], "1"), plain))
    return sorted(found)


def try_all(client: Any, urls: list[str], share: int, tell: Any) -> list[str]:
    """Ask each page with invented queries; return what went wrong, and tell how many were asked."""
    faults: list[str] = []
    asked: list[str] = []

    @drawn(share)
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        url = data.draw(st.sampled_from(urls))
        pairs = data.draw(queries)
        query = "&".join(f"{quote(k)}={quote(v.encode('utf-8', 'surrogatepass'))}" for k, v in pairs)
        asked.append(url)
        try:
            response = client.get(f"{url}?{query}")
            if response.streaming:
                b"".join(response.streaming_content)
            if response.status_code >= 500:
                faults.append(f"{url}?{query[:300]}: {response.status_code}")
        except Exception as error:
            faults.append(f"{url}?{query[:300]}: {type(error).__name__}: {str(error)[:200]}")

    ask()
    tell(DONE, len(asked))
    return faults


@pytest.mark.slow(reason="asks 600 times")
def test_public_pages_bear_every_query(client: Any, world: World, trap: Any, record_property: Any) -> None:
    urls = addresses(world, internal=False)
    assert len(urls) > 50
    faults = try_all(client, urls, 600, record_property)
    assert not faults, "\n".join(faults[:30])


@pytest.mark.slow(reason="asks 400 times")
def test_the_desks_pages_bear_every_query(
    client: Any, world: World, staff: Any, trap: Any, record_property: Any
) -> None:
    client.force_login(staff)
    urls = addresses(world, internal=True)
    faults = try_all(client, urls, 400, record_property)
    assert not faults, "\n".join(faults[:30])


@pytest.mark.parametrize("internal", [False, True])
def test_every_page_is_really_reached(client: Any, world: World, staff: Any, trap: Any, internal: bool) -> None:
    """So that a page that only ever answers 404 cannot pass for a robust one.

    What lies behind a secret link is not counted: no secret opens two of them, and each kind's own tests go through.
    """
    client.force_login(staff)
    urls = [url for url in addresses(world, internal=internal) if TOKEN not in url]
    status = {url: client.get(url).status_code for url in urls}
    nowhere = [url for url, code in status.items() if code == 404]
    assert len(nowhere) <= len(urls) // 4, "\n".join(nowhere)


@pytest.mark.slow(reason="posts every field of every form of the site")
def test_every_form_bears_every_value(client: Any, world: World, staff: Any, trap: Any) -> None:
    """Each form of each page, found in its HTML, with a hostile value in each of its fields in turn."""
    client.force_login(staff)
    pages = [*addresses(world, internal=True), "/meldungen/neu/?kategorie=street_light", "/barriere-melden/"]
    values = [TEXTS[name][:3000] for name in ("nul", "lone_surrogate", "huge_number", "nan", "raster", "wkt_nested")]
    faults, tried = [], set()
    for page in pages:
        response = client.get(page)
        if response.status_code != 200 or "html" not in response["Content-Type"]:
            continue
        for action, fields in forms_in(response.content.decode(), page):
            if (action, tuple(fields)) in tried or "logout" in action or "abmelden" in action:
                continue
            tried.add((action, tuple(fields)))
            for number, field in enumerate(fields):
                body = {**fields, field: values[number % len(values)]}
                data = "&".join(f"{quote(k)}={quote(str(v).encode('utf-8', 'surrogatepass'))}" for k, v in body.items())
                try:
                    answer = client.generic("POST", action, data, "application/x-www-form-urlencoded")
                    if answer.status_code >= 500:
                        faults.append(f"{action} {field}: {answer.status_code}")
                except Exception as error:
                    faults.append(f"{action} {field}={body[field][:30]!r}: {type(error).__name__}: {str(error)[:200]}")
    assert len(tried) > 15, tried
    assert not faults, "\n".join(faults[:40])


def forms_in(html: str, page: str) -> list[tuple[str, dict[str, str]]]:
    """Return action and fields (with the values they come with) of each POST form of a page."""
    found = []
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", html, re.DOTALL | re.IGNORECASE):
        head = form[: form.index(">")]
        action = re.search(r'action="([^"]*)"', head)
        fields = {}
        for tag in re.findall(r"<(?:input|select|textarea|button)\b[^>]*>", form):
            name, value = re.search(r'\bname="([^"]+)"', tag), re.search(r'\bvalue="([^"]*)"', tag)
            if name and name[1] != "csrfmiddlewaretoken":
                fields[name[1]] = value[1] if value else "1"
        found.append(((action[1] if action and action[1] else page).replace("&amp;", "&"), fields))
    return found
