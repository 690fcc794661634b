/** Rectangles on a photo, drawn with a pointer or moved with keys. The numbers below are the truth: they are what is sent. */

const EDGES = ["left", "top", "width", "height"];
const STEP = 1;
const SMALLEST = 0.5;

class Cover {
  constructor(root) {
    this.stage = root.querySelector("[data-cover-stage]");
    this.rows = root.querySelector("[data-cover-rows]");
    this.template = root.querySelector("[data-cover-row]");
    this.status = root.querySelector("[data-cover-status]");
    this.total = root.querySelector("[name$=TOTAL_FORMS]");
    this.most = Number(root.querySelector("[name$=MAX_NUM_FORMS]").value);
    this.boxes = new Map();
    const add = root.querySelector("[data-cover-add]");
    add.hidden = false;
    add.addEventListener("click", () => this.addRow({ left: 40, top: 40, width: 20, height: 20 })?.focus());
    this.rows.addEventListener("input", (event) => this.show(event.target.closest(".cover__row")));
    this.stage.addEventListener("pointerdown", (event) => this.draw(event));
    for (const row of this.rows.children) this.show(row);
  }

  inputs(row) {
    return Object.fromEntries(EDGES.map((edge) => [edge, row.querySelector(`[data-edge=${edge}]`)]));
  }

  values(row) {
    const inputs = this.inputs(row);
    return EDGES.every((edge) => inputs[edge].value !== "")
      ? Object.fromEntries(EDGES.map((edge) => [edge, Number(inputs[edge].value)]))
      : null;
  }

  /** An empty row is used before a new one is made. Returns the rectangle, or nothing when there are enough. */
  addRow(values) {
    let row = [...this.rows.children].find((one) => EDGES.every((edge) => this.inputs(one)[edge].value === ""));
    if (!row) {
      if (this.rows.children.length >= this.most) return undefined;
      const number = Number(this.total.value);
      const holder = document.createElement("div");
      holder.innerHTML = this.template.innerHTML.replaceAll("__prefix__", number).replaceAll("#", number + 1);
      row = holder.firstElementChild;
      this.rows.append(row);
      this.total.value = number + 1;
    }
    this.fill(row, values);
    this.say("added", row);
    return this.boxes.get(row);
  }

  fill(row, values) {
    const inputs = this.inputs(row);
    const width = Math.min(Math.max(values.width, SMALLEST), 100);
    const height = Math.min(Math.max(values.height, SMALLEST), 100);
    const fitted = {
      left: Math.min(Math.max(values.left, 0), 100 - width),
      top: Math.min(Math.max(values.top, 0), 100 - height),
      width,
      height,
    };
    for (const edge of EDGES) inputs[edge].value = String(Math.round(fitted[edge] * 10) / 10);
    this.show(row);
  }

  show(row) {
    const values = this.values(row);
    let box = this.boxes.get(row);
    if (!values) {
      box?.remove();
      this.boxes.delete(row);
      return;
    }
    if (!box) {
      box = document.createElement("button");
      box.type = "button";
      box.className = "cover__box";
      box.addEventListener("keydown", (event) => this.key(event, row));
      this.boxes.set(row, box);
      this.stage.append(box);
    }
    box.setAttribute("aria-label", this.stage.dataset.label.replace("#", this.number(row)));
    for (const edge of EDGES) box.style.setProperty(edge, `${values[edge]}%`);
  }

  number(row) {
    return [...this.rows.children].indexOf(row) + 1;
  }

  say(what, row) {
    this.status.textContent = this.status.dataset[what].replace("#", this.number(row));
  }

  key(event, row) {
    const moves = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    if (event.key === "Delete" || event.key === "Backspace") {
      for (const input of Object.values(this.inputs(row))) input.value = "";
      this.say("removed", row);
      this.show(row);
    } else if (moves[event.key]) {
      const [x, y] = moves[event.key];
      const { left, top, width, height } = this.values(row);
      this.fill(
        row,
        event.shiftKey
          ? { left, top, width: width + x, height: height + y }
          : { left: left + x, top: top + y, width, height },
      );
    } else return;
    event.preventDefault();
  }

  /** From where the pointer went down to where it is. */
  draw(event) {
    if (event.button !== 0 || event.target.closest(".cover__box")) return;
    event.preventDefault();
    const frame = this.stage.getBoundingClientRect();
    const at = (moved) => [
      Math.min(Math.max(((moved.clientX - frame.left) / frame.width) * 100, 0), 100),
      Math.min(Math.max(((moved.clientY - frame.top) / frame.height) * 100, 0), 100),
    ];
    const [x, y] = at(event);
    let row;
    const move = (moved) => {
      const [toX, toY] = at(moved);
      const values = {
        left: Math.min(x, toX),
        top: Math.min(y, toY),
        width: Math.abs(toX - x),
        height: Math.abs(toY - y),
      };
      if (values.width < SMALLEST || values.height < SMALLEST) return;
      if (row) this.fill(row, values);
      else {
        const box = this.addRow(values);
        row = [...this.boxes].find(([, one]) => one === box)?.[0];
      }
    };
    const end = () => {
      this.stage.removeEventListener("pointermove", move);
      this.stage.removeEventListener("pointerup", end);
      this.stage.removeEventListener("pointercancel", end);
    };
    this.stage.setPointerCapture(event.pointerId);
    this.stage.addEventListener("pointermove", move);
    this.stage.addEventListener("pointerup", end);
    this.stage.addEventListener("pointercancel", end);
  }
}

for (const root of document.querySelectorAll("[data-cover]")) new Cover(root);
