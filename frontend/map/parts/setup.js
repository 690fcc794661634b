/** What every map of the site shares: start, configuration, words, base map, controls. */
import L from "leaflet";
import "./calm.js";
import { overlays } from "./overlays.js";

const configurations = new globalThis.Map();

/** Fetches the map's configuration once per page. */
export function configuration(url) {
  if (!configurations.has(url)) {
    configurations.set(
      url,
      fetch(url, { headers: { Accept: "application/json" } }).then((answer) => {
        if (!answer.ok) throw new Error(`configuration: ${answer.status}`);
        return answer.json();
      }),
    );
  }
  return configurations.get(url);
}

/** Calls `start(frame, map, config, words)` for each frame that matches, when django-leaflet has made its map. */
export function onMaps(selector, start) {
  window.addEventListener("map:init", async ({ detail }) => {
    const { map } = detail;
    const frame = map.getContainer().closest(selector);
    if (!frame) return;
    const words = JSON.parse(frame.dataset.words);
    const status = frame.querySelector("[data-map-status]");
    const begin = async () => {
      status.textContent = words.loading;
      let config;
      try {
        config = await configuration(frame.dataset.config);
      } catch {
        configurations.delete(frame.dataset.config);
        askAgain(status, words, begin);
        return;
      }
      status.textContent = "";
      dress(map, frame, config, words);
      start(frame, map, config, words);
      if (frame.dataset.overlays) overlays(map, document.getElementById(frame.dataset.overlays));
      // After the first view is chosen: no tile is asked for in vain.
      ground(map, config.basemap);
      frame.dataset.ready = "yes";
    };
    await begin();
  });
}

/** Shows that something could not be loaded, with a button that tries again. */
export function askAgain(status, words, again) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "map-frame__retry";
  button.textContent = words.retry;
  button.addEventListener("click", () => {
    status.classList.remove("is-error");
    again();
  });
  status.classList.add("is-error");
  status.replaceChildren(document.createTextNode(`${words.failed} `), button);
}

/** Fills {placeholders} of one of the words. */
export function say(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function dress(map, frame, config, words) {
  const container = map.getContainer();
  container.setAttribute("role", "region");
  container.setAttribute("aria-label", frame.matches("[data-pin]") ? words.pin_map : words.map);
  map.zoomControl?.remove();
  L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out, position: "topright" }).addTo(map);
  const [west, south, east, north] = config.bounds;
  map.townBounds = L.latLngBounds([south, west], [north, east]);
  map.setMaxBounds(map.townBounds.pad(1.5));
}

function ground(map, basemap) {
  L.tileLayer(basemap.url, { maxZoom: basemap.max_zoom, keepBuffer: 1, className: "base-map" }).addTo(map);
  attribute(map, basemap);
}

/** Names the sources of the tiles that were really shown; all possible ones until the browser says which. */
function attribute(map, { sources, attribution }) {
  let shown = attribution;
  map.attributionControl.setPrefix(false).addAttribution(shown);
  const seen = new Set();
  const look = (entries) => {
    for (const entry of entries) {
      if (!entry.name.includes("/basemap/")) continue;
      const source = entry.serverTiming?.find((timing) => timing.name === "basemap")?.description;
      if (source in sources) seen.add(source);
    }
    const text = Object.keys(sources)
      .filter((name) => seen.has(name))
      .map((name) => sources[name])
      .join(" · ");
    if (!text || text === shown) return;
    map.attributionControl.removeAttribution(shown).addAttribution(text);
    shown = text;
  };
  if (!("PerformanceObserver" in window)) return;
  new PerformanceObserver((list) => look(list.getEntries())).observe({ type: "resource", buffered: true });
}
