// A cut-out that is mended by strokes: <div data-cutter data-picture="url" data-opacity="url"> with
// a canvas [data-cutter-stage], radio buttons named tool (car, ground, glass, move), a range
// [data-cutter-size] in thousandths of the picture's longer side, buttons [data-cutter-act], a
// select [data-cutter-ground], a line [data-cutter-told], and a form with the hidden field
// [data-cutter-strokes] and the JSON #cutter-strokes of the strokes so far.
// The strokes are the truth: they are sent whole, and the answer is a picture whose transparency is
// that of the cut-out. Undo and redo show answers that are known already, then send the same way.
// One pointer draws, two move and zoom; a wheel zooms at the pointer; the middle button moves.
import { afterSwap } from "./htmx-events.js";

const MOST_ZOOM = 16;
const OUTLIVES = 60_000; // letters: browsers keep requests of 64 KiB alive
const MOST_POINTS = 400; // of a stroke; the server takes 500
const INK = { car: "rgb(40 180 120 / 0.55)", ground: "rgb(225 60 60 / 0.55)", glass: "rgb(60 130 240 / 0.55)" };
const DIMMED = 0.28; // what of the photograph is seen beside the car
const STEP = 0.01; // of the longer side: how far an arrow moves the brush

let own = null; // all that is known of the cutter on this page

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const part = (name) => own.root.querySelector(`[data-cutter-${name}]`);
const button = (act) => own.root.querySelector(`[data-cutter-act="${act}"]`);
const tool = () => own.root.querySelector('input[name="tool"]:checked').value;
const radius = () => Number(part("size").value) / 1000;
const longer = () => Math.max(own.photo.width, own.photo.height);

async function begin() {
  const root = document.querySelector("[data-cutter]");
  if (!root || own?.root === root) return;
  const strokes = JSON.parse(document.getElementById("cutter-strokes").textContent);
  own = {
    root, strokes, undone: [], known: new Map(), pointers: new Map(), line: null, cursor: [0.5, 0.5],
    photo: null, cut: null, zoom: 1, x: 0.5, y: 0.5, sending: false, dirty: false,
  };
  const mine = own;
  note();
  const photo = await bitmap(await fetch(root.dataset.picture));
  if (own !== mine) return;
  own.photo = photo;
  own.cut = Object.assign(document.createElement("canvas"), { width: photo.width, height: photo.height });
  new ResizeObserver(() => own === mine && draw()).observe(part("stage"));
  await send();
}

const bitmap = async (answer) => createImageBitmap(await answer.blob());

/** The strokes into the form's field, and which buttons have something to do. */
function note() {
  part("strokes").value = JSON.stringify(own.strokes);
  button("undo").disabled = !own.strokes.length;
  button("redo").disabled = !own.undone.length;
}

function tell(word) {
  part("told").textContent = word;
}

/** Sends the strokes; what was drawn meanwhile goes with the next sending. */
async function send() {
  note();
  const known = own.known.get(keyOf(own.strokes));
  if (known) show(known);
  if (own.sending) {
    own.dirty = true;
    return;
  }
  const mine = own;
  own.sending = true;
  tell(own.root.dataset.wordWorking);
  const key = keyOf(own.strokes);
  try {
    const answer = await ask(own.strokes);
    if (own !== mine) return;
    if (!answer.ok) throw new Error((await answer.json()).errors?.join(" "));
    const opacity = await bitmap(answer);
    own.known.set(key, opacity);
    for (const old of [...own.known.keys()].slice(0, -40)) own.known.delete(old);
    if (key === keyOf(own.strokes)) show(opacity);
    tell(own.root.dataset.wordSaved);
  } catch (error) {
    const isRefusal = error instanceof Error && error.name === "Error" && error.message;
    tell(isRefusal ? error.message : own.root.dataset.wordLost);
  }
  own.sending = false;
  if (own.dirty) {
    own.dirty = false;
    await send();
  }
}

const keyOf = (strokes) => JSON.stringify(strokes);

function ask(strokes) {
  const body = new URLSearchParams({ strokes: JSON.stringify(strokes) });
  const headers = { "X-CSRFToken": own.root.querySelector("[name=csrfmiddlewaretoken]").value };
  const keepalive = body.toString().length < OUTLIVES; // goes on when the page is left meanwhile
  return fetch(own.root.dataset.opacity, { method: "POST", body, headers, keepalive });
}

