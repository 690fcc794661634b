/** Counts down how long a bulk change can be taken back; silent for screen readers, and the server decides anyway. */
const form = document.querySelector("[data-undo]");

if (form) {
  const told = form.querySelector("[data-undo-left]");
  const end = performance.now() + Number(form.dataset.seconds) * 1000;
  const words = told.textContent;
  const timer = setInterval(() => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    told.textContent = words.replace(/\d+/, left);
    if (left) return;
    clearInterval(timer);
    form.hidden = true;
  }, 1000);
}
