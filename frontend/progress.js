/** Keeps a page about work in progress current: fetches it again every two seconds until the work is done. */
const PAUSE_MS = 2000;

async function renew() {
  const region = document.querySelector("[data-progress]");
  if (!region || "progressDone" in region.dataset) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-progress]");
    if (answer.ok && fresh) region.replaceWith(document.adoptNode(fresh));
  } catch {
    // Offline for a moment: the next round asks again.
  }
  setTimeout(renew, PAUSE_MS);
}

setTimeout(renew, PAUSE_MS);
