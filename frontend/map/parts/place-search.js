/** Address search with suggestions: an editable combobox with a list (ARIA Authoring Practices, combobox pattern). */
import { say } from "./setup.js";

const WAIT_MS = 180;
let count = 0;

/** Makes an input suggest places; `choose(place)` gets `{label, detail, lon, lat}`. */
export function placeSearch(input, { url, words, choose }) {
  const id = `orte-${++count}`;
  const list = document.createElement("ul");
  list.id = id;
  list.className = "place-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent.trim() ?? "");
  list.hidden = true;
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  const frame = document.createElement("div");
  frame.className = "place-box";
  // Somebody may be typing already: moving the field takes the focus from it.
  const typing = document.activeElement === input && [input.selectionStart, input.selectionEnd];
  input.replaceWith(frame);
  frame.append(input, list, status);
  if (typing) {
    input.focus({ preventScroll: true });
    input.setSelectionRange(...typing);
  }
  for (const [name, value] of Object.entries({
    role: "combobox",
    autocomplete: "off",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": id,
  })) {
    input.setAttribute(name, value);
  }

  let places = [];
  let active = -1;
  let timer;
  let asked;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const pick = (place) => {
    input.value = place.detail ? `${place.label}, ${place.detail}` : place.label;
    close();
    choose(place);
  };
  const move = (to) => {
    active = (to + places.length) % places.length;
    for (const [index, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(index === active));
    }
    input.setAttribute("aria-activedescendant", `${id}-${active}`);
    list.children[active].scrollIntoView({ block: "nearest" });
  };
  const show = (found) => {
    places = found;
    active = -1;
    list.replaceChildren(
      ...found.map((place, index) => {
        const option = document.createElement("li");
        option.id = `${id}-${index}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.textContent = place.label;
        if (place.detail) {
          const detail = document.createElement("span");
          detail.textContent = ` ${place.detail}`;
          option.append(detail);
        }
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          pick(place);
        });
        return option;
      }),
    );
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    status.textContent = found.length ? say(words.search_found, { n: found.length }) : words.search_none;
  };
  const ask = async () => {
    asked?.abort();
    const text = input.value.trim();
    if (text.length < 2) {
      close();
      return;
    }
    asked = new AbortController();
    try {
      const answer = await fetch(`${url}?${new URLSearchParams({ q: text })}`, { signal: asked.signal });
      if (!answer.ok) throw new Error(answer.status);
      show((await answer.json()).places);
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = words.search_failed;
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask();
      else move(active + (event.key === "ArrowDown" ? 1 : -1) + (active < 0 && event.key === "ArrowUp" ? 1 : 0));
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      pick(places[Math.max(active, 0)]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  // An answer that comes when the reader is elsewhere must not lay its list over what is there.
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    asked?.abort();
    close();
  });
}
