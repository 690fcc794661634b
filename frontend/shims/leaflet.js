/**
 * Stands in for the npm package "leaflet" (see vite.config.js). django-leaflet's script has set window.L before any
 * module runs; plugins that import names from "leaflet" get the same objects.
 */
const L = window.L;

export default L;
export const {
  Browser,
  Circle,
  Control,
  DivIcon,
  DomEvent,
  DomUtil,
  Draggable,
  Evented,
  FeatureGroup,
  GeoJSON,
  GridLayer,
  Icon,
  LatLng,
  LatLngBounds,
  Layer,
  LayerGroup,
  // biome-ignore lint/suspicious/noShadowRestrictedNames: the name that Leaflet gave it
  Map,
  Marker,
  Path,
  Point,
  Polygon,
  Polyline,
  Popup,
  TileLayer,
  Tooltip,
  Util,
} = L ?? {};
