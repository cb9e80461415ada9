// Pictures at full size over the page: a link with data-view="address of the picture" opens the
// dialog #viewer instead of its own page; a click with Ctrl or Shift still goes there. Arrow keys and
// swipes go to the next and previous picture, + and - (or the wheel, or a double tap) zoom around the
// pointer, 0 shows it whole, C chooses it: two chosen ones can be compared. Escape closes it, and
// focus returns to the picture that was last shown.
const LARGEST = 8;
let links = [];
let at = 0;
let zoom = 1;
let start = null;

const dialog = () => document.getElementById("viewer");
const picture = () => dialog().querySelector("img");

function magnify(to, x = 50, y = 50) {
  zoom = Math.min(LARGEST, Math.max(1, to));
  picture().style.setProperty("--zoom", zoom);
  if (zoom === 1 || x !== 50 || y !== 50) {
    picture().style.setProperty("--look-x", `${x}%`);
    picture().style.setProperty("--look-y", `${y}%`);
  }
  dialog().querySelector("[data-viewer-zoom]").textContent = `${Math.round(zoom * 100)} %`;
}

const boxOf = (link) => link.closest(".tile")?.querySelector(".tile__pick");

function show(index) {
  at = (index + links.length) % links.length;
  const link = links[at];
  magnify(1);
  picture().parentElement.toggleAttribute("data-loading", true);
  picture().src = link.dataset.view;
  picture().alt = link.querySelector("img")?.alt ?? "";
  const page = dialog().querySelector("[data-viewer-page]");
  page.href = link.href;
  page.textContent = picture().alt;
  dialog().querySelector("[data-viewer-place]").textContent = `${at + 1} / ${links.length}`;
  showChoice();
}

function showChoice() {
  const box = boxOf(links[at]);
  const button = dialog().querySelector("[data-viewer-choose]");
  button.hidden = !box;
  button.setAttribute("aria-pressed", String(Boolean(box?.checked)));
}

function choose() {
  boxOf(links[at])?.click();
  showChoice();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-view]");
  if (link && dialog() && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    links = [...document.querySelectorAll("a[data-view]")];
    dialog().showModal();
    show(links.indexOf(link));
  }
  const act = event.target.closest?.("[data-viewer-act]")?.dataset.viewerAct;
  if (act === "next") show(at + 1);
  if (act === "previous") show(at - 1);
  if (act === "larger") magnify(zoom * 2);
  if (act === "smaller") magnify(zoom / 2);
  if (act === "choose") choose();
  if (act === "close") dialog().close();
});

// "load" and "error" of a picture do not bubble; they are heard on their way down.
for (const done of ["load", "error"]) {
  document.addEventListener(done, (event) => {
    if (event.target.parentElement?.matches?.(".viewer__stage")) {
      event.target.parentElement.removeAttribute("data-loading");
    }
  }, { capture: true });
}

document.addEventListener("keydown", (event) => {
  if (!dialog()?.open) return;
  const acts = {
    ArrowRight: () => show(at + 1),
    ArrowLeft: () => show(at - 1),
    "+": () => magnify(zoom * 2),
    "=": () => magnify(zoom * 2),
    "-": () => magnify(zoom / 2),
    0: () => magnify(1),
    c: choose,
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
});

const share = (event) => {
  const { left, top, width, height } = picture().getBoundingClientRect();
  return [((event.clientX - left) / width) * 100, ((event.clientY - top) / height) * 100];
};

document.addEventListener("wheel", (event) => {
  if (!dialog()?.open || event.target !== picture()) return;
  event.preventDefault();
  magnify(zoom * (event.deltaY < 0 ? 1.25 : 0.8), ...(zoom === 1 ? share(event) : []));
}, { passive: false });

document.addEventListener("dblclick", (event) => {
  if (dialog()?.open && event.target === picture()) magnify(zoom > 1 ? 1 : 3, ...share(event));
});

document.addEventListener("pointerdown", (event) => {
  start = dialog()?.open && event.target === picture() && zoom === 1 ? event.clientX : null;
});
document.addEventListener("pointerup", (event) => {
  if (start === null) return;
  const far = event.clientX - start;
  start = null;
  if (event.pointerType === "touch" && Math.abs(far) > 60) show(at + (far < 0 ? 1 : -1));
});

document.addEventListener("close", (event) => {
  if (event.target.id !== "viewer") return;
  picture().removeAttribute("src");
  links[at]?.focus();
}, { capture: true });
