"""The document of the REST API, and a page of ours that explains it: no foreign script, readable without any."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """How ``ApiKeyAuthentication`` stands in the document."""

    target_class = "apps.accounts.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "Authorization: Api-Key …",
        }


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Every call of the API with its parameters, body and answers, made from the OpenAPI document."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    return render(request, "site/api_docs.html", {"calls": list(_calls(document)), "info": document["info"]})


def _calls(document: dict[str, Any]) -> Iterator[dict[str, object]]:
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            body = call.get("requestBody", {}).get("content", {})
            yield {
                "id": call["operationId"],
                "method": method.upper(),
                "path": path,
                "summary": call.get("summary", ""),
                "description": call.get("description", ""),
                "needs_key": bool(call.get("security") and {} not in call["security"]),
                "parameters": call.get("parameters", []),
                "media": list(body),
                "fields": _fields(document, next(iter(body.values()), {}).get("schema", {})),  # type: ignore[call-overload]
                "example": _example(body),
                "answers": [
                    {
                        "code": code,
                        "fields": _fields(document, _first(answer.get("content", {})).get("schema", {})),
                    }
                    for code, answer in call["responses"].items()
                ],
            }


def _example(body: dict[str, Any]) -> str:
    """Return the first example of a body as JSON that can be copied and sent; empty when there is none."""
    for kind in body.values():
        for example in kind.get("examples", {}).values():
            return json.dumps(example["value"], ensure_ascii=False, indent=2)
    return ""


def _first(content: dict[str, Any]) -> dict[str, Any]:
    return next(iter(content.values()), {})


def _fields(document: dict[str, Any], schema: dict[str, Any], prefix: str = "") -> list[dict[str, object]]:
    """Flatten an object schema to lines: name, type, whether it is required, words. Nested names carry a dot."""
    schema = _resolved(document, schema)
    if schema.get("type") == "array":
        return _fields(document, schema.get("items", {}), f"{prefix}[].")
    lines: list[dict[str, object]] = []
    for name, part in schema.get("properties", {}).items():
        resolved = _resolved(document, part)
        inner = resolved.get("properties") or resolved.get("items", {}).get("$ref")
        lines.append(
            {
                "name": prefix + name,
                "type": resolved.get("format") or resolved.get("type", ""),
                "required": name in schema.get("required", []),
                "words": part.get("description") or resolved.get("description", ""),
            }
        )
        if inner and not resolved.get("example"):
            lines += _fields(document, resolved, f"{prefix}{name}.")
    return lines


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Follow ``$ref`` (also inside a single ``allOf``) to the component's schema."""
    if "allOf" in schema and len(schema["allOf"]) == 1:
        schema = schema["allOf"][0]
    name = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else schema
