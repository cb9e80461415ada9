// The strength slider: shows its figure, snaps at marks, and flips the sheet of the same name.
//   <div data-strength="key" data-best-min data-best-max> … input[type=range], [data-at] buttons
//   <div data-sheet="key"> img[data-at] …
const SNAP = 0.012;

function nearest(items, value) {
  const distance = (item) => Math.abs(item.dataset.at - value);
  return items.reduce((best, item) => (distance(item) < distance(best) ? item : best));
}

function show(box) {
  const slider = box.querySelector('input[type="range"]');
  const value = Number(slider.value);
  for (const output of box.querySelectorAll("output")) output.value = value.toFixed(2);
  for (const stop of box.querySelectorAll("button[data-at]")) {
    stop.setAttribute("aria-pressed", Math.abs(stop.dataset.at - value) < SNAP);
  }
  const key = CSS.escape(box.dataset.strength);
  const frames = [...document.querySelectorAll(`[data-sheet="${key}"] img[data-at]`)];
  const shown = frames.length && nearest(frames, value);
  for (const frame of frames) frame.classList.toggle("is-shown", frame === shown);

  const inside = value >= box.dataset.bestMin && value <= box.dataset.bestMax;
  box.classList.toggle("strength--outside", !inside);
  for (const words of box.querySelectorAll("[data-when]")) {
    words.hidden = (words.dataset.when === "inside") !== inside;
  }
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
  box.querySelector('input[type="range"]').value = stop.dataset.at;
  show(box);
});

for (const box of document.querySelectorAll("[data-strength]")) show(box);
