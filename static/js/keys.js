// Keys for lists of cards: a container with data-keys="selector of a card"; J and K (or the arrows
// up and down outside a field) go to the next and previous card's field; Ctrl+Enter in a field
// presses the card's [data-key-enter], or sends its form; Z outside a field presses [data-key-undo]
// of the card one was in last. A card with a [data-key-pick] is entered there, so that the space bar
// chooses it. The letter of [data-key="a"] presses that button, or goes to that field.
let last = null;

function cards(container) {
  return [...container.querySelectorAll(container.dataset.keys)];
}

function focusIn(card) {
  const pick = card.querySelector("[data-key-pick]:enabled");
  const field = pick ?? card.querySelector("textarea, input:not([type=checkbox], [type=hidden])");
  (field ?? card.querySelector("a, button") ?? card).focus();
  card.scrollIntoView({ block: "nearest" });
}

function step(container, by) {
  const all = cards(container);
  const now = all.indexOf(current(container));
  const next = all[now === -1 ? 0 : now + by];
  if (next) focusIn(next);
}

/** The card in use: where focus is, or was before a key or a swap took it away. */
function current(container) {
  const all = cards(container);
  return all.find((card) => card.contains(document.activeElement)) ?? all.find((card) => card.id === last);
}

/** Presses a button, or goes to a field; nothing is typed there by the same key. */
function press(target, event) {
  if (!target) return;
  event.preventDefault();
  if (target.matches("button")) target.click(); else target.focus();
}

document.addEventListener("focusin", (event) => {
  const container = event.target.closest("[data-keys]");
  const card = container && cards(container).find((one) => one.contains(event.target));
  if (!card) return;
  last = card.id;
  for (const one of cards(container)) one.classList.toggle("is-current", one === card);
});

document.addEventListener("keydown", (event) => {
  const container = document.querySelector("[data-keys]");
  if (!container || event.altKey || event.metaKey) return;
  const typing = event.target.matches("textarea, input:not([type=checkbox]), select");
  if (!typing && !event.ctrlKey && (event.key === "j" || event.key === "k")) {
    event.preventDefault();
    step(container, event.key === "j" ? 1 : -1);
  } else if (!typing && !event.ctrlKey && event.key === "z") {
    current(container)?.querySelector("[data-key-undo]")?.click();
  } else if (!typing && !event.ctrlKey && /^[a-z]$/.test(event.key)) {
    press(container.querySelector(`[data-key="${event.key}"]`), event);
  } else if (typing && event.key === "Escape") {
    event.target.blur(); // out of the field, so that J, K and Z are keys again
  } else if (typing && event.ctrlKey && event.key === "Enter") {
    event.preventDefault();
    const card = cards(container).find((one) => one.contains(event.target));
    const button = card?.querySelector("[data-key-enter]");
    if (button) button.click(); else event.target.form?.requestSubmit();
    step(container, 1);
  }
});
