/** Maps for reading: `{% feature_map %}`, alone or with the filters and the list of the map page. */
import L from "leaflet";
import { areaTools } from "./parts/area.js";
import { FeatureList } from "./parts/list.js";
import { locateControl } from "./parts/locate.js";
import { Markers, sign } from "./parts/markers.js";
import { hasOverlays } from "./parts/overlays.js";
import { Panel } from "./parts/panel.js";
import { placeSearch } from "./parts/place-search.js";
import { popups } from "./parts/popup.js";
import { askAgain, onMaps, say } from "./parts/setup.js";
import { boxText, Source } from "./parts/source.js";

const WIDE_M2 = 500_000;
const WIDE = { weight: 2, dashArray: "7 6", fillOpacity: 0.03 };

onMaps("[data-map]", (frame, map, config, words) => {
  const { icons } = frame.dataset;
  const status = frame.querySelector("[data-map-status]");
  const wanted = frame.dataset.layers.split(",").map((name) => name.trim());
  const layers = config.layers.filter((layer) => !wanted[0] || wanted.includes(layer.name));
  const isPage = Boolean(frame.dataset.panel);
  const source = new Source(frame.dataset);
  const isOverview = frame.dataset.only === undefined && !frame.dataset.listed;
  let fitted = isOverview;
  const shapes = L.layerGroup().addTo(map);
  // A drawing below has colours of its own, and a legend for them.
  const fillOpacity = hasOverlays(frame) ? 0 : 0.16;
  const listElement = isPage ? document.querySelector("[data-map-list]") : null;
  const list = new FeatureList(listElement ?? document.body, (key, on, at) => markers.highlight(key, on, at));
  const markers = new Markers(map, { icons, words, list, open: popups(map, { icons, words }) });
  const panel = new Panel(frame.dataset.panel, () => refresh());

  async function refresh() {
    if (isPage) remember();
    if (layers.length) await load();
    if (listElement) list.follow(panel.query(), boxText(map.getBounds()));
  }

  async function load() {
    let items;
    try {
      items = await source.load(map, panel.chosen(layers), (layer) => panel.filtersOf(layer));
    } catch (error) {
      if (error.name !== "AbortError") askAgain(status, words, refresh);
      return;
    }
    status.classList.remove("is-error");
    if (!fitted && items.length) {
      fitted = true;
      const bounds = L.latLngBounds(items.map(({ at }) => at));
      for (const { shape } of items) if (shape) bounds.extend(L.geoJSON(shape).getBounds());
      map.fitBounds(bounds.pad(0.2), { maxZoom: 16, animate: false });
    }
    markers.draw(items);
    drawShapes(items);
    tell(items);
  }

  function drawShapes(items) {
    shapes.clearLayers();
    for (const { shape, feature } of items) {
      if (!shape) continue;
      const { colour } = feature.properties;
      const drawn = L.geoJSON(shape, {
        interactive: false,
        style: { color: colour, weight: 3, fillColor: colour, fillOpacity },
      });
      if (isOverview && isWide(drawn.getBounds())) drawn.setStyle(WIDE);
      drawn.addTo(shapes);
    }
  }

  /** An area as wide as half a town would lie over everything else like a coloured pane: only its edge is drawn. */
  function isWide(bounds) {
    const corner = bounds.getNorthWest();
    return map.distance(corner, bounds.getNorthEast()) * map.distance(corner, bounds.getSouthWest()) > WIDE_M2;
  }

  function tell(items) {
    const bounds = map.getBounds();
    const n = items.filter(({ at }) => bounds.contains(at)).reduce((sum, item) => sum + item.count, 0);
    status.textContent =
      n === 0
        ? frame.dataset.listed === undefined
          ? words.empty
          : words.empty_list
        : n === 1
          ? words.shown_one
          : say(words.shown, { n });
    status.classList.toggle("is-empty", n === 0);
  }

  /** The address bar always holds a link to what is seen: filters as the server knows them, the view behind "#". */
  function remember() {
    const { lat, lng } = map.getCenter();
    const query = panel.query().toString();
    const view = `#map=${map.getZoom()}/${lat.toFixed(5)}/${lng.toFixed(5)}`;
    history.replaceState(null, "", `${location.pathname}${query ? `?${query}` : ""}${view}`);
  }

  let pointer;
  locateControl(map, { icons, words, status, found: isPage ? undefined : null });
  const area = frame.dataset.area && document.getElementById(frame.dataset.area);
  if (area) areaTools(map, { field: area, icons, words, status });
  placeView(frame, map, config);
  if (frame.dataset.label) mark(frame.dataset.label, map.getCenter());
  const search = isPage ? document.querySelector("[data-map-search]") : null;
  if (search) {
    placeSearch(search, {
      url: search.dataset.mapSearch,
      words,
      choose: ({ label, lon, lat }) => {
        mark(label, L.latLng(lat, lon));
        panel.near({ label, lon, lat });
        map.setView([lat, lon], 17);
      },
    });
  }
  function mark(label, at) {
    pointer?.remove();
    const icon = L.divIcon({
      html: sign(icons, { colour: "#123a31", icon: "pin" }),
      className: "map-marker map-marker--place",
      iconSize: [40, 40],
    });
    pointer = L.marker(at, { icon, keyboard: false, interactive: false }).addTo(map);
    pointer.getElement().setAttribute("role", "img");
    pointer.getElement().setAttribute("aria-label", label);
  }
  map.on("moveend", () => refresh());
  refresh();
});

/** The first view: from the address bar, from the template, or the whole town. */
function placeView(frame, map, config) {
  const { lon, lat, zoom, bbox, panel } = frame.dataset;
  const link = panel && location.hash.match(/^#map=(\d{1,2})\/(-?\d{1,3}\.?\d*)\/(-?\d{1,3}\.?\d*)$/);
  if (link) map.setView([Number(link[2]), Number(link[3])], Number(link[1]), { animate: false });
  else if (lon && lat) map.setView([Number(lat), Number(lon)], Number(zoom || 17), { animate: false });
  else if (bbox) {
    const [west, south, east, north] = bbox.split(",").map(Number);
    map.fitBounds(
      [
        [south, west],
        [north, east],
      ],
      { maxZoom: 17, animate: false },
    );
  } else if (map.getSize().x < 600)
    map.setView([config.centre[1], config.centre[0]], config.zoom - 1, { animate: false });
  else map.setView(map.townBounds.getCenter(), map.getBoundsZoom(map.townBounds.pad(-0.12)), { animate: false });
}
