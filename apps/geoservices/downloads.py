"""Downloads of every layer in every format, and the page that offers them."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.geo.audience import Actor
from apps.geo.desk_lists import found_by, has_desk_list
from apps.geo.layers import MapLayer, all_layers
from apps.geo.untrusted import InputRefused
from apps.geofiles.writing import FORMATS
from apps.geoservices import services
from apps.geoservices.audience import conditional, etag_of, layer_or_404, outlet, town_of
from apps.geoservices.models import Export
from apps.geoservices.requests import only
from apps.places.requests import TownRequest


@outlet
def download(request: TownRequest, actor: Actor, layer_name: str, ending: str) -> HttpResponse:
    """Answer ``/downloads/{layer}.{ending}`` with the file, or 202 with a page while a worker writes a large one."""
    layer = layer_or_404(layer_name)
    town = town_of(request)
    if actor.is_authenticated and has_desk_list(layer) and "list" in request.GET:
        return _list_file(request, actor, layer, ending)
    only(request)

    def answer() -> HttpResponse:
        if town is None or not services.is_large(layer, actor, town):
            return _file(request, layer_name, ending, services.write_now(layer, actor, town, ending))  # type: ignore[return-value]
        # Staff order a fresh file each hour; the public one is as fresh as the data.
        version = f"{timezone.now():%Y%m%d%H}" if actor.is_authenticated else etag_of(request, [layer]).strip('"')
        export = services.want_export(layer=layer, ending=ending, municipality=town, version=version, actor=actor)
        if export.state == Export.State.READY and (path := services.folder() / export.file_name).exists():
            return _file(request, layer_name, ending, path.open("rb"))  # type: ignore[return-value]
        waiting = render(request, "geoservices/export_waiting.html", {"layer": layer, "export": export}, status=202)
        waiting["Retry-After"] = "30"
        return waiting

    return conditional(request, actor, [layer], answer)


def _list_file(request: TownRequest, actor: Actor, layer: MapLayer, ending: str) -> HttpResponse:
    """Answer ``?list=`` with a file of what the layer's list at the desk finds for that query string."""
    town = town_of(request)
    found = found_by(layer, actor, town, only(request, "list")["list"])  # type: ignore[arg-type]
    if services.is_large(layer, actor, town, found):
        raise InputRefused(
            _("Das sind mehr als %(n)d Einträge. Bitte wählen Sie weniger, oder laden Sie die ganze Ebene herunter.")
            % {"n": services.DIRECT_ROWS}
        )
    return _file(request, layer.name, ending, services.write_now(layer, actor, town, ending, found))  # type: ignore[return-value]


def _file(request: TownRequest, layer_name: str, ending: str, file: object) -> FileResponse:
    town = request.municipality
    name = f"{town.key if town else 'geodaten'}-{layer_name}.{ending}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=FORMATS[ending].media_type)


@outlet
def offers(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Answer ``/downloads/``: every layer with its formats, its addresses for GIS programs, and the steps in QGIS."""
    only(request)
    internal = request.path.startswith("/intern/")
    return render(
        request,
        "geoservices/offers.html",
        {
            "layers": all_layers(),
            "formats": FORMATS.values(),
            "prefix": "/intern" if internal else "",
            "root": request.build_absolute_uri("/intern/" if internal else "/").rstrip("/"),
            "internal": internal,
        },
    )
