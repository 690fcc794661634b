/** Markers in the DOM: reachable by keyboard, named for screen readers, gathered where they would cover each other. */
import L from "leaflet";
import { say } from "./setup.js";

const NEAR_PX = 54;
/** From this zoom on markers may touch, but each leaves room for a finger tip (WCAG 2.2, 2.5.8). */
const APART_FROM = 17;
const LEAST_PX = 28;
const LEAST_TARGET_PX = 24;

/** Returns the drawn sign of a feature: colour and drawing come from the layer's declaration. */
export function sign(icons, { colour, icon }) {
  const drop = document.createElement("span");
  drop.className = "map-sign";
  drop.style.setProperty("--colour", colour);
  drop.style.setProperty("--drawing", `url("${icons}${icon || "pin"}.svg")`);
  return drop;
}

/**
 * Gathers items `{at: LatLng, count}` that lie closer than a finger is wide. Groups stand at the middle of their items
 * and are joined until none covers another; the same items make the same groups.
 */
function gather(map, items) {
  const near = map.getZoom() >= APART_FROM ? LEAST_PX : NEAR_PX;
  let groups = items.map((item) => ({ ...map.project(item.at), items: [item], count: item.count }));
  for (let joined = true; joined; ) {
    joined = false;
    const kept = [];
    for (const group of groups) {
      const other = kept.find((candidate) => Math.hypot(candidate.x - group.x, candidate.y - group.y) < near);
      if (!other) {
        kept.push(group);
        continue;
      }
      const share = group.count / (group.count + other.count);
      other.x += (group.x - other.x) * share;
      other.y += (group.y - other.y) * share;
      other.items.push(...group.items);
      other.count += group.count;
      joined = true;
    }
    groups = kept;
  }
  return groups;
}

/** The markers of a map: `draw(items)` replaces them, keeping the focus where it was. */
export class Markers {
  constructor(map, { icons, words, open, list }) {
    Object.assign(this, { map, icons, words, open, list });
    this.group = L.layerGroup().addTo(map);
    this.byFeature = new globalThis.Map();
    this.counted = [];
    map.on("moveend popup:shown popup:gone", () => requestAnimationFrame(() => this.#reach()));
  }

  draw(items) {
    const focused = document.activeElement?.closest?.(".leaflet-marker-icon")?.dataset.key;
    this.group.clearLayers();
    this.byFeature.clear();
    this.counted = [];
    this.spot?.remove();
    const names = new globalThis.Map();
    for (const gathered of gather(this.map, items)) {
      const single = gathered.items.length === 1 && gathered.items[0].feature;
      const marker = single ? this.#single(gathered.items[0], names) : this.#cluster(gathered, names);
      for (const item of gathered.items) if (item.feature) this.byFeature.set(item.key, marker);
      if (gathered.items.some((item) => !item.feature)) this.counted.push({ x: gathered.x, y: gathered.y, marker });
      if (focused && marker.getElement()?.dataset.key === focused) marker.getElement().focus({ preventScroll: true });
    }
    this.#reach();
    if (this.looked) this.highlight(this.looked.key, true, this.looked.at);
  }

  /** A marker out of sight, or mostly under a popup or a control, is no stop for the tab key and no target. */
  #reach() {
    const container = this.map.getContainer();
    const view = container.getBoundingClientRect();
    const above = [...container.querySelectorAll(".leaflet-popup-content-wrapper, .leaflet-bar")].map((e) =>
      e.getBoundingClientRect(),
    );
    for (const element of this.map.getPanes().markerPane.children) {
      if (element === document.activeElement) continue;
      const box = element.getBoundingClientRect();
      const spare = box.width - LEAST_TARGET_PX;
      const inner = {
        left: box.left + spare,
        right: box.right - spare,
        top: box.top + spare,
        bottom: box.bottom - spare,
      };
      if (inner.left > inner.right)
        [inner.left, inner.right, inner.top, inner.bottom] = [inner.right, inner.left, inner.bottom, inner.top];
      element.inert = !touch(inner, view) || above.some((other) => touch(inner, other));
    }
  }

  /** Marks the marker of a feature (or the group it is in) while its entry in the list is looked at. */
  highlight(key, on, at = null) {
    this.looked = on ? { key, at } : null; // stays marked when the markers are drawn anew
    const marker = this.#markerOf(key, at);
    marker?.getElement()?.classList.toggle("is-highlighted", on);
    marker?.setZIndexOffset(on ? 1000 : 0);
    this.spot?.remove();
    // Where only counts are drawn, a spot says where in the crowd the thing is.
    if (on && at && !this.byFeature.has(key)) {
      const icon = L.divIcon({ className: "map-spot", iconSize: [16, 16] });
      this.spot = L.marker(at, { icon, keyboard: false, interactive: false, zIndexOffset: 2000 }).addTo(this.map);
      this.spot.getElement().setAttribute("aria-hidden", "true");
    }
  }

  /** Returns the marker of a feature: its own, its group's, or the count that stands nearest to its place. */
  #markerOf(key, at) {
    const own = this.byFeature.get(key);
    if (own || !at || !this.counted.length || !this.map.getBounds().contains(at)) return own;
    const { x, y } = this.map.project(at);
    const away = ({ x: left, y: top }) => Math.hypot(left - x, top - y);
    return this.counted.reduce((best, other) => (away(other) < away(best) ? other : best)).marker;
  }

