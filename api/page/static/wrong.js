// Sends a reader's report that an answer is wrong, and shows what the service made of it.

import { fetchWithKey } from "./keys.js";

export function enhance(details) {
  const form = details.querySelector("form");
  const given = details.querySelector("[data-for=quote]");
  form.addEventListener("change", () => {
    given.hidden = form.elements.expected.value !== "quote";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(details, form);
  });
}

async function send(details, form) {
  const wrong = form.querySelector("[role=alert]");
  const button = form.querySelector("[type=submit]");
  wrong.textContent = "";
  const missing = findMissing(form);
  if (missing) {
    wrong.textContent = missing.why;
    missing.field.focus();
    return;
  }
  button.disabled = true;
  try {
    const response = await fetchWithKey("/page/wrong", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(readReport(details.dataset.trace, form)),
    });
    const told = await response.json();
    if (response.status === 201) {
      showFiled(details, form, told);
    } else {
      wrong.textContent = told.detail;
    }
  } catch {
    wrong.textContent = "The service cannot be reached, so nothing is kept: try again.";
  } finally {
    button.disabled = false;
  }
}

function findMissing({ elements }) {
  if (elements.expected.value === "quote" && !elements.quote.value.trim()) {
    return { field: elements.quote, why: "The right words are missing: copy them from an article." };
  }
  if (elements.expected.value === "unknown" && !elements.note.value.trim()) {
    return { field: elements.note, why: "A note is missing: say what is wrong." };
  }
  return null;
}

function readReport(trace, { elements }) {
  const report = { trace_id: trace, expected: elements.expected.value, note: elements.note.value.trim() };
  if (report.expected === "quote") {
    report.quote = elements.quote.value.trim();
    const article = readArticle(elements.article.value.trim());
    if (article) report.article_id = article;
  }
  return report;
}

// The id of an article, from the address of its page or as it is.
function readArticle(given) {
  const path = /\/articles\/([^?#]+)/.exec(given)?.[1];
  if (!path) return given;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function showFiled(details, form, { report, decided, why }) {
  const filed = details.querySelector(".filed");
  const code = document.createElement("code");
  code.textContent = report;
  filed.replaceChildren(
    "Kept as ",
    code,
    decided
      ? ": a case for the evaluation of your own questions. Thank you."
      : `. An editor has yet to decide it. ${why}`,
  );
  form.hidden = true;
  filed.focus();
}
