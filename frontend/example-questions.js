/** Choosing a category asks its questions at once. Without this script they come when the form is sent. */
const category = document.querySelector("select[name=category]");
let asking;
category?.addEventListener("change", async () => {
  asking?.abort();
  asking = new AbortController();
  const address = new URL(window.location.pathname, window.location.origin);
  address.search = new URLSearchParams({ category: category.value, fragen: "1" });
  try {
    const answer = await fetch(address, { signal: asking.signal });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const questions = page.querySelector("[data-example-questions]");
    if (questions) document.querySelector("[data-example-questions]").replaceChildren(...questions.childNodes);
  } catch {
    // Then they come when the form is sent.
  }
});
