// A slider over the steps of a run's samples, or the strengths of a style: shows of every film the
// picture of the chosen step.
//   <div id data-films data-steps="0 100 200"> input[type=range], output, [data-at] …
//   data-start: the step that is shown first; without it the newest
import { fetchAll, reveal } from "./frames.js";
import { afterSwap } from "./htmx-events.js";

const chosen = new Map(); // id of the box → step; without an entry the first or newest is shown

function show(box) {
  const steps = box.dataset.steps.trim().split(" ");
  const slider = box.querySelector('input[type="range"]');
  const found = steps.indexOf(chosen.get(box.id) ?? box.dataset.start);
  const index = found < 0 ? steps.length - 1 : found;
  if (!slider) return; // one picture only
  slider.value = index;
  slider.setAttribute("aria-valuetext", steps[index]);
  box.querySelector("output").value = steps[index];
  reveal(box.querySelectorAll("[data-at]"), (frame) => frame.dataset.at === steps[index]);
}

function showAll() {
  for (const box of document.querySelectorAll("[data-films]")) show(box);
}

document.addEventListener("input", (event) => {
  const box = event.target.closest("[data-films]");
  if (!box) return;
  const steps = box.dataset.steps.trim().split(" ");
  const isNewest = Number(event.target.value) === steps.length - 1;
  if (isNewest && !box.dataset.start) chosen.delete(box.id);
  else chosen.set(box.id, steps[event.target.value]);
  show(box);
});

for (const coming of ["pointerover", "focusin"]) {
  document.addEventListener(coming, (event) => {
    const box = event.target.closest?.("[data-films]");
    if (box) fetchAll(box);
  });
}

afterSwap(showAll);
showAll();
