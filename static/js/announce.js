// Speaks a change of state, not every step: an element with data-announce="words" is compared with
// what it said before. The live region stands outside whatever is swapped (base.html).
// If the window is not in front, the tab's title carries the words until it is.
// With data-toast the words are shown as well, for a while.
import { afterSwap } from "./htmx-events.js";

const live = document.getElementById("live");
const plainTitle = document.title;
const said = new Map();

const TOAST_MILLISECONDS = 6000;

function names() {
  return [...document.querySelectorAll("[data-announce]")].map((element, index) => [
    element.id || `announced-${index}`, element.dataset.announce, "toast" in element.dataset,
  ]);
}

function show(words) {
  const box = document.createElement("p");
  box.className = "toast";
  box.ariaHidden = "true"; // the live region has said it
  box.textContent = words;
  document.body.append(box);
  setTimeout(() => box.remove(), TOAST_MILLISECONDS);
}

function speak(words) {
  live.textContent = words;
  if (!document.hasFocus()) document.title = `● ${words}`;
}

for (const [name, words] of names()) said.set(name, words);
afterSwap(() => {
  const changed = names().filter(([name, words]) => words && said.get(name) !== words);
  for (const [name, words] of names()) said.set(name, words);
  if (changed.length) speak(changed.map(([, words]) => words).join(" "));
  for (const [, words, asToast] of changed) if (asToast) show(words);
});
window.addEventListener("focus", () => { document.title = plainTitle; });
