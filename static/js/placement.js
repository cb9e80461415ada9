// The real car on the frame. The number fields hold the truth; this only moves the drawing and them.
//   <div data-placement> an <svg> with <image data-car>, <rect data-cut>, <rect data-label>,
//   <rect data-outline> and <rect data-grip>; beside it fields cutout_x, cutout_y (the middle of the foot) and cutout_width, in
//   percent of the frame; radio buttons [data-picture][data-shape="w h"] choose the car and
//   [data-paints="w h"][data-delivers="w h"][data-label-box="x y w h"] the frame. Drag moves, the corner, a wheel or two fingers
//   scale; arrows move and plus and minus scale (with Shift by more). <path data-covered> is what the
//   platform covers (data-covers), data-room="left top right bottom" what it leaves free, shares of the
//   frame: until a person places the car it stands clear there; then [data-reaches-under] says if not.
import { afterSwap } from "./htmx-events.js";

const LEAST = 8; // percent of the width
const MOST = 160;
const USUAL = { x: 50, y: 90, width: 80 };
const BEYOND = 0.5; // percent: a car that reaches less under what is covered is hardly hidden
let settled = null; // where the car was put of itself, else null
const held = new Map(); // pointer id → its last place, in units of the drawing

const box = () => document.querySelector("[data-placement]");
const field = (name) => box().closest("form").elements[`cutout_${name}`];
const number = (name, usual) => (field(name).value === "" ? usual : Number(field(name).value));
const pair = (text) => text.split(" ").map(Number);
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

function chosen(form, data) {
  return form.querySelector(`input[${data}]:checked`);
}

function place(element, x, y, width, height) {
  for (const [name, value] of Object.entries({ x, y, width, height })) {
    element.setAttribute(name, value.toFixed(2));
  }
}

function draw() {
  const root = box();
  const form = root.closest("form");
  const frame = root.querySelector("svg");
  const channel = chosen(form, "data-paints");
  const { width, height } = frame.viewBox.baseVal;
  const [wide, high] = channel ? pair(channel.dataset.paints) : [width, height];
  if (wide !== width || high !== height) frame.setAttribute("viewBox", `0 0 ${wide} ${high}`);
  if (channel) drawCut(root, wide, high, channel.dataset);
  const cutout = chosen(form, "data-picture");
  const car = root.querySelector("[data-car]");
  const grip = root.querySelector("[data-grip]");
  car.toggleAttribute("hidden", !cutout);
  if (!cutout) return;
  const picture = pictureOf(cutout);
  if (car.getAttribute("href") !== picture) car.setAttribute("href", picture);
  const [cutoutWide, cutoutHigh] = pair(cutout.dataset.shape);
  settle(channel, (cutoutHigh / cutoutWide) * (wide / high));
  tellReach(root, channel, (cutoutHigh / cutoutWide) * (wide / high));
  const w = (number("width", 80) / 100) * wide;
  const h = (w * cutoutHigh) / cutoutWide;
  const left = (number("x", 50) / 100) * wide - w / 2;
  const top = (number("y", 90) / 100) * high - h;
  place(car, left, top, w, h);
  place(root.querySelector("[data-outline]"), left, top, w, h);
  const size = wide * 0.045;
  place(grip, clamp(left + w - size / 2, 0, wide - size), clamp(top - size / 2, 0, high - size), size, size);
}

// The car in the light of its scene, which the prompt's answer names; until then as the list shows it.
function pictureOf(cutout) {
  const lit = document.querySelector(`[data-car-of="${cutout.value}"]`);
  return lit ? lit.dataset.carPicture : cutout.dataset.picture;
}

const isAt = (place) => Object.entries(place).every(([name, value]) => number(name, USUAL[name]) === value);
const roomOf = (channel) => channel.dataset.room.split(" ").map((share) => Number(share) * 100);

// As gallery/services/car_placement.py places it. shape: height by width, in shares of the frame.
function settle(channel, shape) {
  const isOfAPicture = box().closest("form").elements.made_from?.value;
  if (!channel || isOfAPicture || !isAt(settled ?? USUAL)) return;
  const [start, top, end, bottom] = roomOf(channel);
  const width = Math.min(USUAL.width, end - start, (bottom - top) / shape);
  const x = Math.min(Math.max(USUAL.x, start + width / 2), end - width / 2);
  const y = Math.min(Math.max(USUAL.y, top + width * shape), bottom);
  for (const [name, value] of Object.entries({ x, y, width })) write(name, value);
  settled = Object.fromEntries(Object.keys(USUAL).map((name) => [name, number(name)]));
}

