"""Search by address and its reverse: JSON for the map, a page for everybody without JavaScript."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.geo.crs import GEO_SRID
from apps.geo.untrusted import InputRefused, clean_text, parse_lonlat
from apps.places.nearest import describe_point
from apps.places.requests import TownRequest
from apps.places.search import find_places

MAX_QUERY = 120
MIN_QUERY = 2


@require_safe
def search_json(request: TownRequest) -> JsonResponse:
    """Answer ``?q=`` with ``{"places": [{kind, label, detail, lon, lat}]}``, best first, at most 8; else 400."""
    try:
        query = _query(request, {"q"})
    except InputRefused as refusal:
        return JsonResponse({"error": str(refusal)}, status=400)
    places = find_places(request.municipality, query) if request.municipality else []
    # What somebody looks for is nobody else's business: no shared cache keeps it.
    return _private(JsonResponse({"places": [place.as_dict() for place in places]}))


@require_safe
def nearest_json(request: TownRequest) -> JsonResponse:
    """Answer ``?lon=&lat=`` (WGS 84) with ``{label, address, street, district, distance_m, inside}``.

    400 with a reason for anything else.
    """
    try:
        _only(request, {"lon", "lat"})
        point = parse_lonlat(request.GET.get("lon", ""), request.GET.get("lat", ""))
    except InputRefused as refusal:
        return JsonResponse({"error": str(refusal)}, status=400)
    town = request.municipality
    if not town:
        return JsonResponse({"error": _("Hier ist noch keine Gemeinde eingerichtet.")}, status=400)
    found = describe_point(town, point)
    return _private(JsonResponse({"label": str(found), "srid": GEO_SRID, **found.__dict__}))


@require_safe
def search_page(request: TownRequest) -> HttpResponse:
    """The search without JavaScript: ``?q=`` shows the choices, each a link to ``next`` with ``lon`` and ``lat``."""
    back = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None) or not back.startswith("/"):
        back = "/karte/"
    error, query, choices = "", request.GET.get("q", "")[:MAX_QUERY], []
    if "q" in request.GET:
        try:
            query = _query(request, {"q", "next"})
            if request.municipality:
                for place in find_places(request.municipality, query):
                    where = urlencode({"lon": f"{place.lon:.6f}", "lat": f"{place.lat:.6f}", "ort": place.label})
                    choices.append((place, f"{back}{'&' if '?' in back else '?'}{where}"))
        except InputRefused as refusal:
            error, query = str(refusal), ""
    context = {"query": query, "choices": choices, "error": error, "next": back, "asked": "q" in request.GET}
    return render(request, "places/search.html", context, status=400 if error else 200)


def _query(request: HttpRequest, known: set[str]) -> str:
    _only(request, known)
    query = clean_text(request.GET.get("q", "")).strip()
    if len(query) > MAX_QUERY:
        raise InputRefused(_("Der Suchbegriff ist zu lang: höchstens %(n)d Zeichen.") % {"n": MAX_QUERY})
    if len(query) < MIN_QUERY:
        raise InputRefused(_("Bitte geben Sie mindestens zwei Zeichen einer Adresse oder eines Ortes ein."))
    return query


def _only(request: HttpRequest, known: set[str]) -> None:
    if set(request.GET) - known:
        raise InputRefused(_("Unbekannter Parameter. Möglich sind: %(names)s.") % {"names": ", ".join(sorted(known))})


def _private(response: JsonResponse) -> JsonResponse:
    response["Cache-Control"] = "private, max-age=60"
    return response
