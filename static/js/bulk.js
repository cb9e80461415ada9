// Choosing several: <form data-bulk> with checkboxes named data-bulk's value, inside it or bound to
// it by their form attribute; the stylesheet shows the bar of acts while any is checked.
// [data-bulk-count] says how many, a button with data-bulk-needs="2" waits for just so many,
// [data-bulk-clear] and [data-bulk-all] let go of all or take all. Shift takes the range between two
// presses. A checkbox with data-apart says something else: it shows no bar, and is not let go of.
let last = null;

function boxes(form) {
  return [...form.elements].filter((one) => one.type === "checkbox" && one.name === form.dataset.bulk);
}

function show(form) {
  const chosen = boxes(form).filter((box) => box.checked).length;
  for (const count of form.querySelectorAll("[data-bulk-count]")) count.textContent = chosen;
  for (const act of form.querySelectorAll("[data-bulk-needs]")) act.disabled = chosen !== Number(act.dataset.bulkNeeds);
}

document.addEventListener("click", (event) => {
  const form = event.target.form ?? event.target.closest("form");
  if (!form?.matches("[data-bulk]")) return;
  const all = boxes(form);
  if (event.target.closest("[data-bulk-clear]")) {
    for (const one of form.elements) if (one.type === "checkbox" && !("apart" in one.dataset)) one.checked = false;
  }
  if (event.target.closest("[data-bulk-all]")) for (const box of all) box.checked = true;
  if (all.includes(event.target)) {
    if (event.shiftKey && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(event.target)].sort((a, b) => a - b);
      for (const box of all.slice(from, to + 1)) box.checked = event.target.checked;
    }
    last = event.target;
  }
  show(form);
});

for (const form of document.querySelectorAll("form[data-bulk]")) show(form);
