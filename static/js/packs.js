// Shows the strength of the packs that are ticked, and of no others.
//   <form data-packs> … <input type="checkbox" data-pack="name"> … <div data-strength-of="name">
document.addEventListener("change", (event) => {
  const box = event.target.closest("[data-packs] [data-pack]");
  if (!box) return;
  const form = box.form;
  for (const one of form.querySelectorAll("[data-pack]")) {
    form.querySelector(`[data-strength-of="${CSS.escape(one.dataset.pack)}"]`).hidden = !one.checked;
  }
  form.querySelector("[data-strength-none]").hidden = form.querySelector("[data-pack]:checked") !== null;
});
