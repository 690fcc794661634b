/**
 * The report that staff write down: the questions of a category come with its choice, on the same page. Without this
 * script a button asks for them, and so it does when they cannot be fetched.
 */
const form = document.querySelector("[data-staff-form]");
const category = form?.querySelector("select[name=category]");
const place = form?.querySelector("[data-questions]");

if (category && place) {
  const ask = form.querySelector("[data-questions-ask]");
  const told = form.querySelector("[data-questions-told]");
  let underWay;

  const bring = async () => {
    underWay?.abort();
    underWay = new AbortController();
    const { signal } = underWay;
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`?${new URLSearchParams({ category: category.value })}`, { signal });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-questions]");
      keepTyped(place, fresh);
      place.replaceChildren(...fresh.childNodes);
      ask.hidden = true;
      const n = countOf(place);
      told.textContent = !category.value
        ? ""
        : n === 0
          ? told.dataset.none
          : n === 1
            ? told.dataset.one
            : told.dataset.many.replace("{n}", n);
    } catch (error) {
      if (error.name === "AbortError") return;
      place.querySelector("[name=asked]").value = ""; // the server will ask
      ask.hidden = false;
    }
    place.removeAttribute("aria-busy");
  };
  category.addEventListener("change", bring);
  ask.hidden = true;
  // A browser that comes back to this page may have kept a category of which no question is there.
  if (category.value && place.querySelector("[name=asked]").value !== category.value) bring();
  form.dataset.ready = "yes";
}

/** Counts questions: a choice has several inputs of one name. */
function countOf(root) {
  return new Set([...root.querySelectorAll("[name^=frage_]")].map((input) => input.name)).size;
}

/** What was answered stays where the new category asks the same. */
function keepTyped(old, fresh) {
  for (const input of old.querySelectorAll("[name^=frage_]")) {
    for (const same of fresh.querySelectorAll(`[name="${CSS.escape(input.name)}"]`)) {
      if (input.type === "radio" || input.type === "checkbox") {
        if (same.value === input.value && input.checked) same.setAttribute("checked", "");
      } else if (input.value) same.setAttribute("value", input.value);
    }
  }
}
