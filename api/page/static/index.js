// Follows a rebuild, starts one, and goes back to a kept build; each change is confirmed first.

import { visit } from "./doors.js";
import { fetchWithKey } from "./keys.js";

const PAUSE = 1000;
const STEPS = {
  queued: "Waiting to begin",
  read: "Reading articles",
  copy: "Copying the build before",
  split: "Finding passages and quotations",
  encode: "Encoding passages",
  store: "Storing vectors",
};

export function enhance(page) {
  const job = page.querySelector(".job");
  if (job.dataset.job) follow(page, job.dataset.job);
  page.querySelector("[data-build]")?.addEventListener("click", () => rebuild(page));
  for (const button of page.querySelectorAll("[data-rollback]")) {
    button.addEventListener("click", () => goBack(page, button.dataset.rollback));
  }
}

async function rebuild(page) {
  const sure = await confirm(page, {
    title: "Rebuild the index?",
    what: "The configured files are read again; articles that are not among them, such as those that were added since, are no longer indexed then. Until it is done, the present index answers, and it is kept.",
    yes: "Rebuild",
  });
  if (!sure) return;
  const started = await change(page, "/v1/index/builds", {});
  if (started) follow(page, started.id);
}

async function goBack(page, build) {
  const sure = await confirm(page, {
    title: "Go back to this build?",
    what: `${build} will answer from then on. The present one is kept.`,
    yes: "Go back",
  });
  if (!sure) return;
  const manifest = await change(page, "/v1/index/rollback", { build });
  if (manifest) await showAgain(`${manifest.build} answers now.`);
}

// The reader's answer; the focus returns to where it was.
function confirm(page, { title, what, yes }) {
  const dialog = page.querySelector("#confirm");
  page.querySelector("#confirm-title").textContent = title;
  page.querySelector("#confirm-what").textContent = what;
  page.querySelector("#confirm-yes").textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

// What the service answers to a change, null where it refuses; then the page says why.
async function change(page, address, body) {
  const wrong = page.querySelector("#change-wrong");
  wrong.textContent = "";
  setBusy(page, true);
  try {
    const response = await fetchWithKey(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const told = await response.json();
    if (response.ok) return told;
    wrong.textContent = told.detail;
  } catch {
    wrong.textContent = "The service cannot be reached: try again.";
  }
  setBusy(page, false);
  return null;
}

function setBusy(page, busy) {
  for (const button of page.querySelectorAll("[data-build], [data-rollback]")) button.disabled = busy;
}

async function follow(page, id) {
  const section = page.querySelector(".job");
  section.hidden = false;
  section.dataset.job = id;
  setBusy(page, true);
  while (page.isConnected) {
    const job = await look(id);
    if (job?.state === "done") {
      await showAgain(`The rebuild is done: ${job.articles_done.toLocaleString("en")} articles.`);
      return;
    }
    if (job?.state === "failed") {
      await showAgain(`The rebuild failed. ${job.error}`);
      return;
    }
    if (job) showJob(page, job);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

// Null where it cannot be told just now: the next look may tell.
async function look(id) {
  try {
    const response = await fetchWithKey(`/v1/index/builds/${encodeURIComponent(id)}`);
    const told = await response.json();
    if (response.ok) return told;
    return response.status === 404 ? { state: "failed", error: told.detail } : null;
  } catch {
    return null;
  }
}

function showJob(page, job) {
  const step = STEPS[job.step ?? job.state] ?? job.step ?? job.state;
  const line = page.querySelector("#job-step");
  if (line.textContent !== step) line.textContent = step;
  const bar = page.querySelector("#job-progress");
  if (job.articles_total) {
    bar.max = job.articles_total;
    bar.value = job.articles_done;
  } else {
    bar.removeAttribute("value");
  }
  page.querySelector("#job-figures").textContent = tellFigures(job);
}

function tellFigures(job) {
  const told = [];
  const done = job.articles_done.toLocaleString("en");
  if (job.articles_total) told.push(`${done} of ${job.articles_total.toLocaleString("en")} articles`);
  if (job.passages_per_second) told.push(`${job.passages_per_second.toLocaleString("en")} passages per second`);
  if (job.seconds_left !== null && job.seconds_left !== undefined) told.push(`${tellTime(job.seconds_left)} left`);
  return told.join(" · ");
}

function tellTime(seconds) {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

// The page as it is now, with a sentence about what happened.
async function showAgain(sentence) {
  await visit(location.href, { push: false });
  say(sentence);
}

function say(sentence) {
  const place = document.getElementById("job-said");
  if (place) place.textContent = sentence;
}
