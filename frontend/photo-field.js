/** Photos in a form: made smaller in the browser and sent as soon as they are chosen. Works without this script. */

const LONGEST_SIDE = 2048;
/** Below this many bytes a photo is sent as it is: making it smaller would only cost quality. */
const SMALL_ENOUGH = 1_500_000;

class PhotoField {
  constructor(root) {
    this.root = root;
    this.list = root.querySelector("[data-photos-list]");
    this.input = root.querySelector("input[type=file]");
    this.errors = root.querySelector("[data-photos-errors]");
    this.status = root.querySelector("[data-photos-status]");
    this.template = root.querySelector("[data-photos-item]");
    this.csrf = root.closest("form").querySelector("[name=csrfmiddlewaretoken]").value;
    this.sending = new Set();
    root.querySelector("[data-photos-send]").hidden = true;
    this.input.addEventListener("change", () => this.add([...this.input.files]));
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-photos-remove]");
      if (!button) return;
      event.preventDefault();
      this.remove(button.closest("li"));
    });
    // Pressing "Weiter" while a photo is on its way waits for it.
    root.closest("form").addEventListener("submit", (event) => this.wait(event));
    this.showRoom();
  }

  async add(files) {
    this.input.value = "";
    this.errors.replaceChildren();
    const room = Number(this.root.dataset.max) - this.list.children.length;
    if (files.length > room) this.fail("", this.root.dataset.full);
    await Promise.all(files.slice(0, Math.max(room, 0)).map((file) => this.send(file)));
  }

  async send(file) {
    const item = this.template.content.firstElementChild.cloneNode(true);
    const image = item.querySelector("img");
    const progress = item.querySelector("progress");
    this.list.append(item);
    this.number();
    this.showRoom();
    const small = await shrink(file);
    const preview = URL.createObjectURL(small);
    image.src = preview;
    const job = this.post(small, file.name, (percent) => (progress.value = percent));
    this.sending.add(job.done);
    item.cancel = job.cancel;
    try {
      const kept = await job.done;
      if (!item.isConnected) return;
      if (this.list.querySelector(`input[value="${kept.token}"]`)) {
        item.remove(); // the same photo, chosen twice
        return;
      }
      const token = Object.assign(document.createElement("input"), {
        type: "hidden",
        name: "photos",
        value: kept.token,
      });
      item.querySelector("[data-photos-remove]").value = kept.token;
      image.width = kept.width;
      image.height = kept.height;
      image.src = kept.thumbnail;
      item.append(token);
      progress.remove();
      this.status.textContent = this.root.dataset.kept.replace("#", [...this.list.children].indexOf(item) + 1);
    } catch (error) {
      item.remove();
      if (error.name !== "AbortError") this.fail(file.name, error.message || this.root.dataset.failed);
    } finally {
      URL.revokeObjectURL(preview);
      this.sending.delete(job.done);
      this.number();
      this.showRoom();
    }
  }

  /** fetch() tells nothing about the progress of an upload; XMLHttpRequest does. */
  post(blob, name, onProgress) {
    const request = new XMLHttpRequest();
    const done = new Promise((resolve, reject) => {
      request.open("POST", this.root.dataset.url);
      request.responseType = "json";
      request.setRequestHeader("X-CSRFToken", this.csrf);
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) onProgress(Math.round((100 * event.loaded) / event.total));
      });
      request.addEventListener("load", () =>
        request.status === 201 ? resolve(request.response) : reject(new Error(request.response?.error ?? "")),
      );
      request.addEventListener("error", () => reject(new Error("")));
      request.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    });
    const body = new FormData();
    body.append("draft", this.root.dataset.draft);
    body.append("new_photos", blob, name);
    request.send(body);
    return { done, cancel: () => request.abort() };
  }

  remove(item) {
    const token = item.querySelector("input[name=photos]")?.value;
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.cancel?.();
    item.remove();
    if (token) {
      const body = new FormData();
      body.append("draft", this.root.dataset.draft);
      body.append("csrfmiddlewaretoken", this.csrf);
      // If this fails the photo dies with its draft, within a day.
      fetch(`${this.root.dataset.url}${token}/entfernen/`, { method: "POST", body }).catch(() => {});
    }
    this.number();
    this.showRoom();
    this.status.textContent = this.root.dataset.gone;
    (next?.querySelector("[data-photos-remove]") ?? this.input).focus();
  }

  fail(name, sentence) {
    const item = document.createElement("li");
    const mark = document.createElement("span");
    const text = document.createElement("span");
    item.className = "kern-error";
    mark.className = "kern-icon kern-icon--danger kern-icon--default";
    mark.ariaHidden = "true";
    text.className = "kern-body";
    text.textContent = name ? `${name}: ${sentence}` : sentence;
    item.append(mark, text);
    this.errors.append(item);
  }

  /** "Ihr Foto #" in the names of the pictures and buttons follows the order of the list. */
  number() {
    [...this.list.children].forEach((item, index) => {
      const image = item.querySelector("img");
      image.alt = image.alt.replace(/#|\d+$/, index + 1);
      const hidden = item.querySelector(".visually-hidden");
      hidden.textContent = hidden.textContent.replace(/#|\d+/, index + 1);
    });
  }

  showRoom() {
    this.list.hidden = this.list.children.length === 0;
    this.root.querySelector("[data-photos-add]").hidden = this.list.children.length >= Number(this.root.dataset.max);
  }

  wait(event) {
    if (this.sending.size === 0) return;
    event.preventDefault();
    const { submitter } = event;
    Promise.allSettled([...this.sending]).then(() => {
      if (!this.errors.children.length) event.target.requestSubmit(submitter);
    });
  }
}

/** Return a smaller copy of a photo where the browser can read it and it helps; else the file itself. */
async function shrink(file) {
  if (file.size <= SMALL_ENOUGH) return file;
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const factor = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * factor));
    canvas.height = Math.max(1, Math.round(bitmap.height * factor));
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.88));
    return blob && blob.size < file.size ? blob : file;
  } catch {
    return file; // HEIC in most browsers: the server reads it
  }
}

for (const root of document.querySelectorAll("[data-photos]")) new PhotoField(root);
