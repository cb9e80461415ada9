// Speaks a change of state, not every step: an element with data-announce="words" is compared with
// what it said before. The live region stands outside whatever is swapped (base.html).
// If the window is not in front, the tab's title carries the words until it is.
import { afterSwap } from "./htmx-events.js";

const live = document.getElementById("live");
const plainTitle = document.title;
const said = new Map();

function names() {
  return [...document.querySelectorAll("[data-announce]")].map((element, index) => [
    element.id || `announced-${index}`, element.dataset.announce,
  ]);
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
});
window.addEventListener("focus", () => { document.title = plainTitle; });