  /** Marks the entries of all that a group or a count stands for while it is looked at. */
  #watchGroup(marker) {
    const tell = (on) => {
      for (const { key, at } of this.list?.entries() ?? [])
        if (this.#markerOf(key, at) === marker) this.list.highlight(key, on);
    };
    marker.on("mouseover", () => tell(true)).on("mouseout", () => tell(false));
    marker.getElement().addEventListener("focus", () => tell(true));
    marker.getElement().addEventListener("blur", () => tell(false));
  }

  #single(item, names) {
    const { layer, feature } = item;
    const { label, status_label: status, flag } = feature.properties;
    const marker = this.#add(item.at, sign(this.icons, feature.properties), {
      size: 40,
      className: flag ? "map-marker map-marker--flag" : "map-marker",
      key: item.key,
      name: unique([`${layer.title}: ${label}`, status, flag].filter(Boolean).join(", "), names),
    });
    marker.on("click", () => this.open([item], marker));
    for (const [event, on] of [
      ["mouseover", true],
      ["mouseout", false],
    ]) {
      marker.on(event, () => this.list?.highlight(item.key, on));
    }
    for (const [event, on] of [
      ["focus", true],
      ["blur", false],
    ]) {
      marker.getElement().addEventListener(event, () => this.list?.highlight(item.key, on));
    }
    return marker;
  }

  #cluster(gathered, names) {
    const middle = L.latLngBounds(gathered.items.map((item) => item.at));
    const bubble = document.createElement("span");
    bubble.className = "map-bubble";
    bubble.textContent = gathered.count > 999 ? `${Math.floor(gathered.count / 1000)}k` : gathered.count;
    const size = gathered.count > 99 ? 56 : gathered.count > 9 ? 48 : 42;
    const marker = this.#add(this.map.unproject(L.point(gathered.x, gathered.y)), bubble, {
      size,
      className: "map-cluster",
      key: `cluster-${gathered.items[0].key}`,
      name: unique(say(this.words.cluster, { n: gathered.count }), names),
    });
    this.#watchGroup(marker);
    marker.on("click", () => {
      const features = gathered.items.filter((item) => item.feature);
      const sameSpot = this.map.getZoom() >= APART_FROM || this.map.getZoom() >= this.map.getMaxZoom();
      if (sameSpot && features.length) this.open(features, marker);
      else if (middle.getNorthEast().distanceTo(middle.getSouthWest()) < 1)
        this.map.setView(middle.getCenter(), Math.min(this.map.getZoom() + 2, 18));
      else this.map.fitBounds(middle.pad(0.3), { maxZoom: Math.max(this.map.getZoom() + 1, APART_FROM) });
    });
    return marker;
  }

  #add(at, drawing, { size, className, key, name }) {
    const icon = L.divIcon({ html: drawing, className, iconSize: [size, size] });
    const marker = L.marker(at, { icon, keyboard: true, riseOnHover: true }).addTo(this.group);
    const element = marker.getElement();
    element.setAttribute("aria-label", name);
    element.dataset.key = key;
    // Leaflet gives the role of a button but not its keys.
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      marker.fire("click", { originalEvent: event });
    });
    return marker;
  }
}

function touch(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function unique(name, names) {
  const times = (names.get(name) ?? 0) + 1;
  names.set(name, times);
  return times === 1 ? name : `${name} (${times})`;
}
