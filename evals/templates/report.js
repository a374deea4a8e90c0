
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const filters = byId("filters");
  if (!filters) return;
  const cases = [...document.querySelectorAll(".case")];
  const [text, kind, outcome, bad, open, count] = ["text", "kind", "outcome", "bad", "open", "count"].map(byId);
  let texts = null;
  const apply = () => {
    const words = text.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && !texts) texts = cases.map((each) => each.textContent.toLocaleLowerCase());
    let shown = 0;
    cases.forEach((each, at) => {
      const fits = (!kind.value || each.dataset.kind === kind.value)
        && (!outcome.value || each.dataset.outcome === outcome.value)
        && (!bad.checked || "bad" in each.dataset)
        && words.every((word) => texts[at].includes(word));
      each.hidden = !fits;
      shown += fits;
    });
    count.textContent = `${shown} of ${cases.length} cases shown`;
  };
  let waiting = 0;
  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 150);
  });
  for (const control of [kind, outcome, bad]) control.addEventListener("change", apply);
  open.addEventListener("click", () => {
    const shown = cases.filter((each) => !each.hidden);
    const opening = shown.some((each) => !each.open);
    for (const each of shown) each.open = opening;
    open.textContent = opening ? "Close all" : "Open all";
  });
  filters.hidden = false;
  apply();
})();