function tellReach(root, channel, shape) {
  if (!channel) return;
  const [start, top, end, bottom] = roomOf(channel);
  const [x, y, width] = ["x", "y", "width"].map((name) => number(name, USUAL[name]));
  const beyond = Math.max(start - x + width / 2, x + width / 2 - end, top - y + width * shape, y - bottom);
  root.querySelector("[data-reaches-under]").hidden = !channel.dataset.covers || beyond <= BEYOND;
}

function drawCut(root, wide, high, { delivers, labelBox, covers }) {
  const [cutWide, cutHigh] = pair(delivers);
  const [labelX, labelY, labelWide, labelHigh] = pair(labelBox);
  const scale = Math.min(wide / cutWide, high / cutHigh);
  const [w, h] = [cutWide * scale, cutHigh * scale];
  const [x, y] = [(wide - w) / 2, (high - h) / 2];
  place(root.querySelector("[data-cut]"), x, y, w, h);
  const covered = root.querySelector("[data-covered]");
  covered.setAttribute("d", covers);
  covered.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
  const label = root.querySelector("[data-label]");
  place(label, x + labelX * scale, y + labelY * scale, labelWide * scale, labelHigh * scale);
}

function write(name, value) {
  field(name).value = (Math.round(value * 10) / 10).toString();
}

function move(dx, dy) { // in percent
  write("x", clamp(number("x", 50) + dx, -20, 120));
  write("y", clamp(number("y", 90) + dy, 5, 145));
  draw();
}

function scale(factor) {
  write("width", clamp(number("width", 80) * factor, LEAST, MOST));
  draw();
}

function inFrame(event) {
  const frame = box().querySelector("svg");
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(frame.getScreenCTM().inverse());
  return { x: point.x, y: point.y };
}

function spread() {
  const [a, b] = [...held.values()];
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function drag(event, was, now) {
  const { width, height } = box().querySelector("svg").viewBox.baseVal;
  if (held.size === 2) {
    const before = spread();
    held.set(event.pointerId, now);
    return scale(spread() / before);
  }
  if (was.byGrip) {
    const middle = (number("x", 50) / 100) * width;
    const reach = Math.max(1, was.x - middle);
    return scale(Math.max(1, now.x - middle) / reach);
  }
  return move(((now.x - was.x) / width) * 100, ((now.y - was.y) / height) * 100);
}

document.addEventListener("pointerdown", (event) => {
  const part = event.target.closest("[data-placement] :is([data-car], [data-grip])");
  if (!part) return;
  event.preventDefault();
  part.ownerSVGElement.focus();
  part.ownerSVGElement.classList.add("is-held");
  part.setPointerCapture(event.pointerId);
  held.set(event.pointerId, { ...inFrame(event), byGrip: part.matches("[data-grip]") });
});
document.addEventListener("pointermove", (event) => {
  const was = held.get(event.pointerId);
  if (!was) return;
  const now = { ...inFrame(event), byGrip: was.byGrip };
  drag(event, was, now);
  held.set(event.pointerId, now);
});
for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, (event) => {
    if (held.delete(event.pointerId)) box().querySelector("svg").classList.remove("is-held");
  });
}
document.addEventListener("wheel", (event) => {
  const frame = event.target.closest("[data-placement] svg");
  if (!frame || document.activeElement !== frame) return; // else a page that scrolls would scale
  event.preventDefault();
  scale(event.deltaY < 0 ? 1.04 : 1 / 1.04);
}, { passive: false });

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
document.addEventListener("keydown", (event) => {
  if (!event.target.matches("[data-placement] svg") || event.ctrlKey || event.metaKey) return;
  const by = event.shiftKey ? 5 : 1;
  if (ARROWS[event.key]) move(...ARROWS[event.key].map((step) => step * by));
  else if (event.key === "+" || event.key === "=") scale(1 + 0.02 * by);
  else if (event.key === "-" || event.key === "_") scale(1 / (1 + 0.02 * by));
  else return;
  event.preventDefault();
});

document.addEventListener("input", (event) => {
  if (box() && event.target.form?.contains(box())) draw();
});
document.addEventListener("change", (event) => {
  if (box() && event.target.form?.contains(box())) draw();
});
afterSwap(() => {
  if (box()) draw();
});
if (box()) draw();
