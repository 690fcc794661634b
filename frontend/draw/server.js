/** The server measures, explains and converts: sizes on the page are the database's, never the browser's. */

/** Ask about a drawing (GeoJSON or a list of coordinates); {error} when it is none or nobody answers. */
export async function ask(root, shape) {
  const body = new FormData();
  body.set("shape", shape);
  const token = root.closest("form")?.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
  try {
    const answer = await fetch(root.dataset.check, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": token },
      credentials: "same-origin",
    });
    return await answer.json();
  } catch {
    return { error: root.dataset.offline };
  }
}

/** Base map and place to begin with, as every map of the site has them. */
export async function configuration(address) {
  if (!address) return {};
  try {
    return await (await fetch(address)).json();
  } catch {
    return {};
  }
}