function show(opacity) {
  const pen = own.cut.getContext("2d");
  pen.globalCompositeOperation = "copy";
  pen.drawImage(own.photo, 0, 0);
  pen.globalCompositeOperation = "destination-in";
  pen.drawImage(opacity, 0, 0);
  own.root.dataset.shown = own.strokes.length; // that a picture of so many strokes is seen
  draw();
}

/** The scale and the place of the picture on the stage, in px of the canvas. */
function view() {
  const stage = part("stage");
  const { width, height } = own.photo;
  const scale = Math.min(stage.width / width, stage.height / height) * own.zoom;
  return { scale, left: stage.width / 2 - own.x * width * scale, top: stage.height / 2 - own.y * height * scale };
}

function draw() {
  const stage = part("stage");
  const sharp = window.devicePixelRatio || 1;
  const [wide, high] = [stage.clientWidth, stage.clientHeight].map((side) => Math.round(side * sharp));
  if (stage.width !== wide || stage.height !== high) Object.assign(stage, { width: wide, height: high });
  const pen = stage.getContext("2d");
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, wide, high);
  if (!own.photo) return;
  const { scale, left, top } = view();
  pen.setTransform(scale, 0, 0, scale, left, top);
  const { width, height } = own.photo;
  const ground = part("ground").value;
  if (ground === "photograph") {
    pen.globalAlpha = DIMMED;
    pen.drawImage(own.photo, 0, 0);
    pen.globalAlpha = 1;
  } else {
    pen.fillStyle = ground === "white" ? "white" : "rgb(28 28 32)";
    pen.fillRect(0, 0, width, height);
  }
  pen.drawImage(own.cut, 0, 0);
  if (own.line) drawLine(pen, own.line);
  if (document.activeElement === stage && tool() !== "move") drawBrush(pen, scale);
}

function drawLine(pen, { kind, radius: wide, points }) {
  const { width, height } = own.photo;
  pen.strokeStyle = INK[kind];
  pen.lineWidth = 2 * wide * longer();
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  points.forEach(([x, y], at) => (at ? pen.lineTo(x * width, y * height) : pen.moveTo(x * width, y * height)));
  if (points.length === 1) pen.lineTo(points[0][0] * width + 0.01, points[0][1] * height);
  pen.stroke();
}

