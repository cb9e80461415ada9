// A refusal ([data-refusal]) that htmx put above what stayed: it comes into view, and stands until
// the next act.
import { afterSwap, beforeRequest } from "./htmx-events.js";

const seen = new WeakSet();

afterSwap(() => {
  for (const refusal of document.querySelectorAll("[data-refusal]")) {
    if (!seen.has(refusal)) refusal.scrollIntoView({ block: "nearest" });
    seen.add(refusal);
  }
});

beforeRequest((_source, event) => {
  if (event?.type === "every") return false; // a poll is nobody's act
  for (const refusal of document.querySelectorAll("[data-refusal]")) refusal.remove();
  return false;
});
