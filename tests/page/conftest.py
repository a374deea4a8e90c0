"""The service over the fake answerer, and a reader who looks at it in Chromium: nothing leaves the service, no script fails."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from api.app import create_app
from api.keys import KeyFile
from api.settings import ApiSettings
from tests.fakes.answering import ARTICLES, SharedWordsAnswerer
from tests.fakes.changing import FakeArchive, SteppedWatch
from tests.fakes.listening import listening
from tests.needs import find_file, find_program
from tests.page.stories import STORIES

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
MODULES = Path(os.environ.get("DATELINE_NODE_MODULES", ".venv/node_modules")).resolve()
"""Where node's packages are."""
SECONDS = 15
"""What a page has for anything that it is waited for."""

_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => console.error(`violates ${event.violatedDirective}`));
"""
_REFUSED = "Failed to load resource: the server responded with a status of"
"""What Chromium says of any status from 400; a test that expects one says so by what the page shows."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a file. While it is there its event loop counts as running: no other test could run one."""
    program = find_program("chromium", "chromium-browser", "google-chrome")
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    reason = "axe-core is not installed (npm install --prefix .venv axe-core)"
    return find_file("axe-core", MODULES / "axe-core" / "axe.min.js", reason).read_text(encoding="utf-8")


@pytest.fixture
def answerer() -> SharedWordsAnswerer:
    """The fake answerer over the usual articles and some for readers."""
    answerer = SharedWordsAnswerer()
    answerer.catalogue.shelf = (*ARTICLES, *STORIES)
    return answerer


@pytest.fixture
def archive(answerer: SharedWordsAnswerer) -> FakeArchive:
    """The archive, which opens the fake answerer."""
    return FakeArchive(answerer)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the keys are."""
    return tmp_path / "home"


@pytest.fixture
def keys(home: Path) -> KeyFile:
    """The keys; there is none."""
    return KeyFile(home)


@pytest.fixture
def address(archive: FakeArchive, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the running service."""
    for name in [name for name in os.environ if name.startswith("DATELINE_")]:
        if name not in {"DATELINE_REQUIRE", "DATELINE_NODE_MODULES"}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    settings = ApiSettings(home=home, rate_requests=0, log_level="error")
    with listening(create_app(archive, settings, watch=SteppedWatch())) as at:
        yield at


@dataclass
class Reader:
    """Opens pages, and notes what should not happen: failing scripts, violated policies, requests to elsewhere."""

    browser: Browser
    address: str
    contexts: list[BrowserContext] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def open(self, path: str = "/", **options: Any) -> Page:  # noqa: ANN401 - the options of a browser's context
        """A page of a context of its own, once its scripts listen: what a test did before would be lost on a slow machine."""
        context = self.browser.new_context(base_url=self.address, **{"reduced_motion": "reduce", **options})
        context.set_default_timeout(SECONDS * 1000)
        context.add_init_script(_VIOLATIONS)
        context.on("request", self._note_request)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.goto(path)
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html.started")
        return page

    def close(self) -> None:
        """Close all pages."""
        for context in self.contexts:
            context.close()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_REFUSED):
            self.wrong.append(f"{message.type}: {message.text}")

    def _note_request(self, request: Request) -> None:
        self.requests.append(request)
        if not request.url.startswith((f"{self.address}/", "data:", "blob:")):
            self.wrong.append(f"request to {request.url}")


@pytest.fixture
def reader(chromium: Browser, address: str) -> Iterator[Reader]:
    """A reader; when the test is over, nothing that should not happen has happened."""
    reader = Reader(chromium, address)
    try:
        yield reader
    finally:
        reader.close()
    assert reader.wrong == []


@pytest.fixture
def gate(answerer: SharedWordsAnswerer) -> Iterator[threading.Event]:
    """What every answer waits for."""
    answerer.gate = threading.Event()
    yield answerer.gate
    answerer.gate.set()


Check = Callable[[Page], list[str]]


@pytest.fixture
def check(axe: str) -> Check:
    """What axe-core finds wrong with a page that is serious or critical."""

    def check_(page: Page) -> list[str]:
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        bad = [one for one in found["violations"] if one["impact"] in {"serious", "critical"}]
        return [f"{one['id']}: {node['html'][:200]} ({node['failureSummary']})" for one in bad for node in one["nodes"]]

    return check_
