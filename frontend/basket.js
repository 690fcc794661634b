/** The ballot paper adds up what is chosen while it is chosen; the server checks again. <form data-basket="euros">. */
for (const form of document.querySelectorAll("form[data-basket]")) {
  const status = form.querySelector("[data-basket-status]");
  const euros = new Intl.NumberFormat("de-DE");
  const add = () => {
    const chosen = [...form.querySelectorAll("[data-cost]:checked")];
    const sum = chosen.reduce((total, box) => total + Number(box.dataset.cost), 0);
    const isOver = sum > Number(form.dataset.basket);
    status.textContent = (isOver ? status.dataset.over : status.dataset.chosen).replace("#", euros.format(sum));
    status.classList.toggle("basket--over", isOver);
  };
  form.addEventListener("change", add);
  add();
}
