/** Loads what the layers show in the present view; one request a layer, cut to whole tiles so that panning is cheap. */
import L from "leaflet";

const TILE_PX = 256;

/** Returns the view as "w,s,e,n" widened to whole tiles: small moves ask nothing new. */
function wideBox(map) {
  const bounds = map.getPixelBounds();
  const low = bounds.min.divideBy(TILE_PX).floor().multiplyBy(TILE_PX);
  const high = bounds.max.divideBy(TILE_PX).ceil().multiplyBy(TILE_PX);
  return boxText(L.latLngBounds(map.unproject(low), map.unproject(high)));
}

/** Returns bounds as "w,s,e,n" with six decimals. */
export function boxText(bounds) {
  return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((n) => n.toFixed(6)).join(",");
}

/** Loads layers; an older question that is still under way is given up. */
export class Source {
  #asked;

  /**
   * `only`: ids beside which nothing is shown; `internal`: ask as staff; `detail`: address of a feature's desk page;
   * `listed`: the query of the desk's list, beside which nothing is shown either.
   */
  constructor({ only, internal, detail, listed }) {
    Object.assign(this, { only, internal: internal !== undefined, detail, listed });
  }

  /** Resolves to items `{key, layer, at, count, feature?, shape?}`; rejects when a layer cannot be loaded. */
  async load(map, layers, filtersOf) {
    this.#asked?.abort();
    this.#asked = new AbortController();
    const { signal } = this.#asked;
    const zoom = Math.round(map.getZoom());
    const bbox = wideBox(map);
    if (this.only === "") return [];
    const loaded = await Promise.all(
      layers
        .filter((layer) => zoom >= layer.min_zoom)
        .map(async (layer) => {
          const query = filtersOf(layer);
          if (this.only) query.set("ids", this.only);
          else query.set("bbox", bbox);
          if (this.listed !== undefined) query.set("list", this.listed);
          query.set("zoom", zoom);
          const answer = await fetch(`${this.internal ? "/intern" : ""}${layer.data}?${query}`, { signal });
          if (!answer.ok) throw new Error(`${layer.name}: ${answer.status}`);
          const data = await answer.json();
          return data.features.map((feature, index) => item(layer, feature, index, this.detail));
        }),
    );
    return loaded.flat();
  }
}

function item(layer, feature, index, detail) {
  const { count } = feature.properties;
  const [lon, lat] = feature.properties.anchor ?? feature.geometry.coordinates;
  const at = L.latLng(lat, lon);
  if (count) return { key: `${layer.name}/cell-${index}`, layer, at, count };
  if (detail) feature.properties.url = detail.replace("000000000000", feature.id);
  const shape = feature.geometry.type === "Point" ? null : feature.geometry;
  return { key: `${layer.name}/${feature.id}`, layer, at, count: 1, feature, shape };
}
