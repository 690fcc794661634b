"""Every layer checks itself at start-up: a wrong declaration stops the site instead of leaking from it."""

import platform
import re

from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import FieldDoesNotExist

from apps.geo.layers import MapLayer, all_layers
from apps.geo.sandbox.calls import PROCESSORS

# Letters, digits and underscore, starting with a letter: the same in SQL, XML, GeoPackage and a URL.
NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
RESERVED = {
    "fid",
    "shape",
    "changed",
    "id",
    "geometry",
    "bbox",
    "limit",
    "datetime",
    "crs",
    "after",
    "f",
    "filter",
}


@register()
def check_layers(**_: object) -> list[CheckMessage]:
    """Return an error for each layer whose names, fields, geometry or style do not hold."""
    return [Error(problem, id="geo.E001") for layer in all_layers() for problem in problems(layer)]


@register()
def check_processor(**_: object) -> list[CheckMessage]:
    """Warn where nothing from outside can be opened: the sandbox has no list of calls for this processor."""
    machine = platform.machine()
    if machine in PROCESSORS:
        return []
    return [Warning(f"Photos and GIS files are refused: no sandbox for {machine!r}.", id="geo.W001")]


def problems(layer: MapLayer) -> list[str]:
    """Return what is wrong with a declaration, in sentences."""
    found = []
    if not NAME.fullmatch(layer.name):
        found.append(f"Layer name {layer.name!r} is not safe in XML and SQL.")
    for declared in layer.fields:
        if not NAME.fullmatch(declared.name) or declared.name in RESERVED:
            found.append(f"{layer.name}: field name {declared.name!r} is reserved or not safe.")
        try:
            layer.model_field(declared)
        except (FieldDoesNotExist, AttributeError):
            found.append(f"{layer.name}: field {declared.name!r} has no model field at {declared.path!r}.")
    names = [declared.name for declared in layer.fields]
    public = {declared.name for declared in layer.fields if not declared.internal}
    if len(set(names)) != len(names):
        found.append(f"{layer.name}: a field is declared twice.")
    for used in filter(None, (layer.label, layer.status, layer.style.by, *layer.facets)):
        if used not in public:
            found.append(f"{layer.name}: {used!r} must be a public field of the layer.")
    for path in (layer.geometry, layer.changed, *layer.period, "municipality", "public_id"):
        try:
            layer.model._meta.get_field(path)
        except FieldDoesNotExist:
            found.append(f"{layer.name}: the model has no field {path!r}.")
    try:
        layer.geometry_type  # noqa: B018
    except (KeyError, AttributeError, FieldDoesNotExist):
        found.append(f"{layer.name}: {layer.geometry!r} is not a column of one known geometry type.")
    for colour in [layer.style.colour, *(c.colour for c in layer.style.classes)]:
        if not re.fullmatch(r"#[0-9a-f]{6}", colour):
            found.append(f"{layer.name}: colour {colour!r} is not #rrggbb in lower case.")
    return found
