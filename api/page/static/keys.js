// Keeps the reader's API key, in this tab only, and sends it with requests to this service.

const PLACE = "dateline-key";

export function storedKey() {
  return sessionStorage.getItem(PLACE);
}

export function forgetKey() {
  sessionStorage.removeItem(PLACE);
  showForget();
}

// Like fetch, with the key. Where the service wants a key, or another one, the reader is asked for it; the response is
// the 401 itself where they cancel. `options` may be used twice: a body is a string.
export async function fetchWithKey(address, options = {}) {
  for (;;) {
    const key = storedKey();
    const headers = new Headers(options.headers);
    if (key) headers.set("Authorization", `Bearer ${key}`);
    const response = await fetch(address, { ...options, headers, credentials: "omit" });
    if (response.status !== 401) return response;
    if (storedKey() !== key) continue;
    if (!(await askForKey(key ? "That key is not known here, or was revoked." : ""))) return response;
  }
}

let asking = null;

// Whether the reader typed a key; they are asked once, however many requests wait for it.
export function askForKey(wrong = "") {
  asking ??= openDialog(wrong).finally(() => {
    asking = null;
  });
  return asking;
}

function openDialog(wrong) {
  const dialog = document.getElementById("key-dialog");
  const field = document.getElementById("key-field");
  document.getElementById("key-wrong").textContent = wrong;
  field.value = "";
  return new Promise((resolve) => {
    const leave = new AbortController();
    const { signal } = leave;
    let typed = false;
    dialog.querySelector("form").addEventListener(
      "submit",
      () => {
        const key = field.value.trim();
        if (!key) return;
        sessionStorage.setItem(PLACE, key);
        typed = true;
        showForget();
      },
      { signal },
    );
    document.getElementById("key-cancel").addEventListener("click", () => dialog.close(), { signal });
    dialog.addEventListener(
      "close",
      () => {
        leave.abort();
        field.value = "";
        resolve(typed);
      },
      { signal },
    );
    dialog.showModal();
  });
}

export function showForget() {
  document.getElementById("forget-key").hidden = !storedKey();
}
