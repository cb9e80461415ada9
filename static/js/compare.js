// Two pictures, one over the other: the range field moves the line between them. Radio buttons named
// "zoom" beside it enlarge both alike, around the place where the pointer is.
const RANGE = '[data-compare] input[type="range"]';
const ZOOM = 'input[name="zoom"]';

function moveLine(range) {
  range.closest("[data-compare]").style.setProperty("--at", `${range.value}%`);
}

function enlarge(choice) {
  for (const one of document.querySelectorAll("[data-compare]")) {
    one.style.setProperty("--zoom", choice.value);
  }
}

document.addEventListener("input", (event) => {
  if (event.target.matches(RANGE)) moveLine(event.target);
});

document.addEventListener("change", (event) => {
  if (event.target.matches(ZOOM)) enlarge(event.target);
});

// What was pressed before this file was there, or comes back with the browser's own memory of a form.
document.querySelectorAll(RANGE).forEach(moveLine);
document.querySelectorAll(`${ZOOM}:checked`).forEach(enlarge);

document.addEventListener("pointermove", (event) => {
  const one = event.target.closest?.("[data-compare]");
  if (!one) return;
  const { left, top, width, height } = one.getBoundingClientRect();
  one.style.setProperty("--look-x", `${((event.clientX - left) / width) * 100}%`);
  one.style.setProperty("--look-y", `${((event.clientY - top) / height) * 100}%`);
});
