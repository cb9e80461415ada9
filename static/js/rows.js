// Rows that are put in order by dragging: <ol data-rows> with <li data-row>, each with a [data-grip]
// that is draggable. What the form sends is in the order of the rows, so nothing else is written.
// Buttons move rows as well (the server answers with the rows moved); the one that it marks with
// autofocus gets the focus after the swap.
import { afterSwap } from "./htmx-events.js";

let held = null;

function rowOf(grip) {
  return grip.closest("[data-row]");
}

/** The row of the same list that an event is over, or null. */
function rowUnder(event) {
  let row = event.target.closest?.("[data-row]");
  while (row && row.parentElement !== held.parentElement) row = row.parentElement.closest("[data-row]");
  return row;
}

document.addEventListener("dragstart", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip) return;
  held = rowOf(grip);
  held.classList.add("is-held");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
  event.dataTransfer.setDragImage(held, 0, 0);
});
document.addEventListener("dragover", (event) => {
  const row = held && rowUnder(event);
  if (!row) return;
  event.preventDefault();
  if (row === held) return;
  const { top, height } = row.getBoundingClientRect();
  if (event.clientY < top + height / 2) row.before(held); else row.after(held);
});
document.addEventListener("drop", (event) => { if (held) event.preventDefault(); });
document.addEventListener("dragend", () => {
  if (!held) return;
  held.classList.remove("is-held");
  held.dispatchEvent(new Event("change", { bubbles: true })); // as if a field had changed
  held = null;
});

afterSwap(() => {
  const next = document.querySelector("[data-rows] [autofocus], .slot-rows > [autofocus]");
  next?.focus();
  next?.removeAttribute("autofocus"); // the next swap, of something else, is not about it
});
