"""Our reporters' answers as attributes of another house's service: what it asks for by the same name, nothing else."""

from collections.abc import Mapping
from typing import Any

#: Fields of one request, and how long one may be.
MAX_ATTRIBUTES, MAX_LENGTH = 40, 500


def fitting(asked: list[dict[str, Any]], given: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Return ``attribute[code]`` fields for the answers (by key, in their stored form) that a service asks for.

    A code fits a question's key whatever its case. Of a list only values that the service offers are sent, found by
    key or by name; an answer that does not fit is left out (it stands in the description in words anyway).
    """
    by_code = {key.lower(): value for key, value in given.items()}
    fields: dict[str, str | list[str]] = {}
    for attribute in asked[:MAX_ATTRIBUTES]:
        code = str(attribute.get("code", ""))
        value = by_code.get(code.lower())
        if not code or value in (None, "", []) or str(attribute.get("variable", "true")).lower() == "false":
            continue
        chosen = [str(each)[:MAX_LENGTH] for each in (value if isinstance(value, list) else [value])]
        kind = str(attribute.get("datatype", "")).lower()
        if kind in ("singlevaluelist", "multivaluelist"):
            chosen = [key for each in chosen if (key := _offered(attribute, each))]
        if not chosen:
            continue
        if kind == "multivaluelist":
            fields[f"attribute[{code}][]"] = chosen
        else:
            fields[f"attribute[{code}]"] = ", ".join(chosen)
    return fields


def _offered(attribute: dict[str, Any], value: str) -> str:
    """Return the key of the service's value that means ours; empty without one."""
    values = attribute.get("values")
    for offered in values if isinstance(values, list) else []:
        if isinstance(offered, dict) and value.lower() in (
            str(offered.get("key", "")).lower(),
            str(offered.get("name", "")).lower(),
        ):
            return str(offered.get("key", ""))
    return ""
