// Two pictures, one over the other: the range field moves the line between them. Radio buttons named
// "zoom" beside it enlarge both alike, around the place where the pointer is.
const box = (target) => target.closest("[data-compare]");

document.addEventListener("input", (event) => {
  if (event.target.matches('[data-compare] input[type="range"]')) {
    box(event.target).style.setProperty("--at", `${event.target.value}%`);
  }
});

document.addEventListener("change", (event) => {
  if (event.target.name !== "zoom") return;
  for (const one of document.querySelectorAll("[data-compare]")) {
    one.style.setProperty("--zoom", event.target.value);
  }
});

document.addEventListener("pointermove", (event) => {
  const one = event.target.closest?.("[data-compare]");
  if (!one) return;
  const { left, top, width, height } = one.getBoundingClientRect();
  one.style.setProperty("--look-x", `${((event.clientX - left) / width) * 100}%`);
  one.style.setProperty("--look-y", `${((event.clientY - top) / height) * 100}%`);
});
