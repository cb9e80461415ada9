// The glossary while typing. In a field with data-terms the words before the caret are looked up (the
// Chinese ones; with data-terms="all" the English ones too) and what the server offers stands below
// it: arrows choose, Enter or Tab takes, Escape closes, a press takes as well. Takes nothing by itself.
import { afterSwap } from "./htmx-events.js";

const LONGEST = 40; // characters that the server looks at
let field = null;

const list = () => document.getElementById("terms");
const options = () => [...list().querySelectorAll('[role="option"]')];
const chosen = () => list().querySelector('[aria-selected="true"]');

function wordsBefore(target) {
  const before = target.value.slice(0, target.selectionStart).slice(-LONGEST);
  if (/\p{Script=Han}$/u.test(before)) return before;
  return target.dataset.terms === "all" && /[A-Za-z]{2}$/.test(before) ? before : "";
}

function close() {
  if (!list()) return;
  list().hidden = true;
  list().replaceChildren();
  for (const name of ["aria-activedescendant", "aria-controls"]) field?.removeAttribute(name);
}

function open() {
  if (!field?.isConnected || document.activeElement !== field || !options().length) return close();
  const { left, bottom, width } = field.getBoundingClientRect();
  list().style.insetInlineStart = `${left + window.scrollX}px`;
  list().style.insetBlockStart = `${bottom + window.scrollY}px`;
  list().style.inlineSize = `${Math.max(width, Math.min(260, window.innerWidth - left - 16))}px`;
  list().hidden = false;
  for (const [name, value] of [["aria-autocomplete", "list"], ["aria-haspopup", "listbox"], ["aria-controls", "terms"]]) {
    field.setAttribute(name, value);
  }
}

function choose(option) {
  for (const one of options()) one.ariaSelected = one === option;
  if (option) field.setAttribute("aria-activedescendant", option.id); else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function take(option) {
  const caret = field.selectionStart;
  const start = caret - Number(option.dataset.length);
  const before = field.value.slice(0, start);
  const gap = /[\p{L}\p{N}]$/u.test(before) ? " " : "";
  field.setRangeText(gap + option.dataset.phrase, start, caret, "end");
  close();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true })); // what waits for typing hears it
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-terms]") || event.isComposing || !list()) return;
  field = event.target;
  const typed = wordsBefore(field);
  if (!typed) return close();
  document.getElementById("terms-typed").value = typed;
  list().dispatchEvent(new CustomEvent("typed"));
});
// The input event of a finished composition comes before its end in some browsers.
document.addEventListener("compositionend", (event) => {
  if (event.target.matches("[data-terms]")) event.target.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("keydown", (event) => {
  if (event.target !== field || !list() || list().hidden) return;
  const all = options();
  const at = all.indexOf(chosen());
  if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
  else if (event.key === "ArrowUp") choose(all[(at <= 0 ? all.length : at) - 1]);
  else if (event.key === "Escape") close();
  else if ((event.key === "Enter" || event.key === "Tab") && chosen()) take(chosen());
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest('#terms [role="option"]');
  if (!option) return;
  event.preventDefault(); // the field keeps the focus
  take(option);
});
document.addEventListener("focusout", (event) => { if (event.target === field) close(); });

afterSwap(() => { if (list()?.childElementCount && list().hidden) open(); });
