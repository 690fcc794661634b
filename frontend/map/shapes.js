/** Maps that show shapes and points which the page brings along: `{% shapes_map … %}`. */
import L from "leaflet";
import { onMaps, say } from "./parts/setup.js";

const POINT = { radius: 8, weight: 3 };

const layers = new globalThis.Map();

onMaps("[data-shapes]", (frame, map, _config, words) => {
  const collection = JSON.parse(document.getElementById(frame.dataset.shapes).textContent);
  const status = frame.querySelector("[data-map-status]");
  const drawn = L.geoJSON(collection, {
    style: ({ properties }) => ({
      color: properties.colour,
      weight: 3,
      fillColor: properties.colour,
      fillOpacity: properties.ground ? 0 : 0.3,
      dashArray: properties.ground ? "6 6" : null,
      interactive: !properties.ground,
    }),
    pointToLayer: ({ properties }, at) =>
      L.circleMarker(at, { ...POINT, color: properties.colour, fillColor: properties.colour, fillOpacity: 0.5 }),
    onEachFeature: ({ properties }, layer) => {
      if (properties.ground) return;
      const text = document.createElement("p");
      text.className = "map-popup";
      text.textContent = properties.title;
      layer.bindPopup(text);
      // Leaflet's paths know no keyboard: the list beside the map says the same and leads here.
      if (properties.id) layers.set(properties.id, layer);
    },
  }).addTo(map);
  const bounds = drawn.getBounds();
  if (bounds.isValid()) map.fitBounds(bounds.pad(0.1), { maxZoom: 16, animate: false });
  else map.fitBounds(map.townBounds, { animate: false });
  const n = collection.features.filter(({ properties }) => !properties.ground).length;
  status.textContent = n === 1 ? words.shown_one : n ? say(words.shown, { n }) : "";

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(`[data-shape-of="${frame.dataset.shapes}"]`);
    const layer = button && layers.get(button.dataset.shape);
    if (!layer) return;
    if (layer.getBounds) map.fitBounds(layer.getBounds().pad(0.3), { maxZoom: 17, animate: false });
    else map.setView(layer.getLatLng(), Math.max(map.getZoom(), 16), { animate: false });
    layer.openPopup();
    frame.scrollIntoView({ block: "nearest" });
  });
});
