/**
 * The drawing component: a map with Geoman's tools above the text field that is the real form control. Whatever is
 * drawn is written into the text as a list of coordinates; whatever is typed can be brought onto the map.
 */
import { History } from "./history.js";
import { ask, configuration } from "./server.js";
import { geometryOf, showGeometry } from "./shapes.js";
import { addToolbar, pressByKey } from "./toolbar.js";

const L = window.L;
const EDITED = ["pm:edit", "pm:update", "pm:dragend", "pm:markerdragend", "pm:vertexremoved", "pm:vertexadded"];

export async function startDrawing(root) {
  const part = (name) => root.querySelector(`[data-drawing-${name}]`);
  const text = root.querySelector("textarea");
  const tools = root.dataset.tools.split(" ");
  const history = new History();
  const config = await configuration(root.dataset.config);

  for (const name of ["map", "bar", "apply"]) part(name).hidden = false;
  part("check")?.remove(); // the button below does what the checkbox does without script
  const map = openMap(part("map"), config);
  const group = L.featureGroup().addTo(map);
  const neighbours = showNeighbours(map);
  addToolbar(map, group, tools);
  pressByKey(map);

  let asked = 0;
  /** Measure and explain what is on the map, and write it into the text. */
  async function refresh({ remember = true } = {}) {
    const geometry = geometryOf(group);
    if (remember) history.push(geometry);
    part("undo").disabled = !history.canUndo;
    if (!geometry) {
      text.value = "";
      return tell({ words: "" });
    }
    const mine = ++asked;
    const answer = await ask(root, JSON.stringify(geometry));
    if (mine !== asked) return; // a newer drawing is on its way
    if (answer.coordinates) text.value = answer.coordinates;
    tell(answer);
  }

  function tell({ words = "", error = "", fault = "", offer = "", repaired = "" }) {
    part("size").textContent = words;
    part("fault").textContent = error || fault;
    part("fault").hidden = !(error || fault);
    part("repair").hidden = !offer;
    part("repair").querySelector(".kern-label").textContent = offer;
    part("repair").dataset.repaired = repaired;
  }

  /** Bring a text onto the map; true when it could be read. */
  async function take(shape, { remember = true } = {}) {
    const answer = await ask(root, shape);
    if (!answer.geojson) {
      tell(answer);
      return false;
    }
    showGeometry(group, JSON.parse(answer.geojson));
    if (remember) history.push(geometryOf(group));
    part("undo").disabled = !history.canUndo;
    text.value = answer.coordinates;
    tell(answer);
    return true;
  }

  const look = () => group.getLayers().length && map.fitBounds(group.getBounds(), { maxZoom: 17, padding: [40, 40] });

  const watch = (layer) => layer.on(EDITED.join(" "), () => refresh());
  group.on("layeradd", ({ layer }) => watch(layer));
  map.on("pm:create", ({ layer }) => {
    // A single point or line takes the place of what was there before; areas add up with areas.
    const isArea = (other) => other instanceof L.Polygon;
    for (const old of group.getLayers()) {
      if (old !== layer && !(isArea(old) && isArea(layer))) group.removeLayer(old);
    }
    group.addLayer(layer);
    refresh();
  });
  map.on("pm:cut", ({ layer, originalLayer }) => {
    group.removeLayer(originalLayer);
    if (layer && geometryOf(L.featureGroup([layer]))) group.addLayer(layer);
    refresh();
  });
  map.on("pm:remove", ({ layer }) => {
    group.removeLayer(layer);
    refresh();
  });

  part("undo").addEventListener("click", async () => {
    map.pm.disableGlobalEditMode();
    showGeometry(group, history.undo());
    await refresh({ remember: false });
  });
  part("apply").addEventListener("click", async () => (await take(text.value)) && look());
  part("repair").addEventListener("click", () => take(part("repair").dataset.repaired));

  if (text.value.trim()) {
    // What was typed wrongly and came back stays in the field; only the map remains as it was.
    history.push(null);
    if (await take(text.value)) history.states.shift();
    part("undo").disabled = !history.canUndo;
    look();
  } else {
    history.push(null);
    if (neighbours && (root.dataset.fit || !config.centre)) map.fitBounds(neighbours.getBounds());
  }
  root.dataset.ready = "yes";
}

function openMap(element, config) {
  const [lon, lat] = config.centre ?? [13.3, 51.0];
  const map = L.map(element, { center: [lat, lon], zoom: config.zoom ?? 14, attributionControl: true });
  map.attributionControl.setPrefix(false);
  if (config.basemap) {
    L.tileLayer(config.basemap.url, {
      attribution: config.basemap.attribution,
      maxZoom: config.basemap.max_zoom ?? 19,
      className: "base-map",
    }).addTo(map);
  }
  L.control.scale({ imperial: false }).addTo(map);
  return map;
}

/** Other plans and the town's boundaries: to see, and to snap to; never edited here. */
function showNeighbours(map) {
  const stored = document.getElementById("drawing-neighbours");
  const collection = stored ? JSON.parse(stored.textContent) : { features: [] };
  if (!collection.features.length) return null;
  return L.geoJSON(collection, {
    pmIgnore: true,
    snapIgnore: false,
    interactive: false,
    style: ({ properties }) => ({
      color: "#4b5a55",
      weight: properties.kind === "district" ? 1 : 2,
      dashArray: "6 4",
      fillOpacity: properties.kind === "plan" ? 0.08 : 0,
    }),
  }).addTo(map);
}
