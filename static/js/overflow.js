// Tables and sheets wider than their place say where there is more: .scroll-x gets data-more="start",
// "end" or both, and its edge fades there.
import { afterSwap } from "./htmx-events.js";

const SLACK = 8; // px: a rounded width is no more

function mark(box) {
  const at = Math.abs(box.scrollLeft);
  const sides = [];
  if (at > SLACK) sides.push("start");
  if (at + box.clientWidth < box.scrollWidth - SLACK) sides.push("end");
  box.dataset.more = sides.join(" ");
}

const sizes = new ResizeObserver((entries) => { for (const { target } of entries) mark(target.closest(".scroll-x")); });

function watchAll() {
  for (const box of document.querySelectorAll(".scroll-x")) {
    sizes.observe(box);
    for (const child of box.children) sizes.observe(child);
    mark(box);
  }
}

document.addEventListener("scroll", (event) => {
  if (event.target.matches?.(".scroll-x")) mark(event.target);
}, { capture: true, passive: true });
afterSwap(watchAll);
watchAll();
