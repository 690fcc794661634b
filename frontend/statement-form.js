/**
 * The words of a statement are kept in this browser while they are typed, until the statement is sent. Only the words:
 * names and addresses of people do not stay behind on a shared computer.
 */
const PREFIX = "stellungnahme:";

/** Storage may be forbidden or full; the server keeps what is sent to it in any case. */
function attempt(work) {
  try {
    return work(window.localStorage);
  } catch {
    return null;
  }
}

const form = document.querySelector("form[data-statement]");
if (form) {
  const key = PREFIX + form.dataset.statement;
  const text = form.elements.namedItem("text");
  const kept = attempt((storage) => storage.getItem(key));
  if (kept && !text.value.trim()) {
    text.value = kept;
    form.querySelector("[data-statement-restored]").hidden = false;
  }
  form.dataset.ready = "yes";
  text.addEventListener("input", () => attempt((storage) => storage.setItem(key, text.value)));
}

const sent = document.querySelector("[data-statement-sent]");
if (sent) attempt((storage) => storage.removeItem(PREFIX + sent.dataset.statementSent));
