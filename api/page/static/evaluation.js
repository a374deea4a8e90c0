// Saves a report where a key is needed: a browser that opens it would send none. The file shows everything by itself.

import { fetchWithKey, storedKey } from "./keys.js";

export function enhance(page) {
  for (const link of page.querySelectorAll("[data-report]")) {
    if (storedKey()) link.parentElement.querySelector("[data-how]").textContent = "(saves the report)";
    link.addEventListener("click", (event) => {
      if (!storedKey()) return;
      event.preventDefault();
      save(page, link);
    });
  }
}

async function save(page, link) {
  const wrong = page.querySelector("#report-wrong");
  wrong.textContent = "";
  try {
    const response = await fetchWithKey(link.href);
    if (!response.ok) {
      wrong.textContent = (await response.json()).detail;
      return;
    }
    const saved = document.createElement("a");
    saved.href = URL.createObjectURL(await response.blob());
    saved.download = `dateline-${link.dataset.report}.html`;
    saved.click();
    setTimeout(() => URL.revokeObjectURL(saved.href), 60_000);
  } catch {
    wrong.textContent = "The service cannot be reached: try again.";
  }
}
