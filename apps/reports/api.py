"""``POST /api/v1/reports/``: another system hands in a report, through the same service as everybody.

Idempotency-Key as in the IETF draft httpapi-idempotency-key-header: the same key and body again give the same answer,
another body under the same key is a 409.
"""

import json
import uuid
from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.fields import empty
from rest_framework.parsers import BaseParser, FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.authentication import ApiKeyAuthentication, HasApiKey
from apps.accounts.models import ApiKey
from apps.contributions.api_limits import ApiKeyThrottle
from apps.contributions.idempotency import KeyReused
from apps.contributions.photos import PhotoRefused
from apps.contributions.uploads import MAX_PHOTOS, PhotosGone, drop_draft, keep_upload, upload_token
from apps.departments.answers import AnswersRefused
from apps.departments.models import Category
from apps.geo.editing import ChangeRefused
from apps.geo.untrusted import InputRefused, clean_text, parse_geojson_geometry, parse_json
from apps.places.links import public_url
from apps.places.models import Municipality
from apps.reports import services
from apps.reports.answered import StoppedByAnswer
from apps.reports.deciding import OutsideTown
from apps.reports.links import status_url
from apps.reports.models import DESCRIPTION_LIMIT, Event, Report
from apps.reports.transitions import Channel

MAX_KEY = 255


# Asked with every request: written out, because composing it anew takes Django longer than running it.
_CATEGORY = "SELECT * FROM departments_category WHERE municipality_id = %s AND code = %s AND is_active"


class BoundedJSONParser(BaseParser):
    """JSON of bounded size and nesting, without NaN: what DRF's own parser would take from anybody."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            data = parse_json(stream.read(65_537), max_bytes=65_536)
        except InputRefused as refusal:
            raise ParseError(str(refusal)) from refusal
        if not isinstance(data, dict):
            raise ParseError(_("Erwartet wird ein JSON-Objekt."))
        return data


class CleanField(serializers.CharField):
    """Text without control characters; NUL and lone surrogates are refused with a sentence."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return super().to_internal_value(clean_text(data) if isinstance(data, str) else data)
        except InputRefused as refusal:
            raise serializers.ValidationError(str(refusal)) from refusal


@extend_schema_field(
    {
        "type": "object",
        "description": "GeoJSON Point (RFC 7946): Länge, Breite in WGS 84",
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"type": "string", "enum": ["Point"]},
            "coordinates": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        },
        "example": {"type": "Point", "coordinates": [12.6095, 51.3339]},
    }
)
class PointField(serializers.Field):
    """A GeoJSON point, as an object or (in a form) as text; becomes a storage-CRS point."""

    default_error_messages = {"required": lazy("Bitte geben Sie den Ort als GeoJSON-Punkt an.")}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict | str):
            raise serializers.ValidationError(_("Erwartet wird ein GeoJSON-Punkt."))
        try:
            return parse_geojson_geometry(data)
        except InputRefused as refusal:
            raise serializers.ValidationError(str(refusal)) from refusal


@extend_schema_field(
    {
        "type": "object",
        "description": "Antworten auf die Fragen der Kategorie: Kürzel und Antwort, mehrere als Liste.",
        "additionalProperties": {
            "oneOf": [
                {"type": "string"},
                {"type": "number"},
                {"type": "array", "items": {"type": "string"}},
            ]
        },
        "example": {"mast_number": "117"},
    }
)
class AnswersField(serializers.Field):
    """Answers by the question's key, as an object or (in a form) as JSON text; checked against the category later."""

    def to_internal_value(self, data: Any) -> dict[str, object]:
        if isinstance(data, str):
            try:
                data = parse_json(data, max_bytes=16_000)
            except InputRefused as refusal:
                raise serializers.ValidationError(str(refusal)) from refusal
        if not isinstance(data, dict):
            raise serializers.ValidationError(_("Erwartet werden die Antworten als Objekt."))
        return data


