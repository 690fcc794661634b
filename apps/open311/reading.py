"""What another house answers, JSON or XML, as plain objects; small, flat and read with suspicion."""

import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from apps.geo.untrusted import InputRefused, parse_json

MAX_BYTES, MAX_DEPTH = 1_000_000, 12
#: Elements of an XML answer at most; the longest lists of services have hundreds.
MAX_ELEMENTS = 20_000
#: What GeoReport v2 writes as a list, whatever it holds.
_LISTS = frozenset({"service_requests", "services", "tokens", "errors", "attributes", "values"})


def parse_answer(body: bytes) -> Any:
    """Return the value of an answer: GeoReport v2 allows JSON and XML. None for everything else."""
    try:
        if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
            return _parse_xml(body)
        return parse_json(body, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)
    except InputRefused:
        return None


def _parse_xml(body: bytes) -> Any:
    """Return the root of an XML answer as lists and dictionaries of text; no entity or document type is accepted."""
    # Counted before anything parses it: nesting takes memory for every level.
    tags = re.findall(rb"<(/?)[A-Za-z_][^<>]*?(/?)>", body[: MAX_BYTES + 1])
    depth = deepest = 0
    for closing, empty in tags:
        depth += -1 if closing else 0 if empty else 1
        deepest = max(deepest, depth)
    if len(body) > MAX_BYTES or len(tags) > 2 * MAX_ELEMENTS or deepest > MAX_DEPTH:
        return None
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    return _plain(root) if root.tag in _LISTS or root.tag == "service_definition" else None


def _plain(element: Element, depth: int = 0) -> Any:
    """Return an element as plain data; what a CDATA section has hidden from the count above is cut off here."""
    if depth > MAX_DEPTH:
        return ""
    if element.tag in _LISTS:
        return [_plain(child, depth + 1) for child in element]
    if len(element):
        return {child.tag: _plain(child, depth + 1) for child in element}
    return element.text or ""
