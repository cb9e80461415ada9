// What a finger has to hit: controls lower than 40 px, as sentences. Links within words are let off,
// as are those whose whole card can be pressed, and the vocabulary of a dataset: work for a desk.
() => {
  const LEAST = 39.5;
  const isShown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && !element.closest(".visually-hidden, .skip") && !element.matches(".visually-hidden");
  const labelOf = (field) => /^(checkbox|radio)$/.test(field.type) ? field.labels?.[0] : null;
  const isWithinWords = (link) => getComputedStyle(link).display === "inline"
    && link.parentElement.textContent.trim().length > link.textContent.trim().length;
  const coversCard = (link) => getComputedStyle(link, "::after").position === "absolute";
  const faults = new Set();
  for (const control of document.querySelectorAll("a[href], button, summary, select, input:not([type=hidden]), textarea")) {
    if (!isShown(control) || control.closest(".terms")) continue;
    if (control.matches("a") && (isWithinWords(control) || coversCard(control))) continue;
    const height = Math.max(...[control, labelOf(control)].filter(Boolean)
      .map((part) => part.getBoundingClientRect().height));
    if (height < LEAST) {
      const said = control.outerHTML.slice(0, 90).replace(/\s+/g, " ");
      faults.add(`${Math.round(height)} px to press: ${said}`);
    }
  }
  return [...faults];
}
