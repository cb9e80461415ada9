// Small courtesies of forms.
//   After a refused form, focus goes to the first field in error; an error of no single field comes
//   into view.
//   <form data-autosubmit> sends itself when a choice changes (filters), and says what the list
//   shows when one comes back to it, where browsers would put back what was chosen on leaving.
//   <form data-along="id"> takes along what was chosen in that form under other names;
//   <input data-resends="id"> sends such a form, and comes back to its own <li id="…">.
//   <form data-keyboard> is sent by Ctrl+Enter (or ⌘+Enter), wherever on the page one is.
//   <form data-once> is sent once, however often one presses.
//   <input type="file" data-send-with="id"> presses that button as soon as a file is chosen.
//   <input type="range" data-amount="%"> shows its figure in the <output> beside it.
//   <button data-count="n" data-one="Paint {n} picture" data-many="…"> carries its amount; with
//   data-count-more="m", once more for each checkbox of that name that is ticked.
import { afterSwap } from "./htmx-events.js";

function focusFirstError() {
  if (document.activeElement?.matches("input, textarea, select")) return;
  document.querySelector('[aria-invalid="true"]')?.focus();
}

function carryAmount(form) {
  for (const button of form.querySelectorAll("button[data-count]")) {
    const amount = new FormData(form).getAll(button.dataset.count);
    const one = amount.length > 1 || form.querySelector(`[name="${button.dataset.count}"][type="checkbox"]`)
      ? amount.length
      : Number(amount[0] ?? 0);
    const times = 1 + (button.dataset.countMore ? new FormData(form).getAll(button.dataset.countMore).length : 0);
    const n = one * times;
    const words = n === 1 ? button.dataset.one : button.dataset.many;
    button.textContent = words.replace("{n}", n);
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form) return;
  carryAmount(form);
  if (form.matches("[data-autosubmit]")) form.requestSubmit();
});

document.addEventListener("formdata", (event) => {
  const other = document.getElementById(event.target.dataset.along);
  if (!other) return;
  const own = new Set([...event.target.elements].map((one) => one.name));
  for (const [name, value] of new FormData(other)) {
    const isOwn = own.has(name) || name === "csrfmiddlewaretoken";
    if (value && !isOwn && !isChosenAnew(event.target, name)) event.formData.append(name, value);
  }
});

// A campaign brings its own channels.
const isChosenAnew = (form, name) => name === "channel" && form.elements.campaign?.matches("select");

document.addEventListener("change", (event) => {
  const form = document.getElementById(event.target.dataset.resends);
  if (!form) return;
  form.action = `${location.pathname}#${event.target.closest("li").id}`;
  form.requestSubmit();
});

document.addEventListener("change", (event) => {
  const button = event.target.dataset.sendWith;
  if (button && event.target.files.length) document.getElementById(button).click();
});

document.addEventListener("input", (event) => {
  const { amount } = event.target.dataset;
  if (amount === undefined) return;
  const output = event.target.form.querySelector(`output[for="${event.target.id}"]`);
  output.value = `${event.target.value} ${amount}`;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = document.querySelector("form[data-keyboard]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", (event) => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  const [arrival] = performance.getEntriesByType("navigation");
  if (!event.persisted && arrival.type !== "back_forward") return;
  for (const form of document.querySelectorAll("form[data-autosubmit]")) form.reset();
});

afterSwap(focusFirstError);
focusFirstError();
if (!document.querySelector('[aria-invalid="true"]')) {
  document.querySelector("li.field__error")?.scrollIntoView({ block: "center" });
}
