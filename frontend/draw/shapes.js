/** Between Leaflet's layers and GeoJSON. Nine decimals: far below a millimetre. */
const L = window.L;
const DECIMALS = 9;
/** How a shape looks while it is drawn and after. */
export const DRAWN = { color: "#7a1fa2", weight: 3, fillOpacity: 0.2 };

/** All parts of a group as one geometry: Point, LineString or MultiPolygon; null when nothing is drawn. */
export function geometryOf(group) {
  const shapes = [];
  group.eachLayer((layer) => collect(layer, shapes));
  const areas = shapes.filter((shape) => shape.type === "Polygon").map((shape) => shape.coordinates);
  for (const shape of shapes) if (shape.type === "MultiPolygon") areas.push(...shape.coordinates);
  if (areas.length) return { type: "MultiPolygon", coordinates: areas };
  return shapes.at(-1) ?? null;
}

function collect(layer, shapes) {
  if (layer.eachLayer && !layer.toGeoJSON) return layer.eachLayer((part) => collect(part, shapes));
  const drawn = layer.toGeoJSON(DECIMALS);
  if (drawn.type === "FeatureCollection") shapes.push(...drawn.features.map((feature) => feature.geometry));
  else shapes.push(drawn.geometry);
}

/** Put a geometry into an emptied group, a MultiPolygon as one layer a part, so that each can be edited by itself. */
export function showGeometry(group, geometry) {
  group.clearLayers();
  if (!geometry) return;
  const parts =
    geometry.type === "MultiPolygon"
      ? geometry.coordinates.map((coordinates) => ({ type: "Polygon", coordinates }))
      : [geometry];
  for (const part of parts) L.geoJSON(part, { style: DRAWN }).eachLayer((layer) => group.addLayer(layer));
}
