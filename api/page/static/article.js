// Marks the place of an article that the address names (`#c=start-end`, in Unicode code points), and goes there.

const PLACE = /^#c=(\d{1,9})-(\d{1,9})$/;

export function enhance(story) {
  const leave = new AbortController();
  const show = () => {
    if (story.isConnected) showPlace(story);
    else leave.abort();
  };
  window.addEventListener("hashchange", show, { signal: leave.signal });
  show();
}

function showPlace(story) {
  const match = PLACE.exec(location.hash);
  const notice = story.querySelector("#no-place");
  if (!match) return;
  const [start, end] = [Number(match[1]), Number(match[2])];
  const text = story.querySelector("#text");
  unmark(text);
  const marks = start < end ? markPlace(text, start, end) : [];
  notice.hidden = marks.length > 0;
  if (marks.length === 0) return;
  marks[0].id = `c=${start}-${end}`;
  marks[0].tabIndex = -1;
  marks[0].scrollIntoView({ block: "center" });
  marks[0].focus({ preventScroll: true });
  // The address is the same without `?c=`, which is for those who run no script.
  if (location.search) history.replaceState(history.state, "", location.pathname + location.hash);
}

function unmark(text) {
  for (const mark of text.querySelectorAll("mark")) {
    const paragraph = mark.parentElement;
    mark.replaceWith(...mark.childNodes);
    paragraph.normalize();
  }
}

// A paragraph is one text, and tells at which code point of the article it begins. JavaScript counts UTF-16 units instead.
function markPlace(text, start, end) {
  const marks = [];
  for (const paragraph of text.querySelectorAll("[data-start]")) {
    const first = Number(paragraph.dataset.start);
    const points = Array.from(paragraph.textContent);
    const from = Math.max(start - first, 0);
    const to = Math.min(end - first, points.length);
    if (from >= to) continue;
    const mark = document.createElement("mark");
    mark.textContent = points.slice(from, to).join("");
    paragraph.replaceChildren(points.slice(0, from).join(""), mark, points.slice(to).join(""));
    marks.push(mark);
  }
  return marks;
}
