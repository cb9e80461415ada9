// Uploads with progress per file. Without script the same form sends all files at once.
//   <form data-upload method="post" enctype="multipart/form-data"> with one <input type="file">,
//   an empty <ul class="uploads" data-upload-list> and words for each state in
//   data-waiting, data-sending, data-done, data-failed. data-upload-done="url" is opened at the end.
// Each file is one POST of the same form (other fields included). The server answers 2xx when it
// took the file, or 4xx with JSON {"errors": ["sentence", …]} (also on 2xx, for the parts of a zip
// that were left out). fetch has no upload progress, hence XMLHttpRequest.
const AT_ONCE = 3;

function row(list, file, words) {
  const item = list.appendChild(document.createElement("li"));
  const name = item.appendChild(document.createElement("span"));
  name.className = "uploads__name";
  name.textContent = file.name;
  const state = item.appendChild(document.createElement("span"));
  state.className = "faint";
  const bar = item.appendChild(document.createElement("progress"));
  bar.max = file.size || 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  state.textContent = words.waiting;
  return { item, state, bar };
}

function complain(item, sentences) {
  for (const sentence of sentences) {
    const line = item.appendChild(document.createElement("p"));
    line.textContent = sentence;
  }
}

function answer(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return {};
  }
}

function send(form, field, file, shown, words) {
  return new Promise((resolve) => {
    const body = new FormData(form);
    body.delete(field.name);
    body.append(field.name, file);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.upload.addEventListener("progress", (event) => {
      shown.bar.value = event.loaded;
      shown.state.textContent = words.sending;
    });
    request.addEventListener("loadend", () => {
      const took = request.status >= 200 && request.status < 300;
      const errors = answer(request).errors ?? [];
      shown.state.textContent = took ? words.done : words.failed;
      shown.bar.value = shown.bar.max;
      shown.bar.className = took ? "bar--done" : "bar--stopped";
      complain(shown.item, errors);
      resolve(took && errors.length === 0);
    });
    request.send(body);
  });
}

async function sendAll(form, files) {
  const field = form.querySelector('input[type="file"]');
  const list = form.querySelector("[data-upload-list]");
  const words = form.dataset;
  const queue = files.map((file) => ({ file, shown: row(list, file, words) }));
  let allTaken = true;
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      allTaken = (await send(form, field, next.file, next.shown, words)) && allTaken;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  field.value = "";
  // With a fault in the list the page stays, so that it can be read.
  if (allTaken && words.uploadDone) location.assign(words.uploadDone);
  else form.querySelector("[data-upload-next]")?.removeAttribute("hidden");
}

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-upload]");
  if (form && event.target.type === "file" && event.target.files.length) {
    sendAll(form, [...event.target.files]);
  }
});

for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const drop = event.target.closest?.(".upload__drop");
    drop?.classList.toggle("is-over", name === "dragenter" || name === "dragover");
  });
}
for (const button of document.querySelectorAll("[data-without-script]")) button.hidden = true;
