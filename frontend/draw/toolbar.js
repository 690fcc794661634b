/** Geoman's toolbar: only the tools that the page asks for, in German, and named for screen readers. */
import { DRAWN } from "./shapes.js";

const L = window.L;

const OPTIONS = {
  position: "topleft",
  drawMarker: false,
  drawCircleMarker: false,
  drawPolyline: false,
  drawRectangle: false,
  drawPolygon: false,
  drawCircle: false,
  drawText: false,
  rotateMode: false,
  editMode: true,
  dragMode: true,
  cutPolygon: false,
  removalMode: true,
};

const WORDS = {
  buttonTitles: {
    drawMarkerButton: "Punkt setzen",
    drawLineButton: "Linie zeichnen",
    drawPolyButton: "Fläche zeichnen",
    drawRectButton: "Rechteck zeichnen",
    editButton: "Eckpunkte bearbeiten",
    dragButton: "Gezeichnetes verschieben",
    cutButton: "Loch ausschneiden",
    deleteButton: "Gezeichnetes löschen",
  },
  actions: {
    finish: "Fertig",
    cancel: "Abbrechen",
    removeLastVertex: "Letzten Eckpunkt entfernen",
  },
};

/** tools: words out of "marker", "line", "polygon". */
export function addToolbar(map, group, tools) {
  map.pm.setLang("de", WORDS, "de");
  map.pm.setGlobalOptions({
    layerGroup: group,
    snappable: true,
    snapDistance: 15,
    allowSelfIntersection: true, // drawn faults are explained with their place, not silently prevented
    continueDrawing: false,
    pathOptions: DRAWN,
    templineStyle: { color: DRAWN.color },
    hintlineStyle: { color: DRAWN.color, dashArray: "5 5" },
  });
  const areas = tools.includes("polygon");
  map.pm.addControls({
    ...OPTIONS,
    drawMarker: tools.includes("marker"),
    drawPolyline: tools.includes("line"),
    drawPolygon: areas,
    drawRectangle: areas,
    cutPolygon: areas,
  });
  nameButtons(map);
}

/** Geoman writes a title on the frame; the button itself needs the name, and whether it is pressed. */
function nameButtons(map) {
  const name = () => {
    for (const frame of map.getContainer().querySelectorAll(".leaflet-pm-toolbar .button-container")) {
      const button = frame.querySelector(".leaflet-buttons-control-button");
      const title = frame.getAttribute("title") || button?.getAttribute("title");
      if (button && title) {
        button.setAttribute("aria-label", title);
        button.setAttribute("aria-pressed", String(frame.classList.contains("active")));
        button.title = title;
      }
    }
  };
  name();
  const watcher = new MutationObserver(name);
  for (const bar of map.getContainer().querySelectorAll(".leaflet-pm-toolbar")) {
    watcher.observe(bar, { subtree: true, attributes: true, attributeFilter: ["class"] });
  }
}

/** Space and Enter press a focused tool, as they press any button. */
export function pressByKey(map) {
  map.getContainer().addEventListener("keydown", (event) => {
    const button = event.target.closest?.(".leaflet-pm-toolbar a[role=button]");
    if (button && (event.key === " " || event.key === "Enter")) {
      event.preventDefault();
      L.DomEvent.stopPropagation(event);
      button.click();
    }
  });
}