function drawBrush(pen, scale) {
  const [x, y] = own.cursor;
  for (const [colour, wide] of [["white", 3], ["black", 1]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = wide / scale;
    pen.beginPath();
    pen.arc(x * own.photo.width, y * own.photo.height, radius() * longer(), 0, 2 * Math.PI);
    pen.stroke();
  }
}

/** Where an event is, as shares of the photograph. */
function place(event) {
  const stage = part("stage");
  const box = stage.getBoundingClientRect();
  const { scale, left, top } = view();
  const x = ((event.clientX - box.left) / box.width) * stage.width;
  const y = ((event.clientY - box.top) / box.height) * stage.height;
  return [(x - left) / scale / own.photo.width, (y - top) / scale / own.photo.height];
}

function zoomBy(factor, event) {
  const before = event ? place(event) : [own.x, own.y];
  own.zoom = clamp(own.zoom * factor, 1, MOST_ZOOM);
  if (event) {
    const after = place(event);
    moveBy(after[0] - before[0], after[1] - before[1]);
  }
  moveBy(0, 0);
}

function moveBy(dx, dy) { // shares of the photograph, as the picture follows the finger
  own.x = own.zoom === 1 ? 0.5 : clamp(own.x - dx, 0, 1);
  own.y = own.zoom === 1 ? 0.5 : clamp(own.y - dy, 0, 1);
  draw();
}

function extend([x, y]) {
  const { points, radius: wide } = own.line;
  const [lastX, lastY] = points.at(-1);
  const { width, height } = own.photo;
  const far = Math.hypot((x - lastX) * width, (y - lastY) * height);
  if (far < Math.max(0.5, (wide * longer()) / 4) || points.length >= MOST_POINTS) return;
  points.push([clamp(x, -0.5, 1.5), clamp(y, -0.5, 1.5)].map((share) => Math.round(share * 1e5) / 1e5));
  draw();
}

function putDown(point) {
  own.line = { kind: tool(), radius: radius(), points: [point.map((share) => Math.round(share * 1e5) / 1e5)] };
  draw();
}

function lift() {
  const { line } = own;
  own.line = null;
  if (!line) return;
  own.strokes.push(line);
  own.undone = [];
  draw();
  send();
}

const ACTS = {
  undo: () => own.strokes.length && own.undone.push(own.strokes.pop()) && send(),
  redo: () => own.undone.length && own.strokes.push(own.undone.pop()) && send(),
  larger: () => zoomBy(1.5),
  smaller: () => zoomBy(1 / 1.5),
  whole: () => { own.zoom = 1; moveBy(0, 0); },
};

const onStage = (event) => own?.photo && event.target === part("stage");

document.addEventListener("pointerdown", (event) => {
  if (!onStage(event)) return;
  event.preventDefault();
  const stage = part("stage");
  stage.focus({ preventScroll: true });
  stage.setPointerCapture(event.pointerId);
  own.pointers.set(event.pointerId, event);
  own.cursor = place(event);
  if (own.pointers.size > 1) own.line = null; // a second finger: it was no stroke
  else if (tool() !== "move" && event.button === 0) putDown(place(event));
});
document.addEventListener("pointermove", (event) => {
  if (!onStage(event)) return;
  own.cursor = place(event);
  const was = own.pointers.get(event.pointerId);
  if (!was) return draw();
  if (own.line) {
    for (const one of event.getCoalescedEvents?.() ?? [event]) extend(place(one));
    return undefined;
  }
  return pan(was, event);
});

function pan(was, event) {
  const [fromX, fromY] = place(was);
  const [toX, toY] = place(event);
  const others = [...own.pointers.values()].filter((one) => one.pointerId !== event.pointerId);
  own.pointers.set(event.pointerId, event);
  if (others.length) {
    const far = (one) => Math.hypot(one.clientX - others[0].clientX, one.clientY - others[0].clientY);
    zoomBy(far(event) / Math.max(1, far(was)), others[0]);
    return moveBy((toX - fromX) / 2, (toY - fromY) / 2);
  }
  return moveBy(toX - fromX, toY - fromY);
}

for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, (event) => {
    if (!own?.pointers.delete(event.pointerId)) return;
    if (name === "pointercancel") own.line = null;
    lift();
  });
}
document.addEventListener("wheel", (event) => {
  if (!onStage(event) || document.activeElement !== event.target) return; // else a page that scrolls would zoom
  event.preventDefault();
  zoomBy(event.deltaY < 0 ? 1.15 : 1 / 1.15, event);
}, { passive: false });

const TOOLS = { b: "car", e: "ground", g: "glass", v: "move" };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
document.addEventListener("keydown", (event) => {
  if (!own?.photo || event.target.matches("select, textarea")) return;
  if ((event.ctrlKey || event.metaKey) && /^[zy]$/i.test(event.key)) {
    event.preventDefault();
    ACTS[event.shiftKey || event.key.toLowerCase() === "y" ? "redo" : "undo"]();
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "[" || event.key === "]") part("size").value = Number(part("size").value) * (event.key === "]" ? 1.25 : 0.8);
  const choice = TOOLS[event.key.toLowerCase()];
  if (choice) own.root.querySelector(`input[name="tool"][value="${choice}"]`).checked = true;
  if (event.target === part("stage")) onKey(event);
  draw();
});

function onKey(event) {
  if (ARROWS[event.key]) {
    const by = (STEP * (event.shiftKey ? 5 : 1)) / own.zoom;
    const { width, height } = own.photo;
    const [dx, dy] = ARROWS[event.key];
    own.cursor = [clamp(own.cursor[0] + (dx * by * longer()) / width, 0, 1), clamp(own.cursor[1] + (dy * by * longer()) / height, 0, 1)];
    if (own.line) extend(own.cursor);
    else if (own.zoom > 1) [own.x, own.y] = own.cursor;
  } else if (event.key === "Enter") {
    if (own.line) lift();
    else if (tool() !== "move") putDown(own.cursor);
  } else if (event.key === "Escape") own.line = null;
  else if (event.key === "+" || event.key === "=") zoomBy(1.5);
  else if (event.key === "-") zoomBy(1 / 1.5);
  else return;
  event.preventDefault();
}

document.addEventListener("click", (event) => {
  const act = event.target.closest?.("[data-cutter-act]")?.dataset.cutterAct;
  if (act && own?.photo) ACTS[act]();
});
document.addEventListener("change", (event) => {
  if (own?.photo && own.root.contains(event.target)) draw();
});
afterSwap(begin);
begin();
