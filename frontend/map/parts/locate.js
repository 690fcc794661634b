/** "Locate me" and "whole town": two buttons on the map. The place stays in the browser. */
import L from "leaflet";
import { say } from "./setup.js";

/** Adds the buttons; `found(latlng, metres)` is told the place and how exact it is, `status` says what went wrong. */
export function locateControl(map, { icons, words, status, found }) {
  let ring;
  const bar = L.control({ position: "topright" });
  bar.onAdd = () => {
    const box = L.DomUtil.create("div", "leaflet-bar map-buttons");
    L.DomEvent.disableClickPropagation(box);
    if (found !== false) box.append(button("home", words.whole_town, () => map.fitBounds(map.townBounds)));
    if ("geolocation" in navigator) box.append(button("locate", words.locate, locate));
    return box;
  };
  bar.addTo(map);

  function button(icon, name, action) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "map-button";
    element.title = name;
    element.setAttribute("aria-label", name);
    element.style.setProperty("--drawing", `url("${icons}${icon}.svg")`);
    element.addEventListener("click", action);
    return element;
  }

  function locate() {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const at = L.latLng(coords.latitude, coords.longitude);
        if (!map.townBounds.pad(1).contains(at)) {
          status.textContent = words.outside;
          return;
        }
        ring?.remove();
        ring = L.circle(at, { radius: coords.accuracy, className: "map-here", interactive: false }).addTo(map);
        map.setView(at, Math.max(map.getZoom(), 16));
        status.textContent = say(words.located, { n: Math.round(coords.accuracy) });
        if (found) found(at, coords.accuracy);
      },
      () => {
        status.textContent = words.locate_denied;
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
    );
  }
}
