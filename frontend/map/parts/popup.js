/** What a marker says when it is opened; built from text nodes only, never from markup in data. */
import L from "leaflet";
import { sign } from "./markers.js";
import { say } from "./setup.js";

const day = new Intl.DateTimeFormat("de-DE", { dateStyle: "long" });

/** Returns a function that opens the popup for one or several items at a marker. */
export function popups(map, { icons, words }) {
  return (items, marker) => {
    const content = document.createElement("div");
    content.className = "map-popup";
    for (const item of items.slice(0, 12)) content.append(entry(item, icons, words));
    // On a phone the popup leaves room for the buttons at the map's right edge.
    const width = Math.min(300, map.getSize().x - 150);
    const popup = L.popup({
      minWidth: Math.min(220, width),
      maxWidth: width,
      maxHeight: 300,
      offset: [0, -12],
      autoPanPaddingTopLeft: [16, 56],
      autoPanPaddingBottomRight: [68, 24],
    })
      .setLatLng(marker.getLatLng())
      .setContent(content);
    const key = marker.getElement().dataset.key;
    popup.on("add", () => {
      const close = popup.getElement().querySelector(".leaflet-popup-close-button");
      close?.setAttribute("aria-label", words.close);
      popup.getElement().setAttribute("role", "dialog");
      popup.getElement().setAttribute("aria-label", items[0].feature.properties.label);
      (content.querySelector("a") ?? close)?.focus({ preventScroll: true });
      popup.getElement().addEventListener("keydown", (event) => {
        if (event.key === "Escape") map.closePopup(popup);
      });
      map.fire("popup:shown");
    });
    popup.on("remove", () => {
      map.fire("popup:gone");
      // The marker may have been drawn anew since.
      const markers = [...map.getPanes().markerPane.children];
      markers.find((element) => element.dataset.key === key)?.focus({ preventScroll: true });
    });
    popup.openOn(map);
  };
}

function entry({ layer, feature }, icons, words) {
  const { label, status_label: status, url, changed, flag } = feature.properties;
  const part = document.createElement("div");
  part.className = "map-popup__entry";
  part.append(sign(icons, feature.properties));
  const text = document.createElement("div");
  part.append(text);
  const add = (tag, className, words_) => {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = words_;
    text.append(element);
    return element;
  };
  add("p", "map-popup__kind", layer.title);
  if (url) {
    add("a", "map-popup__title", label).href = url;
  } else {
    add("p", "map-popup__title", label);
  }
  const facts = [flag, status, changed && say(words.changed, { date: day.format(new Date(changed)) })].filter(Boolean);
  if (facts.length) add("p", "map-popup__facts", facts.join(" · "));
  if (url) {
    const more = add("a", "map-popup__more", words.details);
    more.href = url;
    more.setAttribute("aria-hidden", "true");
    more.tabIndex = -1;
  }
  return part;
}
