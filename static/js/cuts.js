// A cut that is dragged: <svg data-cut-frame data-whole="w h" data-car="x y w h"> whose viewBox is
// what is kept, in px of the picture; <g data-cut-fixed> stays with the frame. Beside it a hidden
// field focus-… takes the middle as shares "x,y". [data-cut-lost] says how much of the car is
// outside, each [data-cut-gone] and [data-cut-wheels] what that means, [data-cut-hidden] how much the
// platform covers, which leaves data-clear="left top right bottom" free, shares of the frame.
// Arrows move too, with Shift by more; Escape and [data-cut-back] put it back to data-suggested="x y".
// Once it rests, the summary #zip-plan is asked for anew, with all that was chosen in form #choice.
const NOTICEABLE = 0.02; // these as gallery/services/cuts.py
const MOST_GONE = 0.5;
const WHEELS = 0.25;
const WHEELS_NOTICEABLE = 0.1;
const SAME = 0.002;
const REST = 300; // ms
let resting;
const held = new Map(); // pointer id → its last place in px of the screen

const numbers = (text) => text.trim().split(/\s+/).map(Number);
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

function overlap(a, b) {
  const wide = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const high = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, wide) * Math.max(0, high);
}

function move(frame, dx, dy) {
  const view = frame.viewBox.baseVal;
  const [wide, high] = numbers(frame.dataset.whole);
  const x = clamp(view.x + dx, 0, wide - view.width);
  const y = clamp(view.y + dy, 0, high - view.height);
  const fixed = frame.querySelector("[data-cut-fixed]");
  const [oldX, oldY] = numbers(frame.dataset.moved ?? "0 0");
  const moved = [oldX + x - view.x, oldY + y - view.y];
  frame.dataset.moved = moved.join(" ");
  fixed.setAttribute("transform", `translate(${moved.join(" ")})`);
  frame.setAttribute("viewBox", `${x} ${y} ${view.width} ${view.height}`);
  const cut = frame.closest(".cut");
  const share = (value, whole) => clamp(value / whole, 0, 1).toFixed(4);
  cut.querySelector("input[name^=focus-]").value = `${share(x + view.width / 2, wide)},${share(y + view.height / 2, high)}`;
  tellLoss(frame, cut, { x, y, width: view.width, height: view.height });
  const [suggestedX, suggestedY] = numbers(frame.dataset.suggested);
  const distance = Math.max(Math.abs(x - suggestedX) / wide, Math.abs(y - suggestedY) / high);
  cut.querySelector("[data-cut-back]").hidden = distance <= SAME;
  clearTimeout(resting);
  resting = setTimeout(tellPlan, REST);
}

function putBack(frame) {
  const view = frame.viewBox.baseVal;
  const [x, y] = numbers(frame.dataset.suggested);
  move(frame, x - view.x, y - view.y);
}

async function tellPlan() {
  if (held.size > 0) {
    resting = setTimeout(tellPlan, REST);
    return;
  }
  const asked = new URLSearchParams(new FormData(document.getElementById("choice")));
  const answer = await fetch(`${location.pathname}?${asked}`);
  if (!answer.ok) return; // it says what it said
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const plan = page.getElementById("zip-plan");
  if (plan) document.getElementById("zip-plan").replaceWith(plan);
}

function tellLoss(frame, cut, view) {
  const [x, y, width, height] = numbers(frame.dataset.car);
  const [left, top, right, bottom] = numbers(frame.dataset.clear);
  const clear = {
    x: view.x + left * view.width,
    y: view.y + top * view.height,
    width: (right - left) * view.width,
    height: (bottom - top) * view.height,
  };
  const outside = (part, of = { x, y, width, height }) =>
    of.width * of.height > 0 ? 1 - overlap(part, of) / (of.width * of.height) : 0;
  const lost = outside(view);
  const wheels = { x, y: y + (1 - WHEELS) * height, width, height: WHEELS * height };
  const [wide, high] = numbers(frame.dataset.whole);
  const isGone = (width < wide || height < high) && lost > MOST_GONE;
  for (const one of cut.querySelectorAll("[data-cut-gone]")) one.hidden = !isGone;
  cut.querySelector("[data-cut-wheels]").hidden = isGone || outside(view, wheels) <= WHEELS_NOTICEABLE;
  tellShare(cut.querySelector("[data-cut-lost]"), lost);
  tellShare(cut.querySelector("[data-cut-hidden]"), outside(clear) - lost);
}

function tellShare(line, share) {
  line.hidden = share <= NOTICEABLE;
  line.querySelector("[data-cut-percent]").textContent = Math.round(share * 100);
}

document.addEventListener("pointerdown", (event) => {
  const frame = event.target.closest("[data-cut-frame]");
  if (!frame) return;
  event.preventDefault();
  frame.focus();
  frame.classList.add("is-held");
  frame.setPointerCapture(event.pointerId);
  held.set(event.pointerId, { x: event.clientX, y: event.clientY });
});
document.addEventListener("pointermove", (event) => {
  const was = held.get(event.pointerId);
  const frame = event.target.closest("[data-cut-frame]");
  if (!was || !frame) return;
  const scale = frame.viewBox.baseVal.width / frame.getBoundingClientRect().width;
  move(frame, (was.x - event.clientX) * scale, (was.y - event.clientY) * scale);
  held.set(event.pointerId, { x: event.clientX, y: event.clientY });
});
for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, (event) => {
    if (held.delete(event.pointerId)) event.target.closest("[data-cut-frame]")?.classList.remove("is-held");
  });
}

document.addEventListener("click", (event) => {
  const back = event.target.closest("[data-cut-back]");
  if (!back) return;
  const frame = back.closest(".cut").querySelector("[data-cut-frame]");
  putBack(frame);
  frame.focus(); // the button is gone
});

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
document.addEventListener("keydown", (event) => {
  const frame = event.target.closest?.("[data-cut-frame]");
  if (frame && event.key === "Escape") putBack(frame);
  if (!frame || !ARROWS[event.key] || event.ctrlKey || event.metaKey) return;
  const step = (frame.viewBox.baseVal.width / 100) * (event.shiftKey ? 5 : 1);
  move(frame, ...ARROWS[event.key].map((direction) => direction * step));
  event.preventDefault();
});
