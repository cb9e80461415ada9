// Two pictures, one over the other: the range field moves the line between them.
document.addEventListener("input", (event) => {
  const box = event.target.closest("[data-compare]");
  if (box) box.style.setProperty("--at", `${event.target.value}%`);
});