class ContactInput(serializers.Serializer[Any]):
    """How to reach the person; everything is optional and dies 90 days after the report was closed."""

    email = serializers.EmailField(required=False, default="", allow_blank=True, max_length=254)
    name = CleanField(required=False, default="", allow_blank=True, max_length=120)
    phone = CleanField(required=False, default="", allow_blank=True, max_length=40)
    wants_updates = serializers.BooleanField(required=False, default=False)

    def get_value(self, dictionary: Any) -> Any:
        """In a form the contact is one field that holds JSON, not a field per part."""
        return dictionary.get(self.field_name, empty)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            try:
                data = parse_json(data, max_bytes=4_000)
            except InputRefused as refusal:
                raise serializers.ValidationError({"non_field_errors": [str(refusal)]}) from refusal
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, object]:
        if attrs["wants_updates"] and not attrs["email"]:
            raise serializers.ValidationError({"email": [_("Für Nachrichten wird eine E-Mail-Adresse gebraucht.")]})
        return attrs


class ReportInput(serializers.Serializer[Any]):
    """What is taken; every other field is ignored."""

    category = serializers.SlugField(max_length=40, help_text="Kürzel der Kategorie, z. B. road_damage")
    point = PointField()
    description = CleanField(max_length=DESCRIPTION_LIMIT)
    answers = AnswersField(required=False)
    accuracy_m = serializers.FloatField(
        required=False,
        min_value=0,
        max_value=100_000,
        help_text="Genauigkeit der Position in Metern; nahe einer Zuständigkeitsgrenze steht es im Nachweis",
    )
    side = serializers.SlugField(
        required=False, max_length=40, help_text="Kürzel der Stelle, wenn die Person die Seite einer Grenze genannt hat"
    )
    contact = ContactInput(
        required=False, help_text="Alles ist freiwillig und wird 90 Tage nach dem Abschluss der Meldung gelöscht"
    )
    photos = serializers.ListField(
        child=serializers.FileField(),
        required=False,
        max_length=MAX_PHOTOS,
        help_text="Nur als multipart/form-data: JPEG, PNG, WebP oder HEIC; ohne Metadaten neu gespeichert",
    )

    def validate_category(self, value: str) -> Category:
        town = self.context["municipality"].pk
        found = next(iter(Category.objects.raw(_CATEGORY, [town, value])), None)
        if found is None:
            offered = Category.objects.active().of_town(town)
            codes = ", ".join(offered.order_by("code").values_list("code", flat=True))
            told = _("Diese Kategorie gibt es nicht. Es gibt: %(codes)s.")
            raise serializers.ValidationError(told % {"codes": codes})
        return found


class DepartmentOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()


class ReportOutput(serializers.Serializer[Any]):
    """The receipt. ``url`` answers 404 until the report is released; ``status_url`` is the reporter's secret link."""

    reference = serializers.CharField()
    url = serializers.CharField()
    status_url = serializers.CharField()
    department = DepartmentOutput()
    reason = serializers.CharField()
    others_near = DepartmentOutput(many=True, help_text="Stellen, die wenige Meter weiter zuständig wären")


