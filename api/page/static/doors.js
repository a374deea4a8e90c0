// Follows links and forms with the key, by exchanging what is inside <main>: a browser sends no key when it navigates.

import { enhanceAll } from "./enhancing.js";
import { askForKey, fetchWithKey, forgetKey, showForget, storedKey } from "./keys.js";

// Pages that need no key, or are no pages: the browser opens them by itself.
const ELSEWHERE = /^\/(docs|recipes|openapi\.json|metrics|mcp|v1|health|page)(\/|$)/;

export function guardLinks() {
  showForget();
  document.getElementById("forget-key").addEventListener("click", () => {
    forgetKey();
    location.assign("/");
  });
  document.addEventListener("click", async (event) => {
    if (event.target.closest?.("[data-unlock]")) {
      if (await askForKey()) await visit(location.href, { push: false });
      return;
    }
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || !isPlain(event) || !storedKey() || !isOurs(link)) return;
    event.preventDefault();
    visit(link.href);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "get" || !storedKey()) return;
    event.preventDefault();
    const address = new URL(form.action);
    address.search = new URLSearchParams(new FormData(form)).toString();
    visit(address.href);
  });
  window.addEventListener("popstate", (event) => {
    if (event.state?.visited) visit(location.href, { push: false });
  });
}

// The page that came without what needs a key: with it, once the reader has given one.
export async function openLocked() {
  const main = document.getElementById("main");
  if (!("locked" in main.dataset)) return;
  if (storedKey()) {
    await visit(location.href, { push: false });
  } else if (location.pathname !== "/" && (await askForKey())) {
    await visit(location.href, { push: false });
  }
}

// Show another page of this service in the place of this one.
export async function visit(address, { push = true } = {}) {
  const main = document.getElementById("main");
  main.setAttribute("aria-busy", "true");
  let response;
  try {
    response = await fetchWithKey(address, { headers: { Accept: "text/html" } });
  } catch {
    location.assign(address); // the browser says best that it reaches nothing
    return;
  } finally {
    main.removeAttribute("aria-busy");
  }
  if (!response.headers.get("content-type")?.startsWith("text/html")) {
    location.assign(address);
    return;
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (push) {
    history.replaceState({ ...history.state, visited: true }, "");
    history.pushState({ visited: true }, "", address);
  }
  document.title = page.title;
  document.querySelector(".masthead").replaceWith(page.querySelector(".masthead"));
  const exchanged = page.getElementById("main");
  main.replaceWith(exchanged);
  await enhanceAll(exchanged);
  if (push) {
    scrollTo(0, 0);
    exchanged.focus({ preventScroll: true });
  }
}

function isPlain(event) {
  return event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
}

function isOurs(link) {
  const here = new URL(location.href);
  if (link.origin !== here.origin || link.target || link.hasAttribute("download")) return false;
  if (link.hash && link.pathname === here.pathname && link.search === here.search) return false;
  return !ELSEWHERE.test(link.pathname);
}
