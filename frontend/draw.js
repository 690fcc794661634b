/** Pages on which somebody draws: every [data-drawing] becomes a map with tools (templates/geo/drawing.html). */
import "@geoman-io/leaflet-geoman-free";
import "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.css";
import "./draw/drawing.css";
import { startDrawing } from "./draw/component.js";

for (const root of document.querySelectorAll("[data-drawing]")) startDrawing(root);
