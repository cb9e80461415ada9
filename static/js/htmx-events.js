// The one place that knows htmx's event names.

/** Calls `act` after each swap. */
export function afterSwap(act) {
  document.addEventListener("htmx:after:swap", () => act());
}

/** Calls `refuse(source, event)` before each request; the request is dropped when it returns true. */
export function beforeRequest(refuse) {
  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (refuse(ctx.sourceElement, ctx.sourceEvent)) event.preventDefault();
  });
}

/** Makes every polling element below `root` ask once, now. */
export function pollNow(root = document) {
  for (const element of root.querySelectorAll('[hx-trigger*="every"]')) {
    element.dispatchEvent(new CustomEvent("every"));
  }
}
