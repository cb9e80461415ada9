// The strength slider, or buttons alone: shows its figure, snaps at marks, and flips the sheet of the same name.
//   <div data-strength="key" data-best-min data-best-max [data-allowed-min data-allowed-max]> … input[type=range], [data-at] buttons
//   <div data-sheet="key"> img[data-at], or other parts of which one is shown …
import { fetchAll, reveal } from "./frames.js";

const SNAP = 0.012;

function nearest(items, value) {
  const distance = (item) => Math.abs(item.dataset.at - value);
  return items.reduce((best, item) => (distance(item) < distance(best) ? item : best));
}

const slider = (box) => box.querySelector('input[type="range"]');

function show(box) {
  const value = Number(slider(box)?.value ?? box.querySelector('[aria-pressed="true"]').dataset.at);
  for (const output of box.querySelectorAll("output")) output.value = value.toFixed(2);
  for (const stop of box.querySelectorAll("button[data-at]")) {
    stop.setAttribute("aria-pressed", Math.abs(stop.dataset.at - value) < SNAP);
  }
  const key = CSS.escape(box.dataset.strength);
  for (const sheet of document.querySelectorAll(`[data-sheet="${key}"]`)) {
    const frames = [...sheet.querySelectorAll("[data-at]")];
    const shown = frames.length && nearest(frames, value);
    reveal(frames, (frame) => frame === shown);
  }

  const { bestMin, bestMax, allowedMin, allowedMax } = box.dataset; // none allowed: the slider ends there
  let when = value >= bestMin && value <= bestMax ? "inside" : "outside";
  if (value < allowedMin || value > allowedMax) when = "beyond";
  box.classList.toggle("strength--outside", when !== "inside");
  for (const words of box.querySelectorAll("[data-when]")) words.hidden = words.dataset.when !== when;
}

document.addEventListener("input", (event) => {
  const box = event.target.closest("[data-strength]");
  if (!box) return;
  const stop = [...box.querySelectorAll("button[data-at], .strength__figures [data-at]")].find(
    (button) => Math.abs(button.dataset.at - event.target.value) < SNAP,
  );
  if (stop) event.target.value = stop.dataset.at; // easy to hit, and any value between stays free
  show(box);
});

document.addEventListener("click", (event) => {
  const stop = event.target.closest("[data-strength] button[data-at]");
  if (!stop) return;
  const box = stop.closest("[data-strength]");
  if (slider(box)) slider(box).value = stop.dataset.at;
  else for (const one of box.querySelectorAll("button[data-at]")) one.setAttribute("aria-pressed", one === stop);
  show(box);
});

// One press lowers several: <button data-lower-to="strength_3=0.45 strength_4=0.27">
document.addEventListener("click", (event) => {
  const press = event.target.closest("[data-lower-to]");
  if (!press) return;
  const pairs = press.dataset.lowerTo.split(" ").map((one) => one.split("="));
  const sliders = pairs.map(([name, value]) => {
    const field = press.form.elements.namedItem(name);
    field.value = value;
    show(field.closest("[data-strength]"));
    return field;
  });
  sliders[0].dispatchEvent(new Event("change", { bubbles: true })); // the server says what it finds
});

for (const coming of ["pointerover", "focusin"]) {
  document.addEventListener(coming, (event) => {
    const box = event.target.closest?.("[data-strength]");
    const key = box && CSS.escape(box.dataset.strength);
    for (const sheet of document.querySelectorAll(`[data-sheet="${key}"]`)) fetchAll(sheet);
  });
}

for (const box of document.querySelectorAll("[data-strength]")) show(box);
