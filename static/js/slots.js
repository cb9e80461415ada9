// Choices that go with another one: <select data-held-to="name of the other field">, each option with
// the values it goes with (data-goes-with, JSON). The others are hidden; the server holds to the same.
function hold(select) {
  const chosen = select.form.elements[select.dataset.heldTo]?.value;
  const options = [...select.options];
  for (const option of options) {
    option.hidden = option.disabled = !JSON.parse(option.dataset.goesWith).includes(chosen);
  }
  if (options[select.selectedIndex]?.disabled ?? true) {
    select.selectedIndex = options.findIndex((option) => !option.disabled);
  }
}

function holdAll(root) {
  for (const select of root.querySelectorAll("select[data-held-to]")) hold(select);
}

document.addEventListener("change", (event) => { if (event.target.form) holdAll(event.target.form); });
holdAll(document);