class ReportsView(APIView):
    """Another system's door: authentication and permission are checked before a byte of the body is read."""

    authentication_classes = [ApiKeyAuthentication]
    permission_classes = [HasApiKey]
    throttle_classes = [ApiKeyThrottle]
    parser_classes = [BoundedJSONParser, MultiPartParser, FormParser]

    @extend_schema(
        summary="Meldung abgeben",
        description="Speichert die Meldung, ordnet sie zu und nennt die zuständige Stelle mit Begründung. "
        "Je Schlüssel höchstens 600 Anfragen in der Stunde und 5000 am Tag; je Anfrage höchstens 80 MB.",
        tags=["Meldungen"],
        request={"application/json": ReportInput, "multipart/form-data": ReportInput},
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="Frei gewählter Schlüssel; dieselbe Anfrage noch einmal ergibt dieselbe Meldung.",
            )
        ],
        responses={201: ReportOutput, **dict.fromkeys((400, 401, 409, 413, 429), OpenApiTypes.OBJECT)},
        examples=[
            OpenApiExample(
                "Dunkle Lampe",
                request_only=True,
                value={
                    "category": "street_light",
                    "point": {"type": "Point", "coordinates": [12.6095, 51.3339]},
                    "description": "Die Lampe vor dem Rathaus ist dunkel.",
                },
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Answer 201 with the receipt; 400 with sentences per field; 409 when a key comes again with another body."""
        town = cast(ApiKey, request.auth).municipality
        given = ReportInput(data=request.data, context={"municipality": town})
        given.is_valid(raise_exception=True)
        data = given.validated_data
        key = _key(request)
        photos = data.get("photos", [])
        try:
            tokens = _keep_photos(town, key, photos) if photos else []
            submitted = services.submit_report(
                municipality=town,
                category=data["category"],
                point=data["point"],
                description=data["description"],
                answers=data.get("answers", {}),
                accuracy_m=data.get("accuracy_m"),
                side=data.get("side", ""),
                idempotency_key=key,
                draft=key,
                photos=tokens,
                channel=Channel.API,
                contact=services.ContactData(**data["contact"]) if data.get("contact") else None,
            )
        except KeyReused as refusal:
            return Response({"detail": str(refusal)}, status=409)
        except AnswersRefused as refusal:
            return Response({"answers": {key: [sentence] for key, sentence in refusal.errors.items()}}, status=400)
        except StoppedByAnswer as refusal:
            return Response({"answers": [str(refusal)]}, status=400)
        except OutsideTown as refusal:
            return Response({"point": [str(refusal)]}, status=400)
        except (ChangeRefused, PhotosGone) as refusal:
            return Response({"detail": str(refusal)}, status=400)
        finally:
            # A report that was made has taken them over; whatever else happened, nobody comes back for a draft.
            if photos:
                drop_draft(municipality=town, draft=key)
        report = submitted.report
        answer = {
            "reference": report.reference,
            "url": public_url(town, f"/meldungen/{report.public_id}/"),
            "status_url": status_url(report),
            "department": report.executor,
            "reason": report.routing_reason,
            "others_near": others_near(submitted),
        }
        response = Response(ReportOutput(answer).data, status=201)
        response["Cache-Control"] = "private, no-store"
        if not submitted.created:
            response["Idempotent-Replayed"] = "true"
        return response


def others_near(submitted: services.Submitted) -> list[dict[str, str]]:
    """Return the departments that would have answered a few metres further on, from the report's own trace."""
    trace = submitted.trace
    if trace is None:
        first = submitted.report.events.filter(kind=Event.Kind.SUBMITTED).first()
        trace = (first.data.get("trace") if first else None) or {}
    close = trace.get("close")
    return close["others"] if close else []


def _keep_photos(town: Municipality, key: uuid.UUID, files: list[Any]) -> list[str]:
    """Clean and keep the photos under the request's key; the same file again has the same token.

    When the key has made a report before, nothing is kept: the tokens alone tell whether the body is the same.
    """
    if Report.objects.filter(municipality=town, idempotency_key=key).exists():
        return [upload_token(key, file) for file in files]
    try:
        return [keep_upload(municipality=town, draft=key, upload=file).token for file in files]
    except PhotoRefused as refusal:
        raise serializers.ValidationError({"photos": [str(refusal)]}) from refusal


def _key(request: Request) -> uuid.UUID:
    """Return the client's key as a UUID of its own per API key, so that two systems cannot meet in one."""
    given = request.headers.get("Idempotency-Key", "")
    if not given:
        return uuid.uuid4()
    if len(given) > MAX_KEY or not given.isprintable():
        raise serializers.ValidationError(
            {"Idempotency-Key": [_("Der Schlüssel darf höchstens %(n)d druckbare Zeichen haben.") % {"n": MAX_KEY}]}
        )
    return uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(["api-key", request.auth.pk, given]))
