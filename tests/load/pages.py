"""Measures the pages over many articles: `python -m tests.load.pages --articles 10000 --home FOLDER`.

The articles are invented, the encoder is the tests' own, so the index is there in minutes; it is built where the folder has none.
Each page is asked for over a kept connection, in turn; medians and 95th percentiles in milliseconds.
"""

import argparse
import http.client
import json
import statistics
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit

from api.app import create_app
from api.logs import install_logs
from api.settings import ApiSettings
from api.wiring import Builds
from indexes.building import build_index
from indexes.builds import read_current
from indexes.settings import IndexSettings
from qa.settings import QaSettings
from tests.fakes.encoders import HashingEncoder
from tests.fakes.fiction import article, articles
from tests.fakes.listening import listening


def main() -> int:
    """Print a line for each page."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.pages", description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000, help="how many (default: 10000)")
    parser.add_argument("--home", type=Path, required=True, help="folder of the index")
    parser.add_argument("--times", type=int, default=40, help="how often each page is asked for (default: 40)")
    options = parser.parse_args()
    settings = IndexSettings(home=options.home / "home")
    if not (settings.home.is_dir() and read_current(settings.home)):
        build(settings, options.home / "archive.jsonl", options.articles)
    builds = Builds(settings, QaSettings(traces=False), model=None, model_state="off")
    builds._encoder = HashingEncoder()
    install_logs(level="error", form="console")
    app = create_app(builds, ApiSettings(home=settings.home, rate_requests=0))
    with listening(app) as address, closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)) as line:
        deep = cursor_of(line, pages=options.articles // 400)
        for name, path in addresses(deep).items():
            times = sorted(ask(line, path) for _ in range(options.times))
            print(f"{name:38} {statistics.median(times):7.1f} {times[int(len(times) * 0.95)]:7.1f}")
    return 0


def build(settings: IndexSettings, source: Path, count: int) -> None:
    """An index of invented articles."""
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text("".join(json.dumps(one) + "\n" for one in articles(count)), encoding="utf-8")
    build_index([source], settings=settings, encoder=HashingEncoder())


def addresses(cursor: str) -> Mapping[str, str]:
    """The pages by name."""
    outlet = quote(article(7)["outlet"])
    return {
        "list": "/articles",
        "list, far back": f"/articles?cursor={cursor}",
        "list of a month": "/articles?from=2031-03-01&to=2031-03-31",
        "list of an outlet": f"/articles?outlet={outlet}",
        "passages for words": "/articles?q=the+night+ferry+and+the+harbour+master",
        "passages for words, of a month": "/articles?q=the+night+ferry&from=2031-03-01&to=2031-03-31",
        "article": "/articles/fiction-7",
        "ask": "/",
        "index": "/index",
        "evaluation": "/evaluation",
        "GET /v1/articles": "/v1/articles",
        "GET /v1/articles, far back": f"/v1/articles?cursor={cursor}",
    }


def cursor_of(line: http.client.HTTPConnection, *, pages: int) -> str:
    """The cursor after so many pages of 200."""
    cursor = ""
    for _ in range(max(pages, 1)):
        line.request("GET", f"/v1/articles?limit=200{f'&cursor={quote(cursor)}' if cursor else ''}")
        cursor = json.loads(line.getresponse().read())["next_cursor"]
    return quote(cursor)


def ask(line: http.client.HTTPConnection, path: str) -> float:
    """Milliseconds until the whole page is there."""
    started = time.perf_counter()
    line.request("GET", path, headers={"Accept": "text/html"})
    response = line.getresponse()
    response.read()
    if response.status != http.HTTPStatus.OK:
        raise SystemExit(f"{path}: {response.status}")
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    sys.exit(main())
