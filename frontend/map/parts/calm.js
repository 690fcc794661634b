/** Who asks the system for less motion gets maps that jump instead of gliding; imported before the first map starts. */
import L from "leaflet";

const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

if (calm.matches) {
  L.Map.mergeOptions({ zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false });
  // Panning has no option of its own: every pan of Leaflet's goes through this one.
  const { panBy } = L.Map.prototype;
  L.Map.include({
    panBy(offset, options) {
      return panBy.call(this, offset, { ...options, animate: false });
    },
  });
}
