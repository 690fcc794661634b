/**
 * The inbox: keys that move through the list, and how many reports are ticked. Everything works without this script.
 * The keys can be switched off (WCAG 2.1.4), act only while the list is looked at, and never while somebody types.
 */
const form = document.querySelector("[data-inbox]");
const list = form?.querySelector(".inbox");
const SWITCH = "inbox-keys";

if (list) {
  const rows = [...list.querySelectorAll(".inbox__row")];
  const boxes = rows.map((row) => row.querySelector("input[type=checkbox]"));
  const all = form.querySelector("[data-tick-all]");
  const found = form.querySelector("[data-all-found]");
  const told = form.querySelector("[data-ticked]");
  const bar = form.querySelector("[data-bar]");

  const count = () => {
    const n = boxes.filter((box) => box.checked).length;
    const everything = found?.checked;
    told.textContent = everything
      ? told.dataset.everything
      : n === 0
        ? told.dataset.none
        : n === 1
          ? told.dataset.one
          : told.dataset.many.replace("{n}", n);
    bar.classList.toggle("is-active", Boolean(n || everything));
    if (all) {
      all.checked = n === boxes.length;
      all.indeterminate = n > 0 && n < boxes.length;
    }
    for (const [index, row] of rows.entries())
      row.classList.toggle("is-ticked", boxes[index].checked || Boolean(everything));
  };
  all?.closest("[hidden]")?.removeAttribute("hidden");
  all?.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  form.addEventListener("change", count);
  window.addEventListener("pageshow", count);
  count();
  keys(rows);
}

function keys(rows) {
  const box = document.querySelector("[data-keys-switch]");
  const help = document.querySelector("[data-keys-help]");
  if (!box) return;
  box.closest("[hidden]")?.removeAttribute("hidden");
  box.checked = read() !== "off";
  box.addEventListener("change", () => keep(box.checked ? "on" : "off"));
  const link = (row) => row.querySelector("h2 a");
  const here = () => rows.findIndex((row) => row.contains(document.activeElement));
  const go = (step) => {
    const now = here();
    const next = now < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, now + step));
    link(rows[next]).focus();
    rows[next].scrollIntoView({ block: "nearest" });
  };
  const actions = {
    j: () => go(1),
    k: () => go(-1),
    x: () => rows[here()]?.querySelector("input[type=checkbox]")?.click(),
    "?": () => {
      help.open = !help.open;
      if (help.open) help.querySelector("summary").focus();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const writes = event.target.closest(
      "textarea, select, input:not([type=checkbox]), [contenteditable], .leaflet-container",
    );
    if (writes || !actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  });
}

function read() {
  try {
    return localStorage.getItem(SWITCH);
  } catch {
    return null;
  }
}

function keep(value) {
  try {
    localStorage.setItem(SWITCH, value);
  } catch {
    // The switch then holds until the page is left.
  }
}
