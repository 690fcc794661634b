/**
 * Drawing an area on a map for reading: rectangle, shape, or what is in view. The area goes as "lon,lat lon,lat …" into
 * a field of a form, and the form is sent. The button for the view needs no pointer.
 */
import L from "leaflet";

const STYLE = { color: "#7a1fa2", weight: 3, fillOpacity: 0.08, interactive: false };
const MAX_CORNERS = 100;
const CLOSE_PX = 14;

/** `field` is a hidden input; its form is sent when an area is complete, or taken away. */
export function areaTools(map, { field, icons, words, status }) {
  let corners = [];
  let tool = null;
  let outline = null;
  const buttons = new globalThis.Map();
  const stored = read(field.value);
  if (stored.length) L.polygon(stored, STYLE).addTo(map);

  const bar = L.control({ position: "topleft" });
  bar.onAdd = () => {
    const box = L.DomUtil.create("div", "leaflet-bar map-buttons");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", words.area);
    L.DomEvent.disableClickPropagation(box);
    box.append(
      button("rectangle", words.area_rectangle),
      button("polygon", words.area_shape),
      button("view-frame", words.area_view),
    );
    if (field.value) box.append(button("close", words.area_none));
    return box;
  };
  bar.addTo(map);

  const actions = {
    rectangle: () => begin("rectangle", words.area_rectangle_how),
    polygon: () => begin("polygon", words.area_shape_how),
    "view-frame": () => send(frame(map.getBounds())),
    close: () => send([]),
  };

  function button(icon, name) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "map-button";
    element.title = name;
    element.setAttribute("aria-label", name);
    element.style.setProperty("--drawing", `url("${icons}${icon}.svg")`);
    element.addEventListener("click", () => actions[icon]());
    buttons.set(icon, element);
    return element;
  }

  function begin(name, how) {
    const again = tool === name;
    stop();
    if (again) return;
    tool = name;
    buttons.get(name).setAttribute("aria-pressed", "true");
    map.getContainer().classList.add("is-drawing");
    map.doubleClickZoom.disable();
    if (name === "rectangle") map.dragging.disable();
    status.textContent = how;
  }

  function stop() {
    for (const element of buttons.values()) element.removeAttribute("aria-pressed");
    map.getContainer().classList.remove("is-drawing");
    map.doubleClickZoom.enable();
    map.dragging.enable();
    outline?.remove();
    outline = null;
    corners = [];
    tool = null;
  }

  function show(points) {
    outline?.remove();
    outline = (points.length > 2 ? L.polygon(points, STYLE) : L.polyline(points, STYLE)).addTo(map);
  }

  // A rectangle is drawn by pulling, and by two taps where nothing can be pulled.
  map.on("mousedown", ({ latlng }) => {
    if (tool === "rectangle" && !corners.length) corners = [latlng];
  });
  map.on("mousemove", ({ latlng }) => {
    if (tool === "rectangle" && corners.length) show(frame(L.latLngBounds(corners[0], latlng)));
    if (tool === "polygon" && corners.length) show([...corners, latlng]);
  });
  map.on("mouseup", ({ latlng, containerPoint }) => {
    if (tool !== "rectangle" || !corners.length) return;
    const pulled = map.latLngToContainerPoint(corners[0]).distanceTo(containerPoint) > CLOSE_PX;
    if (pulled) send(frame(L.latLngBounds(corners[0], latlng)));
  });
  map.on("click", ({ latlng, containerPoint }) => {
    if (tool === "rectangle") {
      if (corners.length && map.latLngToContainerPoint(corners[0]).distanceTo(containerPoint) > CLOSE_PX) {
        send(frame(L.latLngBounds(corners[0], latlng)));
      } else if (!corners.length) corners = [latlng];
    } else if (tool === "polygon") {
      const closes = corners.length > 2 && map.latLngToContainerPoint(corners[0]).distanceTo(containerPoint) < CLOSE_PX;
      if (closes) return send(corners);
      if (corners.length < MAX_CORNERS) corners.push(latlng);
      show(corners);
      status.textContent = corners.length > 2 ? words.area_shape_end : words.area_shape_how;
    }
  });
  map.on("dblclick", () => tool === "polygon" && corners.length > 2 && send(corners));
  map.getContainer().addEventListener("keydown", (event) => {
    if (!tool) return;
    if (event.key === "Escape") {
      stop();
      status.textContent = "";
    } else if (event.key === "Enter" && tool === "polygon" && corners.length > 2 && !event.target.matches("button"))
      send(corners);
  });

  function send(points) {
    stop();
    field.value = points.map(({ lng, lat }) => `${lng.toFixed(6)},${lat.toFixed(6)}`).join(" ");
    field.form.requestSubmit();
  }
}

function frame(bounds) {
  return [bounds.getSouthWest(), bounds.getSouthEast(), bounds.getNorthEast(), bounds.getNorthWest()];
}

function read(text) {
  const points = text.split(" ").map((pair) => pair.split(",").map(Number));
  return points.every(([lon, lat]) => Number.isFinite(lon) && Number.isFinite(lat))
    ? points.map(([lon, lat]) => [lat, lon])
    : [];
}
