// What was typed outlives a change of the language: the values of a page's forms lie in the session's
// storage while it is loaded anew, and are put back once. Passwords and files stay behind.
//   <form data-redraw="keep"> draws rows that a page of its own would not have: sent with rows=keep,
//   the server answers with the form as it was.
const place = () => `typed:${location.pathname}${location.search}`;
const LEFT_OUT = '[hidden], [type="hidden"], [type="file"], [type="password"], button';

function fieldsOf(form) {
  return [...form.elements].filter((field) => field.name && !field.matches(LEFT_OUT));
}

function formsOf(page) {
  return [...page.querySelectorAll('form[method="post"]')].filter((form) => fieldsOf(form).length);
}

function valuesOf(form) {
  const names = new Set(fieldsOf(form).map((field) => field.name));
  return [...new FormData(form)].filter(([name, value]) => names.has(name) && value !== "");
}

function putBack(form, values) {
  const left = [...values];
  const take = (name, value) => {
    const at = left.findIndex(([n, v]) => n === name && (value === undefined || v === value));
    return at < 0 ? undefined : left.splice(at, 1)[0][1];
  };
  for (const field of fieldsOf(form)) {
    if (field.matches('[type="checkbox"], [type="radio"]')) {
      const isChosen = take(field.name, field.value) !== undefined;
      if (field.checked === isChosen) continue;
      field.checked = isChosen;
    } else {
      const value = take(field.name) ?? "";
      if (field.value === value) continue;
      field.value = value;
    }
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  }
}

function drawAgain(form, values) {
  if (JSON.stringify(values) === JSON.stringify(valuesOf(form))) return;
  for (const field of fieldsOf(form)) field.disabled = true;
  for (const [name, value] of [...values, ["rows", form.dataset.redraw]]) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  form.submit();
}

document.addEventListener("submit", (event) => {
  if (!event.target.querySelector('button[name="language"]')) return;
  sessionStorage.setItem(place(), JSON.stringify(formsOf(document).map(valuesOf)));
});

const kept = JSON.parse(sessionStorage.getItem(place()) ?? "[]");
sessionStorage.removeItem(place());
formsOf(document).forEach((form, at) => {
  if (!kept[at]) return;
  if (form.dataset.redraw) drawAgain(form, kept[at]); else putBack(form, kept[at]);
});
