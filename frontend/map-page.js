/** The map page's view switch on small screens; map, filters and list are wired by map/map.js. */
const page = document.querySelector("[data-map-page]");
const views = page?.querySelectorAll("button[data-view]") ?? [];
const filters = page?.querySelector("[data-map-filters]");

page?.classList.add("has-map");
if (filters && matchMedia("(min-width: 64rem)").matches && innerHeight > 900) filters.open = true;
for (const button of views) {
  button.addEventListener("click", () => {
    page.dataset.view = button.dataset.view;
    for (const other of views) other.setAttribute("aria-pressed", String(other === button));
    // Leaflet measures its frame again.
    window.dispatchEvent(new Event("resize"));
  });
}
