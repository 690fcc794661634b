/** Control points of a drawing: a click on the picture and one on the map fill the numbers of the chosen row. */
const L = window.L;
const root = document.querySelector("[data-sheet-placing]");
const sheet = root.querySelector("[data-placing-sheet]");
const status = root.querySelector("[data-placing-status]");
const rows = [...root.querySelectorAll("[data-point]")];
const width = Number(sheet.dataset.width);
const height = Number(sheet.dataset.height);
const field = (row, name) => row.querySelector(`[name$="-${name}"]`);
const number = (input) => (input.value.trim() ? Number(input.value.replace(",", ".")) : NaN);
const signs = new globalThis.Map();
let map;
let chosen = rows.find((row) => !field(row, "column").value || !field(row, "east").value) ?? rows[0];

for (const name of ["help", "corners", "zoom"]) root.querySelector(`[data-placing-${name}]`).hidden = false;

function choose(row) {
  chosen = row;
  for (const other of rows) other.classList.toggle("is-chosen", other === row);
}

/** After a whole point the next free row is the chosen one. */
function fill(names, values) {
  for (const [index, name] of names.entries()) field(chosen, name).value = values[index];
  const label = chosen.querySelector("legend").textContent;
  status.textContent = `${label}: ${values.join(" / ")}`;
  draw();
  if (["column", "row", "east", "north"].every((name) => field(chosen, name).value)) {
    const next = rows.find((row) => !field(row, "column").value && !field(row, "east").value);
    if (next) choose(next);
  }
}

sheet.addEventListener("click", ({ clientX, clientY }) => {
  const box = sheet.getBoundingClientRect();
  const at = [((clientX - box.left) / box.width) * width, ((clientY - box.top) / box.height) * height];
  fill(
    ["column", "row"],
    [Math.min(Math.max(at[0], 0), width), Math.min(Math.max(at[1], 0), height)].map((value) => value.toFixed(1)),
  );
});

root.querySelector("[data-placing-corners] button").addEventListener("click", () => {
  [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ].forEach(([column, row], index) => {
    field(rows[index], "column").value = column;
    field(rows[index], "row").value = row;
  });
  choose(rows[0]);
  draw();
  field(rows[0], "east").focus();
});

const zoom = root.querySelector("[data-placing-zoom] button");
zoom.addEventListener("click", () => {
  const large = sheet.classList.toggle("is-large");
  zoom.setAttribute("aria-pressed", String(large));
});

for (const row of rows) {
  row.addEventListener("focusin", () => choose(row));
  row.addEventListener("input", draw);
}

/** Shows the points of all rows on the drawing, and those in degrees on the map. */
function draw() {
  for (const sign of sheet.querySelectorAll(".placing__sign")) sign.remove();
  rows.forEach((row, index) => {
    const [column, line] = [number(field(row, "column")), number(field(row, "row"))];
    if (column >= 0 && column <= width && line >= 0 && line <= height) {
      const sign = document.createElement("span");
      sign.className = "placing__sign";
      sign.textContent = index + 1;
      sign.setAttribute("aria-hidden", "true");
      sign.style.setProperty("inset-inline-start", `${(column / width) * 100}%`);
      sign.style.setProperty("inset-block-start", `${(line / height) * 100}%`);
      sheet.append(sign);
    }
    signs.get(row)?.remove();
    const [lon, lat] = [number(field(row, "east")), number(field(row, "north"))];
    if (map && Math.abs(lon) <= 180 && Math.abs(lat) <= 85) {
      const icon = L.divIcon({
        className: "placing__sign placing__sign--map",
        html: String(index + 1),
        iconSize: [26, 26],
      });
      signs.set(row, L.marker([lat, lon], { icon, keyboard: false, interactive: false }).addTo(map));
    }
  });
}

window.addEventListener("map:init", ({ detail }) => {
  map = detail.map;
  map.on("click", ({ latlng }) => fill(["east", "north"], [latlng.lng.toFixed(7), latlng.lat.toFixed(7)]));
  draw();
});

// What was being prepared is ready: only a fresh page has its tiles.
const reload = root.querySelector("[data-progress]");
if (!("progressDone" in reload.dataset)) {
  new MutationObserver(() => {
    const region = root.querySelector("[data-progress]");
    const link = region?.querySelector("[data-sheet-reload]");
    if (link) link.hidden = false;
  }).observe(root, { childList: true });
}

choose(chosen);
draw();
