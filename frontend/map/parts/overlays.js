/** Drawings that lie between the base map and the layers: each with a switch and a slider that stand in the page. */
import L from "leaflet";

const PANE = "overlays";

/** Does a map have drawings below its layers? */
export function hasOverlays(frame) {
  const root = frame.dataset.overlays && document.getElementById(frame.dataset.overlays);
  return Boolean(root?.querySelector("[data-overlay]"));
}

/** Puts every [data-overlay] inside `root` on the map; without one nothing happens. */
export function overlays(map, root) {
  const found = root?.querySelectorAll("[data-overlay]") ?? [];
  if (!found.length) return;
  // Above the tiles (200), below shapes (400) and markers (600).
  map.createPane(PANE).style.zIndex = 300;
  for (const element of found) overlay(map, element);
}

function overlay(map, element) {
  const { url, bounds, min_zoom: minZoom, max_native_zoom: maxNativeZoom } = JSON.parse(element.dataset.overlay);
  const title = document.createElement("span");
  title.textContent = element.dataset.overlayTitle;
  const onOff = element.querySelector("[data-overlay-switch]");
  const slider = element.querySelector("[data-overlay-opacity]");
  const words = element.querySelector("output");
  const layer = L.tileLayer(url, {
    bounds,
    minZoom,
    maxNativeZoom,
    maxZoom: 22,
    pane: PANE,
    opacity: slider.value / 100,
    attribution: title.innerHTML,
  });
  const show = () => (onOff.checked ? layer.addTo(map) : layer.remove());
  const fade = () => {
    layer.setOpacity(slider.value / 100);
    words.textContent = `${slider.value} %`;
    slider.setAttribute("aria-valuetext", words.textContent);
  };
  onOff.addEventListener("change", show);
  slider.addEventListener("input", fade);
  element.querySelector("[data-overlay-controls]").hidden = false;
  // A browser may have kept both over a reload.
  fade();
  show();
}
