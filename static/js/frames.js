// Pictures that lie on one another, of which one is shown. They are lazy: a browser fetches them
// when they are shown, or when somebody comes near their slider.

// Shows the frames that isChosen() names; the former stays until the new one has arrived.
export function reveal(frames, isChosen) {
  const all = [...frames];
  const missing = all.filter((frame) => isChosen(frame) && frame.matches("img:not(.is-shown)"));
  const waiting = missing.filter((frame) => !frame.complete || !frame.naturalWidth);
  for (const frame of all) frame.dataset.next = isChosen(frame);
  if (!waiting.length) return settle(all);
  for (const frame of waiting) {
    frame.loading = "eager";
    for (const end of ["load", "error"]) {
      frame.addEventListener(end, () => settle(all), { once: true });
    }
  }
}

export function fetchAll(box) {
  for (const image of box.querySelectorAll('img[loading="lazy"]')) image.loading = "eager";
}

function settle(frames) {
  for (const frame of frames) {
    frame.classList.toggle("is-shown", frame.dataset.next === "true");
  }
}
