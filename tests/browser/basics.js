// What every page owes its reader, whatever it shows. Returns a list of sentences, empty when all
// is well. Names are computed roughly as a screen reader would: label, aria-label(ledby), text.
() => {
  const faults = [];
  const told = (element) => element.outerHTML.slice(0, 120).replace(/\s+/g, " ");
  const isShown = (element) => element.getClientRects().length > 0
    && !element.closest("[aria-hidden=true]");
  const textOf = (ids) => (ids ?? "").split(/\s+/).filter(Boolean)
    .map((id) => document.getElementById(id)?.textContent ?? "").join(" ").trim();
  const nameOf = (element) => element.getAttribute("aria-label")?.trim()
    || textOf(element.getAttribute("aria-labelledby"))
    || [...(element.labels ?? [])].map((label) => label.textContent).join(" ").trim()
    || element.textContent.trim()
    || [...element.querySelectorAll("img[alt]")].map((image) => image.alt).join(" ").trim()
    || element.getAttribute("title")?.trim();

  const headings = document.querySelectorAll("h1");
  if (headings.length !== 1) faults.push(`${headings.length} h1 headings`);
  if (!document.title.trim()) faults.push("no title");
  if (!document.documentElement.lang) faults.push("no language");
  if (document.querySelectorAll("main").length !== 1) faults.push("not exactly one main");

  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const own = field.labels?.length || field.hasAttribute("aria-label")
      || textOf(field.getAttribute("aria-labelledby"));
    if (isShown(field) && !own) faults.push(`field without label: ${told(field)}`);
  }
  for (const control of document.querySelectorAll("a[href], button, summary")) {
    if (isShown(control) && !nameOf(control)) faults.push(`control without name: ${told(control)}`);
  }
  for (const image of document.querySelectorAll("img:not([alt])")) {
    faults.push(`picture without alt: ${told(image)}`);
  }
  const seen = new Set();
  for (const { id } of document.querySelectorAll("[id]")) {
    if (seen.has(id)) faults.push(`id twice: ${id}`);
    seen.add(id);
  }
  for (const attribute of ["aria-labelledby", "aria-describedby", "for"]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      for (const id of element.getAttribute(attribute).split(/\s+/).filter(Boolean)) {
        if (!document.getElementById(id)) faults.push(`${attribute}="${id}" points nowhere`);
      }
    }
  }
  return faults;
}
