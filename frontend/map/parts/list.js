/** The list beside the map: follows the view, shows which marker an entry belongs to. */
import L from "leaflet";

/** Where an entry's thing is: the map may draw counts only, and still has to point there. */
function placeOf(entry) {
  const [lon, lat] = (entry.dataset.at ?? "").split(",").map(Number);
  return Number.isFinite(lat) ? L.latLng(lat, lon) : null;
}

/** Keeps the element `[data-map-list]` in step; `highlight(key, on, at)` is told what is looked at and where it is. */
export class FeatureList {
  #asked;

  constructor(element, highlight) {
    this.element = element;
    for (const [event, on] of [
      ["mouseover", true],
      ["mouseout", false],
      ["focusin", true],
      ["focusout", false],
    ]) {
      element.addEventListener(event, ({ target }) => {
        const entry = target.closest("[data-feature]");
        if (entry) highlight(entry.dataset.feature, on, placeOf(entry));
      });
    }
  }

  /** Fetches the entries of a box; the list that is there stays when that fails. */
  async follow(query, bbox) {
    this.#asked?.abort();
    this.#asked = new AbortController();
    query.set("bbox", bbox);
    this.element.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${this.element.dataset.mapList}?${query}`, { signal: this.#asked.signal });
      if (answer.ok && !this.element.contains(document.activeElement)) this.element.innerHTML = await answer.text();
      this.element.removeAttribute("aria-busy");
    } catch (error) {
      if (error.name !== "AbortError") this.element.removeAttribute("aria-busy");
    }
  }

  /** Returns the entries that are shown: `{key, at}`; `at` is null where an entry does not say it. */
  entries() {
    return [...this.element.querySelectorAll("[data-feature]")].map((entry) => ({
      key: entry.dataset.feature,
      at: placeOf(entry),
    }));
  }

  /** Marks the entry of a feature while its marker is looked at. */
  highlight(key, on) {
    this.element.querySelector(`[data-feature="${CSS.escape(key)}"]`)?.classList.toggle("is-highlighted", on);
  }
}
