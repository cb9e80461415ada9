// Choices that go with another one: <select data-held-to="name of the other field">, each option with
// the values it goes with (data-goes-with, JSON). The others are hidden; the server holds to the same.
// A choice that had to give way stands in <p data-held-note="{choice} … {other} … {instead}">, and comes
// back with what it goes with.
const given = new WeakMap(); // select → the value that its person chose and that gave way

function labelOf(select, value) {
  return [...select.options].find((option) => option.value === value)?.label ?? "";
}

function hold(select) {
  const other = select.form.elements[select.dataset.heldTo];
  const options = [...select.options];
  const fits = (option) => JSON.parse(option.dataset.goesWith).includes(other?.value);
  for (const option of options) option.hidden = option.disabled = !fits(option);
  const own = given.get(select) ?? select.value;
  const at = options.findIndex((option) => option.value === own && !option.disabled);
  if (at >= 0) {
    given.delete(select);
    if (select.selectedIndex !== at) select.selectedIndex = at;
    return "";
  }
  given.set(select, own);
  if (options[select.selectedIndex]?.disabled ?? true) {
    select.selectedIndex = options.findIndex((option) => !option.disabled);
  }
  return noteOn(select, { choice: labelOf(select, own), other: labelOf(other, other?.value) });
}

function noteOn(select, names) {
  const note = select.form.querySelector("[data-held-note]");
  const words = { ...names, instead: labelOf(select, select.value) };
  if (!note || Object.values(words).some((word) => !word)) return "";
  return note.dataset.heldNote.replace(/\{(\w+)\}/g, (_all, name) => words[name]);
}

function holdAll(root) {
  const notes = new Map();
  for (const select of root.querySelectorAll("select[data-held-to]")) {
    const note = select.form.querySelector("[data-held-note]");
    if (note) notes.set(note, [notes.get(note), hold(select)].filter(Boolean).join(" "));
    else hold(select);
  }
  for (const [note, words] of notes) if (note.textContent !== words) note.textContent = words;
}

document.addEventListener("change", (event) => {
  given.delete(event.target); // chosen anew by hand
  if (event.target.form) holdAll(event.target.form);
});
holdAll(document);
