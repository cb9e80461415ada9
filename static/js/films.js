// A slider over the steps of a run's samples: shows of every film the picture of the chosen step.
//   <div id data-films data-steps="0 100 200"> input[type=range], output, [data-at] …
import { afterSwap } from "./htmx-events.js";

const chosen = new Map(); // id of the box → step; without an entry the newest is shown

function show(box) {
  const steps = box.dataset.steps.trim().split(" ");
  const slider = box.querySelector('input[type="range"]');
  const found = steps.indexOf(chosen.get(box.id));
  const index = found < 0 ? steps.length - 1 : found;
  slider.value = index;
  slider.setAttribute("aria-valuetext", steps[index]);
  box.querySelector("output").value = steps[index];
  for (const frame of box.querySelectorAll("[data-at]")) {
    frame.classList.toggle("is-shown", frame.dataset.at === steps[index]);
  }
}

function showAll() {
  for (const box of document.querySelectorAll("[data-films]")) show(box);
}

document.addEventListener("input", (event) => {
  const box = event.target.closest("[data-films]");
  if (!box) return;
  const steps = box.dataset.steps.trim().split(" ");
  const isNewest = Number(event.target.value) === steps.length - 1;
  if (isNewest) chosen.delete(box.id);
  else chosen.set(box.id, steps[event.target.value]);
  show(box);
});

afterSwap(showAll);
showAll();
