// A second press for what is hard to undo: <button data-confirm="Delete 3 pictures?"> shows the
// question in its own place, and only a press on that sends the form. Escape or leaving takes it back.
function takeBack(button) {
  button.textContent = button.dataset.before;
  button.classList.remove("button--danger");
  delete button.dataset.before;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-confirm]");
  if (!button || button.dataset.before !== undefined) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  button.dataset.before = button.textContent;
  button.textContent = button.dataset.confirm;
  button.classList.add("button--danger");
}, true);

document.addEventListener("focusout", (event) => {
  if (event.target.dataset?.before !== undefined) takeBack(event.target);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.dataset?.before !== undefined) takeBack(event.target);
});
