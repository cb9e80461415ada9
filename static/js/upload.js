// Uploads with progress per file, in parts, so that a broken line costs a part and not the file.
// Without script the same form sends all files at once.
//   <form data-upload> with one <input type="file"> and an empty
//   <ul class="uploads" data-upload-list data-begin="url" data-part="url with 0 for the number">;
//   the list's data-done="url" is opened when all were taken without a remark, and its words for each
//   state are in data-word-waiting, -sending, -again, -done, -unpacking, -failed and -retry.
// A file is announced by a POST (name, size, key and the form's other fields), which answers
// {id, arrived, part, …} or 422 {errors}. Each part is a PATCH ?offset=N that answers
// {arrived, state, errors}. After a break a GET says how much is there. A file chosen again after a
// reload is known by its key and goes on. fetch has no upload progress, hence XMLHttpRequest.
import { afterSwap } from "./htmx-events.js";

const AT_ONCE = 3;
const PAUSES = [1, 2, 4, 8, 15, 30]; // seconds between attempts; then a person decides
const CAPTIONS = /\.(csv|tsv|jsonl|ndjson|json|txt|caption)$/i;

class Refused extends Error {
  constructor(errors) {
    super(errors.join(" "));
    this.errors = errors;
  }
}

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
  state.textContent = words.wordWaiting;
  return { item, state, bar };
}

function complain(item, sentences) {
  for (const sentence of sentences) {
    const line = item.appendChild(document.createElement("p"));
    line.textContent = sentence;
  }
}

/** One request. Gives the answer's JSON; throws Refused on 4xx, Error when it should be tried again. */
function ask(form, method, url, body, onProgress = () => {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    request.addEventListener("loadend", () => {
      const answer = request.response ?? {};
      if (request.status >= 200 && request.status < 300) resolve(answer);
      else if (request.status === 409 && answer.state) resolve(answer); // another part is due
      else if (request.status >= 400 && request.status < 500 && request.status !== 400) {
        reject(new Refused(answer.errors ?? []));
      } else reject(Object.assign(new Error("lost"), { errors: answer.errors ?? [] }));
    });
    request.send(body);
  });
}

function wait(seconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, seconds * 1000);
    function done() {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    }
    addEventListener("online", done); // the line is back: no need to wait any longer
  });
}

/** Calls `act` until it succeeds; throws what it threw last when the pauses are used up. */
async function insist(act, onPause) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await act(attempt);
    } catch (error) {
      if (error instanceof Refused || attempt >= PAUSES.length) throw error;
      onPause();
      await wait(PAUSES[attempt]);
    }
  }
}

function announce(form, file) {
  const body = new FormData(form);
  body.delete(form.querySelector('input[type="file"]').name);
  body.set("name", file.name);
  body.set("size", file.size);
  body.set("key", `${file.name}|${file.size}|${file.lastModified}`);
  return ask(form, "POST", form.querySelector("[data-upload-list]").dataset.begin, body);
}

async function transfer(form, file, shown, words) {
  const again = () => { shown.state.textContent = words.wordAgain; };
  let known = await insist(() => announce(form, file), again);
  const url = words.part.replace("0", known.id);
  const { part } = known;
  while (known.state === "arriving") {
    known = await insist(async (attempt) => {
      const now = attempt ? await ask(form, "GET", url) : known;
      if (now.state !== "arriving") return now;
      shown.state.textContent = words.wordSending;
      shown.bar.value = now.arrived;
      const piece = file.slice(now.arrived, now.arrived + part);
      const next = await ask(form, "PATCH", `${url}?offset=${now.arrived}`, piece, (loaded) => {
        shown.bar.value = now.arrived + loaded;
      });
      // Another tab sends the same file: look again a little later.
      if (next.state === "arriving" && next.arrived === now.arrived) throw new Error("busy");
      return next;
    }, again);
  }
  return known;
}

/** Sends one file. Gives "clean" when it was taken without a remark, "unpacking" or "remarks". */
async function send(form, file, shown, words) {
  for (const old of shown.item.querySelectorAll("p, button")) old.remove();
  shown.bar.className = "";
  try {
    const known = await transfer(form, file, shown, words);
    shown.item.dataset.upload = known.id;
    if (known.state === "failed") throw new Refused(known.errors); // here, and nothing of use in it
    const unpacks = known.state === "queued" || known.state === "working";
    shown.state.textContent = unpacks ? words.wordUnpacking : words.wordDone;
    shown.bar.value = shown.bar.max;
    shown.bar.className = "bar--done";
    complain(shown.item, known.errors);
    return unpacks ? "unpacking" : known.errors.length ? "remarks" : "clean";
  } catch (error) {
    shown.state.textContent = words.wordFailed;
    shown.bar.className = "bar--stopped";
    complain(shown.item, error.errors ?? []);
    if (!(error instanceof Refused)) offerRetry(form, file, shown, words);
    return "remarks";
  }
}

function offerRetry(form, file, shown, words) {
  const button = shown.item.appendChild(document.createElement("button"));
  button.type = "button";
  button.className = "button button--small";
  button.textContent = words.wordRetry;
  button.addEventListener("click", () => send(form, file, shown, words));
}

async function sendAll(form, files) {
  const list = form.querySelector("[data-upload-list]");
  const words = list.dataset;
  const results = [];
  const waiting = files.map((file) => ({ file, shown: row(list, file, words) }));
  // Captions last: they name pictures that must be there first.
  const isCaptions = ({ file }) => CAPTIONS.test(file.name);
  for (const some of [waiting.filter((one) => !isCaptions(one)), waiting.filter(isCaptions)]) {
    const worker = async () => {
      for (let next = some.shift(); next; next = some.shift()) {
        results.push(await send(form, next.file, next.shown, words));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }
  form.querySelector('input[type="file"]').value = "";
  document.body.dispatchEvent(new CustomEvent("uploads"));
  // With a remark in the list, or a zip being unpacked, the page stays, so that it can be read.
  if (results.every((result) => result === "clean") && words.done) location.assign(words.done);
  else form.querySelector("[data-upload-next]")?.removeAttribute("hidden");
}

// What the page itself tells of by now (#upload-12) needs no second line here.
afterSwap(() => {
  for (const item of document.querySelectorAll("[data-upload-list] [data-upload]")) {
    if (document.getElementById(`upload-${item.dataset.upload}`)) item.remove();
  }
});

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
