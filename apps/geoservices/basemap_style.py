"""The look of the map that is drawn from ``places``: warm paper, calm surroundings, roads by their class.

Colours are light on purpose: a marker (contrast 3:1 and more) must stand out everywhere.
"""

FONT = "'Fira Sans','Noto Sans','Segoe UI',Roboto,Arial,sans-serif"
OUTSIDE = "#e9e8e2"
TOWN = "#f8f4ea"
#: Ground in drawing order: theme, fill, outline (empty: none), first zoom.
GROUND: list[tuple[str, str, str, int]] = [
    ("farmland", "#f4eedb", "#ebe3ca", 14),
    ("builtup", "#efe7dc", "", 10),
    ("residential", "#ece2d6", "", 10),
    ("industrial", "#e3dde0", "#d5ced2", 11),
    ("school", "#f1e2cf", "#e2d0b8", 13),
    ("quarry", "#ddd6cc", "#c9c0b3", 12),
    ("solar", "#d9dfe8", "#bcc6d4", 12),
    ("rail", "#e0dad5", "", 14),
    ("forest", "#c8deba", "#b9d2a9", 9),
    ("park", "#d5e8c3", "#c0d9aa", 12),
    ("cemetery", "#d2dfc8", "#b9cbac", 13),
    ("sports", "#cfe6c2", "#b3d2a3", 13),
    ("playground", "#dcefc4", "#bcd79c", 14),
    ("water", "#a9d3e6", "#86bdd6", 9),
]
BUILDING = ("#dacdbd", "#c3b3a0")
STREAM = "#86bdd6"
RAIL = ("#8d8a88", "#f5f2ed")
BOUNDARY = "#7d5a86"
PATH = "#b3926b"
TREE = "#9cc489"
#: Class: fill, casing. Narrow ways first, so that the wide ones cross above them.
ROADS: dict[str, tuple[str, str]] = {
    "G": ("#ffffff", "#cbbfae"),
    "K": ("#fff4c2", "#cdb25c"),
    "S": ("#fce290", "#c89a33"),
    "B": ("#f9cd63", "#bd8420"),
    "A": ("#ee9c7c", "#ae5236"),
}
#: Class: width in pixels at the zoom levels 9, 10 … 19 (0: not drawn).
ROAD_PX: dict[str, tuple[float, ...]] = {
    "G": (0, 0, 0, 0.9, 1.6, 3, 5, 7.5, 10, 14, 20),
    "K": (0, 0, 1.2, 1.8, 2.8, 4.5, 6.5, 9, 12, 17, 24),
    "S": (0.8, 1.2, 1.8, 2.6, 3.6, 5.5, 7.5, 10, 13, 19, 27),
    "B": (1.2, 1.6, 2.2, 3.2, 4.2, 6, 8.5, 11, 14, 21, 30),
    "A": (1.8, 2.4, 3.2, 4.4, 5.6, 8, 11, 14, 19, 27, 40),
}
FIRST_ZOOM, LAST_ZOOM = 9, 19
PATH_FROM, BUILDING_FROM, STREAM_FROM, RAIL_FROM, TREE_FROM, DISTRICT_FROM = 14, 15, 12, 11, 17, 12
CASING_FROM = 13


def road_px(road_class: str, zoom: int) -> float:
    """Return the width of a road's surface in pixels; 0 where the class is not drawn yet."""
    return ROAD_PX[road_class][min(max(zoom, FIRST_ZOOM), LAST_ZOOM) - FIRST_ZOOM]


def ground_at(zoom: int) -> list[str]:
    """Return the themes of ground that are drawn at a zoom level."""
    return [theme for theme, _fill, _outline, first in GROUND if zoom >= first]


def roads_at(zoom: int) -> list[str]:
    """Return the road classes that are drawn at a zoom level."""
    return [road_class for road_class in ROADS if road_px(road_class, zoom)]
