// Remarks on a picture: a press on <figure data-pins> puts the place, in percent, into the fields x and y of
// <form data-pin-form>, shows it there ([data-pin-new], an SVG circle) and goes on to the text.
function show(form) {
  const pin = document.querySelector("[data-pin-new]");
  pin.setAttribute("cx", `${form.elements.x.value}%`);
  pin.setAttribute("cy", `${form.elements.y.value}%`);
  pin.removeAttribute("hidden");
}

document.addEventListener("click", (event) => {
  const figure = event.target.closest("[data-pins]");
  if (!figure) return;
  const form = document.querySelector("[data-pin-form]");
  const { left, top, width, height } = figure.querySelector("img").getBoundingClientRect();
  form.elements.x.value = (((event.clientX - left) / width) * 100).toFixed(1);
  form.elements.y.value = (((event.clientY - top) / height) * 100).toFixed(1);
  show(form);
  form.elements.text.focus();
});

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-pin-form] [type=number]")) show(event.target.form);
});
