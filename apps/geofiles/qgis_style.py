"""A layer's declared style as a QGIS layer style (QML), which QGIS loads from a GeoPackage by itself."""

from xml.etree import ElementTree as ET

from apps.geo.layers import MapLayer

_SYMBOLS = {"Point": ("marker", "SimpleMarker"), "LineString": ("line", "SimpleLine")}


def qml(layer: MapLayer, fields: list[str]) -> str:
    """Return the QML text: a symbol a class, German field names, and the words of coded values.

    Written in the form that QGIS 3.22 and later read; unknown parts are left to QGIS' defaults.
    """
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology|Fields|Forms")
    classes = layer.style.classes if layer.style.by else ()
    kind = "categorizedSymbol" if classes else "singleSymbol"
    renderer = ET.SubElement(root, "renderer-v2", type=kind, attr=layer.style.by, forceraster="0", enableorderby="0")
    if classes:
        categories = ET.SubElement(renderer, "categories")
        for number, style_class in enumerate(classes):
            ET.SubElement(
                categories,
                "category",
                symbol=str(number),
                value=style_class.value,
                label=str(style_class.title),
                render="true",
            )
    symbols = ET.SubElement(renderer, "symbols")
    for number, colour in enumerate([c.colour for c in classes] or [layer.style.colour]):
        _symbol(symbols, str(number), layer.geometry_type, colour)
    configuration = ET.SubElement(root, "fieldConfiguration")
    aliases = ET.SubElement(root, "aliases")
    for index, name in enumerate(fields):
        declared = next((f for f in layer.fields if f.name == name), None)
        title = str(declared.title) if declared else {"id": "Kennung", "changed": "geändert am"}.get(name, name)
        ET.SubElement(aliases, "alias", field=name, index=str(index), name=title)
        if declared and declared.choices:
            _value_map(ET.SubElement(configuration, "field", name=name), declared.choices)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, encoding="unicode")


def _symbol(parent: ET.Element, name: str, geometry_type: str, colour: str) -> None:
    symbol_type, symbol_class = _SYMBOLS.get(geometry_type.removeprefix("Multi"), ("fill", "SimpleFill"))
    symbol = ET.SubElement(parent, "symbol", name=name, type=symbol_type, alpha="1", clip_to_extent="1")
    part = ET.SubElement(symbol, "layer", {"class": symbol_class, "enabled": "1", "locked": "0", "pass": "0"})
    rgb = ",".join(str(int(colour[start : start + 2], 16)) for start in (1, 3, 5))
    options = {
        "marker": {
            "color": f"{rgb},255",
            "name": "circle",
            "size": "3",
            "outline_color": "255,255,255,255",
            "outline_width": "0.4",
        },
        "line": {"line_color": f"{rgb},255", "line_width": "0.8"},
        "fill": {"color": f"{rgb},70", "outline_color": f"{rgb},255", "outline_width": "0.6", "style": "solid"},
    }[symbol_type]
    option_map = ET.SubElement(part, "Option", type="Map")
    for key, value in options.items():
        ET.SubElement(option_map, "Option", type="QString", name=key, value=value)
        ET.SubElement(part, "prop", k=key, v=value)


def _value_map(parent: ET.Element, choices: object) -> None:
    widget = ET.SubElement(parent, "editWidget", type="ValueMap")
    config = ET.SubElement(ET.SubElement(widget, "config"), "Option", type="Map")
    entries = ET.SubElement(config, "Option", type="List", name="map")
    for value, title in dict(choices).items():  # type: ignore[call-overload]
        entry = ET.SubElement(entries, "Option", type="Map")
        ET.SubElement(entry, "Option", type="QString", name=str(title), value=str(value))
