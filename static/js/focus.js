// A form that loads the page anew gives focus back to where it was, and the caret to its place:
//   <form data-keyboard> … fields and buttons with an id.
// Where something was refused, focus goes to the first field in error instead (forms.js).
const KEPT = "focus";

document.addEventListener("submit", (event) => {
  const { id, selectionStart } = document.activeElement;
  if (!event.target.matches("[data-keyboard]") || !id) return;
  sessionStorage.setItem(KEPT, JSON.stringify({ path: location.pathname, id, caret: selectionStart }));
});

const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
sessionStorage.removeItem(KEPT);
const element = kept.path === location.pathname ? document.getElementById(kept.id) : null;
// Only now: the address names a place on the page, and going there takes focus away.
window.addEventListener("load", () => {
  if (!element || document.activeElement !== document.body) return;
  if (document.querySelector('[aria-invalid="true"]')) return;
  element.focus({ preventScroll: true });
  if (element.matches("textarea") && kept.caret !== null) element.setSelectionRange(kept.caret, kept.caret);
});
