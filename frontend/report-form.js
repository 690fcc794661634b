/** Comforts of the report form and its receipt. Everything works without this script. */

/** Typing filters the categories at once, instead of asking the server. */
const picker = document.querySelector("[data-picker]");
const search = document.querySelector("[data-picker-search]");
if (picker && search) {
  const input = search.querySelector("input[type=search]");
  const status = search.querySelector("[data-picker-status]");
  const empty = document.querySelector("[data-picker-empty]");
  search.querySelector("button").hidden = true;
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const group of picker.querySelectorAll("[data-group]")) {
      let inGroup = 0;
      for (const item of group.querySelectorAll("[data-words]")) {
        item.hidden = !words.every((word) => item.dataset.words.includes(word));
        if (!item.hidden) inGroup += 1;
      }
      group.hidden = inGroup === 0;
      shown += inGroup;
    }
    empty.hidden = shown > 0;
    status.textContent = words.length ? status.dataset.found.replace("#", shown) : "";
  };
  input.addEventListener("input", filter);
  search.addEventListener("submit", (event) => {
    event.preventDefault();
    picker.querySelector("[data-words]:not([hidden]) .pick")?.focus();
  });
  if (input.value) filter();
}

/** Copies the secret link; the button is there only where the browser can. */
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  if (!field || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    button.querySelector(".kern-label").textContent = button.dataset.copied;
  });
  field.addEventListener("focus", () => field.select());
}
