/** Maps for showing a place: `{% pin_input form %}`. Tap, drag, arrow keys, address, numbers: all set the same pin. */
import L from "leaflet";
import { locateControl } from "./parts/locate.js";
import { sign } from "./parts/markers.js";
import { placeSearch } from "./parts/place-search.js";
import { onMaps, say } from "./parts/setup.js";

const STEP_M = 10;
const FINE_STEP_M = 1;
const ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };

// Without this script the frame stays hidden; it must be seen before Leaflet measures it.
for (const frame of document.querySelectorAll("[data-pin]")) frame.hidden = false;

onMaps("[data-pin]", (frame, map, config, words) => {
  const { icons } = frame.dataset;
  const lonField = document.getElementById(frame.dataset.lonField);
  const latField = document.getElementById(frame.dataset.latField);
  const accuracyField = lonField.form?.elements.namedItem("accuracy_m");
  const addressField = document.getElementById(frame.dataset.addressField);
  const place = document.querySelector(`[data-pin-place="${map.getContainer().id}"]`);
  const crosshair = document.createElement("div");
  crosshair.className = "pin-crosshair";
  crosshair.setAttribute("aria-hidden", "true");
  map.getContainer().append(crosshair);
  map.keyboard.disable();
  let pin;
  let timer;

  function put(at, { look = true, name = "" } = {}) {
    const point = L.latLng(at.lat, at.lng);
    if (!pin) {
      const icon = L.divIcon({
        html: sign(icons, { colour: "#a2431f", icon: "pin" }),
        className: "map-marker map-marker--pin",
        iconSize: [52, 52],
        iconAnchor: [26, 50],
      });
      pin = L.marker(point, { icon, draggable: true, autoPan: true, keyboard: false }).addTo(map);
      pin.getElement().setAttribute("aria-label", words.pin_marker);
      pin.getElement().setAttribute("role", "img");
      pin.on("dragend", () => put(pin.getLatLng(), { look: false }));
    }
    pin.setLatLng(point);
    crosshair.hidden = true;
    if (look) map.panInside(point, { padding: [60, 60] });
    if (accuracyField && lonField.value !== point.lng.toFixed(6)) accuracyField.value = "";
    set(lonField, point.lng.toFixed(6));
    set(latField, point.lat.toFixed(6));
    clearTimeout(timer);
    if (name) place.textContent = say(words.pin, { place: name });
    timer = setTimeout(describe, name ? 0 : 250);
  }

  function unset() {
    pin?.remove();
    pin = undefined;
    crosshair.hidden = false;
    set(lonField, "");
    set(latField, "");
    place.textContent = words.pin_unset;
  }

  /** Says in words where the pin stands, and offers them as the address. */
  async function describe() {
    if (!pin) return;
    const { lat, lng } = pin.getLatLng();
    try {
      const answer = await fetch(
        `${frame.dataset.nearest}?${new URLSearchParams({ lon: lng.toFixed(6), lat: lat.toFixed(6) })}`,
      );
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.error);
      if (!pin?.getLatLng().equals([lat, lng])) return; // meanwhile it was moved or taken away
      place.textContent = found.inside ? say(words.pin, { place: found.label }) : words.outside;
      place.classList.toggle("is-outside", !found.inside);
      if (addressField && document.activeElement !== addressField) addressField.value = found.inside ? found.label : "";
    } catch {
      place.textContent = say(words.pin, { place: `${lat.toFixed(5)}, ${lng.toFixed(5)}` });
    }
    frame.dispatchEvent(new CustomEvent("pin:moved", { bubbles: true, detail: { lon: lng, lat } }));
  }

  function step(event) {
    const arrow = ARROWS[event.key];
    if (event.target !== map.getContainer()) return;
    if (arrow) {
      event.preventDefault();
      const from = pin ? pin.getLatLng() : map.getCenter();
      const metres = event.shiftKey ? FINE_STEP_M : STEP_M;
      const north = metres / 111_320;
      put({
        lat: from.lat + arrow[1] * north,
        lng: from.lng + (arrow[0] * north) / Math.cos((from.lat * Math.PI) / 180),
      });
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      put(map.getCenter());
    } else if (event.key === "+" || event.key === "-") {
      map.setZoom(map.getZoom() + (event.key === "+" ? 1 : -1));
    }
  }

  map.on("click", ({ latlng }) => put(latlng));
  map.getContainer().addEventListener("keydown", step);
  locateControl(map, {
    icons,
    words,
    status: place,
    found: (at, accuracy) => {
      put(at);
      // How exact the device is: near a border of responsibility the form asks which side it is.
      if (accuracyField) accuracyField.value = Math.round(accuracy);
    },
  });
  if (addressField) {
    placeSearch(addressField, {
      url: frame.dataset.search,
      words,
      choose: ({ label, lon, lat }) => {
        map.setView([lat, lon], 18);
        put({ lat, lng: lon }, { name: label });
      },
    });
    // New words mean a new place: the old one must not be sent with them.
    addressField.addEventListener("input", unset);
  }
  for (const field of [lonField, latField]) {
    field.addEventListener("change", () => {
      const [lon, lat] = [lonField, latField].map((f) => Number(f.value.replace(",", ".")));
      if (lonField.value && latField.value && Number.isFinite(lon) && Number.isFinite(lat) && Math.abs(lat) < 85) {
        put({ lat, lng: lon });
        map.setView([lat, lon], Math.max(map.getZoom(), 16));
      }
    });
  }

  const [lon, lat] = [lonField, latField].map((field) => Number(field.value.replace(",", ".")));
  if (lonField.value && latField.value && Number.isFinite(lon) && Number.isFinite(lat)) {
    map.setView([lat, lon], 17, { animate: false });
    put({ lat, lng: lon }, { look: false });
  } else {
    map.setView([config.centre[1], config.centre[0]], 15, { animate: false });
    place.textContent = words.pin_unset;
  }
});

/** Sets a field as if it had been typed, for other scripts that listen, without starting a circle. */
function set(field, value) {
  if (field.value !== value) field.value = value;
}
