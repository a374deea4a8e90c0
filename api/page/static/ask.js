// Asks without leaving the page: quotes appear at once, each statement once it is verified, then the whole answer.

import { enhanceAll } from "./enhancing.js";
import { readEvents } from "./events.js";
import { fetchWithKey } from "./keys.js";
import { keepingPlace, parse } from "./parts.js";

const EVENT_STREAM = "text/event-stream";
const FIELDS = ["q", "outlet", "author", "from", "to", "mode", "limit"];

export function enhance(root) {
  new Asking(root);
}

class Asking {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector("#ask-form");
    this.field = root.querySelector("#q");
    this.result = root.querySelector("#result");
    this.news = root.querySelector("#news");
    this.stopButton = root.querySelector("#stop-button");
    this.conversation = root.querySelector("#conversation");
    this.turns = [];
    this.running = null;
    this.at = location.search;
    this.listen();
    this.begin();
  }

  listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.form.requestSubmit();
      }
    });
    this.stopButton.addEventListener("click", () => this.stop("Stopped."));
    this.root.querySelector("#new-conversation").addEventListener("click", () => this.forget());
    this.result.addEventListener("click", (event) => copy(event, this.news));
    const leave = new AbortController();
    window.addEventListener(
      "popstate",
      (event) => {
        // A link to a part of the page is a step in the history too, and leaves the answer as it is.
        if (!this.root.isConnected) leave.abort();
        else if (event.state || location.search !== this.at) this.restore(event.state);
      },
      { signal: leave.signal },
    );
  }

  // What the page shows when it is there: what it showed before, or the answer to the question in the address.
  begin() {
    const [opening] = performance.getEntriesByType("navigation");
    const anew = opening?.type === "reload" && !document.documentElement.classList.contains("started");
    if (history.state?.html && !anew) {
      this.restore(history.state);
      return;
    }
    const shown = this.result.querySelector(".result");
    const { answered, best } = this.root.dataset;
    if (shown && answered === "quotes" && best === "answer" && this.form.elements.mode.value !== "quotes") {
      this.ask(this.read(), shown);
    } else if (shown) {
      this.keep(shown, this.read());
    }
  }

  submit() {
    const asked = this.read();
    if (!asked.question) return;
    history.pushState({ turns: this.turns }, "", addressOf(this.form));
    this.at = location.search;
    this.ask(asked);
  }

  // The question with its filters, as `POST /page/ask` takes it.
  read() {
    const fields = new FormData(this.form);
    const given = (name) => fields.getAll(name).map((value) => value.trim()).filter(Boolean);
    const [from] = given("from");
    const [to] = given("to");
    const [mode] = given("mode");
    const [limit] = given("limit");
    const published = from || to ? { published: { ...(from && { from }), ...(to && { to }) } } : {};
    return {
      question: given("q").join(" "),
      filters: { outlet: given("outlet"), author: given("author"), ...published },
      ...(mode && { mode }),
      ...(limit && { limit: Number(limit) }),
      history: this.turns,
    };
  }

  // `shown`: the quotes that the page came with, which stay until there is more.
  async ask(asked, shown = null) {
    this.stop();
    const running = new AbortController();
    this.running = running;
    this.stopButton.hidden = false;
    const waiting = this.wait(asked.question, shown);
    document.title = `${asked.question} – Dateline`;
    try {
      const response = await fetchWithKey("/page/ask", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: `${EVENT_STREAM}, text/html;q=0.9` },
        body: JSON.stringify(asked),
        signal: running.signal,
      });
      if (!response.headers.get("content-type")?.startsWith(EVENT_STREAM)) {
        this.fail(waiting, parse(await response.text()).querySelector(".problem"));
        return;
      }
      let whole = false;
      for await (const { name, data } of readEvents(response.body)) {
        if (running.signal.aborted) return;
        whole ||= name === "final" || name === "error";
        this.take(name, parse(JSON.parse(data)), waiting, asked);
      }
      if (!whole) this.fail(waiting, null, "The answer broke off: ask again.");
    } catch (error) {
      if (error.name !== "AbortError") this.fail(waiting, null, "The service cannot be reached: is it running?");
    } finally {
      if (this.running === running) {
        this.running = null;
        this.stopButton.hidden = true;
      }
    }
  }

  // The frame that an answer grows in.
  wait(question, shown) {
    const frame = this.root.querySelector("#asking").content.cloneNode(true);
    const waiting = frame.querySelector(".result");
    waiting.querySelector(".asked").textContent = question;
    if (shown) {
      waiting.querySelector(".quotes").append(...[...shown.children].filter((one) => one.matches("h3, .citations")));
      tell(waiting.querySelector(".progress"), "Writing the answer, and checking each statement …");
    }
    this.result.replaceChildren(frame);
    return waiting;
  }

  take(name, part, waiting, asked) {
    const progress = waiting.querySelector(".progress");
    switch (name) {
      case "passages":
        if (!waiting.querySelector(".citations")) progress.replaceChildren(...part.children);
        break;
      case "quotes": {
        const count = part.querySelectorAll(".citation").length;
        keepingPlace(() => waiting.querySelector(".quotes").replaceChildren(...part.children));
        tell(progress, "Writing the answer, and checking each statement …");
        this.say(`${count} ${count === 1 ? "quote" : "quotes"} found.`);
        break;
      }
      case "claim":
        keepingPlace(() => waiting.querySelector(".statements").append(...part.children));
        break;
      case "final": {
        const answer = part.querySelector(".result");
        keepingPlace(() => waiting.replaceWith(answer));
        this.say(answer.dataset.outcome);
        this.keep(answer, asked);
        break;
      }
      default:
        this.fail(waiting, part.querySelector(".problem"));
    }
  }

  fail(waiting, problem, words = "") {
    if (!problem) {
      problem = document.createElement("div");
      problem.className = "notice problem";
      problem.setAttribute("role", "alert");
      const line = document.createElement("p");
      line.textContent = words || "Something went wrong: ask again.";
      problem.append(line);
    }
    waiting.querySelector(".progress").replaceChildren(problem);
    waiting.removeAttribute("aria-busy");
  }

  stop(words = "") {
    this.running?.abort();
    this.running = null;
    this.stopButton.hidden = true;
    const waiting = this.result.querySelector(".asking");
    if (words && waiting) {
      tell(waiting.querySelector(".progress"), words);
      waiting.removeAttribute("aria-busy");
      this.say(words);
    }
  }

  // Remember the answer: for the back button, and for questions that refer to it.
  keep(answer, asked) {
    const turn = { question: asked.question, answer: answer.dataset.said.slice(0, 20000) };
    this.turns = [...this.turns, turn].slice(-10);
    enhanceAll(answer);
    history.replaceState({ ...history.state, html: answer.outerHTML, turns: this.turns }, "");
    this.showConversation();
  }

  restore(state) {
    this.stop();
    this.at = location.search;
    const address = new URLSearchParams(location.search);
    for (const name of FIELDS) fill(this.form, name, address.getAll(name));
    this.turns = state?.turns ?? [];
    if (state?.html) {
      this.result.replaceChildren(...parse(state.html).children);
      enhanceAll(this.result);
    } else if (address.get("q")) this.ask(this.read());
    else this.result.replaceChildren();
    this.showConversation();
  }

  showConversation() {
    this.conversation.hidden = this.turns.length === 0;
    const before = this.turns.slice(0, -1);
    this.conversation.querySelector("details").hidden = before.length === 0;
    this.conversation.querySelector("ol").replaceChildren(
      ...before.map(({ question }) => {
        const item = document.createElement("li");
        item.dir = "auto";
        item.textContent = question;
        return item;
      }),
    );
  }

  forget() {
    this.stop();
    this.turns = [];
    for (const name of FIELDS) fill(this.form, name, []);
    history.pushState({}, "", "/");
    this.at = location.search;
    document.title = "Dateline";
    this.result.replaceChildren();
    this.showConversation();
    this.field.focus();
    this.say("A new conversation.");
  }

  say(words) {
    this.news.textContent = words;
  }
}

function tell(place, words) {
  const line = document.createElement("p");
  line.textContent = words;
  place.replaceChildren(line);
}

function fill(form, name, values) {
  const fields = form.querySelectorAll(`[name="${name}"]`);
  fields.forEach((field, place) => {
    field.value = values[place] ?? "";
  });
}

function addressOf(form) {
  const given = [...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
  return `/?${new URLSearchParams(given)}`;
}

async function copy(event, news) {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    news.textContent = "Copied.";
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(button.parentElement.querySelector(".trace"));
    news.textContent = "Selected: copy it with the keyboard.";
  }
}
