/** The form beside the map: layers, filters and time. It works without this script; with it, changes apply at once. */

/** Reads and watches the form `id`; `changed()` is called after each change. Without a form everything is shown. */
export class Panel {
  constructor(id, changed) {
    this.form = id ? document.getElementById(id) : null;
    if (!this.form) return;
    this.form.classList.add("is-live");
    this.form.addEventListener("change", () => changed());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      changed();
    });
  }

  /** The layers of `all` that are switched on. */
  chosen(all) {
    if (!this.form) return all;
    const on = new FormData(this.form).getAll("layer");
    return all.filter((layer) => on.includes(layer.name));
  }

  /** The filters of one layer, as its data address takes them. */
  filtersOf(layer) {
    const query = new URLSearchParams();
    if (!this.form) return query;
    for (const [name, value] of new FormData(this.form)) {
      if (value && name.startsWith(`${layer.name}.`)) query.append(name.slice(layer.name.length + 1), value);
    }
    const since = this.form.elements.days?.selectedOptions[0]?.dataset.since;
    if (since) query.set("since", since);
    return query;
  }

  /** Sorts the list by nearness to a place that was looked for; the device's own position never gets here. */
  near({ label, lon, lat }) {
    if (!this.form) return;
    for (const [name, value] of Object.entries({ lon: lon.toFixed(6), lat: lat.toFixed(6), ort: label })) {
      let field = this.form.elements[name];
      if (!field) {
        field = Object.assign(document.createElement("input"), { type: "hidden", name });
        this.form.append(field);
      }
      field.value = value;
    }
  }

  /** The form's state for the address bar: nothing that is at its default. */
  query() {
    const query = new URLSearchParams();
    if (!this.form) return query;
    const boxes = [...this.form.querySelectorAll("input[name=layer]")];
    const every = boxes.every((box) => box.checked);
    for (const [name, value] of new FormData(this.form)) {
      if (value && !(name === "layer" && every)) query.append(name, value);
    }
    return query;
  }
}
