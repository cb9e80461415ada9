// The channels of the create page.
//   <details data-channel-choice> holds the radio buttons of the main one; [data-channel-shown] and
//   [data-channel-px] in its summary show which is chosen. A press chooses and closes, keys go on.
//   [data-channel-covers] says that the platform covers some of it, of a radio with data-covers.
//   Rows [data-further="slug"] with two boxes each are the further ones: the main channel has no row,
//   a campaign that is chosen ticks the channels that it asks for (data-campaigns), and
//   [data-further-count] says how many are ticked.
function rows(form) {
  return [...form.querySelectorAll("[data-further]")];
}

function untick(row, ...names) {
  for (const box of row.querySelectorAll("input")) if (names.includes(box.name)) box.checked = false;
}

function tickCampaign(form, slug) {
  for (const row of rows(form)) {
    const box = row.querySelector('[name="further"]');
    box.checked = !row.hidden && box.dataset.campaigns.split(" ").includes(slug);
    if (box.checked) form.querySelector("#further").open = true;
  }
}

function show(choice, radio) {
  const parts = [...radio.parentElement.children].filter((one) => one !== radio);
  choice.querySelector("[data-channel-shown]").replaceChildren(...parts.map((one) => one.cloneNode(true)));
  choice.querySelector("[data-channel-px]").textContent = `${radio.dataset.delivers.replace(" ", " × ")} px`;
}

document.addEventListener("change", (event) => {
  const { form, name, value } = event.target;
  const choice = form?.querySelector("[data-channel-choice]");
  if (!choice) return;
  if (name === "channel") {
    show(choice, event.target);
    form.querySelector("[data-channel-covers]").hidden = !event.target.dataset.covers;
    for (const row of rows(form)) {
      row.hidden = row.dataset.further === value;
      if (row.hidden) untick(row, "further", "anew");
    }
  }
  if (!form.querySelector("[data-further]")) return;
  if (name === "campaign" && value) tickCampaign(form, value);
  for (const row of rows(form)) if (!row.querySelector('[name="further"]').checked) untick(row, "anew");
  const ticked = form.querySelectorAll('[name="further"]:checked').length;
  form.querySelector("[data-further-count]").textContent = ticked;
}, { capture: true }); // before forms.js counts the pictures

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-channel-choice]");
  // Arrow keys choose by a click of their own, which comes from no pointer.
  if (choice && event.pointerType && event.target.closest(".channel")) choice.open = false;
});
