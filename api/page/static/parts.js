// Puts parts of the page, written by the service, in their places without moving what the reader looks at.

export function parse(html) {
  return new DOMParser().parseFromString(html, "text/html").body;
}

// Change the page; the first citation in sight, and the focus in it, stay where they are.
export function keepingPlace(change) {
  const held = [...document.querySelectorAll("[data-citation]")].find((one) => one.getBoundingClientRect().bottom > 0);
  const scrolled = scrollY > 0;
  const before = held?.getBoundingClientRect().top;
  const focused = document.activeElement?.closest("[data-citation]")?.dataset.citation;
  change();
  const find = (id) => document.querySelector(`[data-citation="${CSS.escape(id)}"]`);
  if (held && scrolled) {
    const now = find(held.dataset.citation)?.getBoundingClientRect().top;
    if (now !== undefined && Math.abs(now - before) > 1) scrollBy({ top: now - before, behavior: "instant" });
  }
  if (focused && !document.activeElement?.closest("[data-citation]")) {
    find(focused)?.querySelector("a")?.focus({ preventScroll: true });
  }
}
