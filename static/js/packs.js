// Shows the strength of the packs that are ticked, and of no others.
//   <form data-packs> … <input type="checkbox" data-pack="name"> … <div data-strength-of="name">
// All packs together are one stop of the Tab key, however many there are: arrows go on among them.
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

const packs = (form) => [...form.querySelectorAll("[data-pack]")];

function stopAt(form, chosen) {
  for (const box of packs(form)) box.tabIndex = box === chosen ? 0 : -1;
}

for (const form of document.querySelectorAll("form[data-packs]")) {
  stopAt(form, form.querySelector("[data-pack]:checked") ?? packs(form)[0]);
}

document.addEventListener("keydown", (event) => {
  const { form } = event.target;
  if (!event.target.matches("[data-packs] [data-pack]") || !STEPS[event.key]) return;
  event.preventDefault();
  const all = packs(form);
  const next = all[(all.indexOf(event.target) + STEPS[event.key] + all.length) % all.length];
  stopAt(form, next);
  next.focus();
});

document.addEventListener("change", (event) => {
  const box = event.target.closest("[data-packs] [data-pack]");
  if (!box) return;
  const form = box.form;
  stopAt(form, box);
  for (const one of packs(form)) {
    form.querySelector(`[data-strength-of="${CSS.escape(one.dataset.pack)}"]`).hidden = !one.checked;
  }
  form.querySelector("[data-strength-none]").hidden = form.querySelector("[data-pack]:checked") !== null;
});
