"""Measures the pages in Chromium against a running service: `python -m tests.load.browsing http://127.0.0.1:8000 --article ID`.

Each page is opened again and again by a reader who has it in no cache. Milliseconds from the navigation's start, medians
and 95th percentiles: until the page can be used (its DOM is there and its modules have run), until something is painted, and, for
questions and searches, until the first quote or passage is seen.
"""

import argparse
import statistics
import sys
from collections.abc import Mapping
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright

from tests.needs import find_program
from tests.page.conftest import FLAGS

_TIMES = """() => new Promise((resolve) => {
    const look = () => {
        const [paint] = performance.getEntriesByName("first-contentful-paint");
        if (!paint) return requestAnimationFrame(look);
        const [navigation] = performance.getEntriesByType("navigation");
        resolve({usable: navigation.domContentLoadedEventEnd, painted: paint.startTime});
    };
    look();
})"""
_SEEN = """(selector) => new Promise((resolve, reject) => {
    const look = () => {
        if (document.querySelector(selector)) return resolve(performance.now());
        return performance.now() > 15000 ? reject(new Error(`no ${selector}`)) : requestAnimationFrame(look);
    };
    look();
})"""


def main() -> int:
    """Print a line for each page."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.browsing", description=__doc__)
    parser.add_argument("address", help="where the service is (http://127.0.0.1:8000)")
    parser.add_argument("--article", required=True, help="id of an article")
    parser.add_argument("--question", default="Who will widen the night ferry?")
    parser.add_argument("--words", default="the night ferry and the harbour master", help="what is searched for")
    parser.add_argument("--times", type=int, default=20, help="how often each page is opened (default: 20)")
    options = parser.parse_args()
    pages = {
        "ask": ("/", None),
        "article": (f"/articles/{quote(options.article)}?c=0-5#c=0-5", "mark"),
        "list": ("/articles", None),
        "search": (f"/articles?q={quote(options.words)}", ".found"),
        "index": ("/index", None),
        "question, quotes": (f"/?q={quote(options.question)}&mode=quotes", ".citation .quote, .closest .quote"),
    }
    with sync_playwright() as playwright:
        program = find_program("chromium", "chromium-browser", "google-chrome")
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        for name, (path, seen) in pages.items():
            visits = [visit(browser, options.address + path, seen) for _ in range(options.times + 1)][1:]
            print(f"{name:18} {'   '.join(summarise(visits, of) for of in visits[0])}")
        browser.close()
    return 0


def visit(browser: Browser, address: str, seen: str | None) -> Mapping[str, float]:
    """The times of one visit by a reader who was never here."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address, wait_until="commit")
    when = page.evaluate(_SEEN, seen) if seen else 0.0
    page.wait_for_load_state("load")
    times: dict[str, float] = page.evaluate(_TIMES)
    context.close()
    return times | ({"seen": when} if seen else {})


def summarise(visits: list[Mapping[str, float]], of: str) -> str:
    """The median and the 95th percentile of one time."""
    values = sorted(one[of] for one in visits)
    return f"{of} {statistics.median(values):6.0f} {values[int(len(values) * 0.95) - 1]:6.0f}"


if __name__ == "__main__":
    sys.exit(main())
