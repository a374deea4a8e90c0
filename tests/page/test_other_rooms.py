"""The list of articles and the evaluations in a browser."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from api.keys import KeyFile
from evals.__main__ import main
from indexes.forgetting import EVALUATIONS
from tests.evals.world import Opening, write_quotes
from tests.page.conftest import Check, Reader

PAGES = (
    "/articles",
    "/articles?q=apples&outlet=Velle+Courier",
    "/articles?from=2023-06-01&to=2023-05-01",
    "/evaluation",
)


@pytest.fixture
def report(home: Path, tmp_path: Path) -> Path:
    """A real report of a little suite, where evaluations leave it."""
    folder = home / EVALUATIONS / "quotes-quotes"
    data = write_quotes(tmp_path / "data")
    assert main(["run", "quotes", "--data", str(data), "--out", str(folder)], opener=Opening()) == 0
    return folder


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barriers(reader: Reader, report: Path, check: Check, scheme: str) -> None:
    """Axe-core finds nothing serious in the list, its search, and the evaluations; nothing sticks out on a phone."""
    for path in PAGES:
        page = reader.open(path, color_scheme=scheme, viewport={"width": 320, "height": 640})
        assert check(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_finding_an_article(reader: Reader) -> None:
    """Words lead to a passage, and from there to its place in the article, without any script."""
    page = reader.open("/articles", java_script_enabled=False)
    expect(page.locator(".listed > li")).to_have_count(6)
    page.get_by_label("Words to look for").fill("apples and frost")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Frost takes a third of the apples").click()
    expect(page.locator("h1")).to_have_text("Frost takes a third of the apples")
    expect(page.locator("mark").first).to_be_visible()


def test_a_report_works_in_its_sandbox(reader: Reader, report: Path) -> None:
    """The report opens in a tab of its own, its style and script work, and it reaches nothing of the service."""
    page = reader.open("/evaluation")
    expect(page.get_by_role("heading", name="quotes, quotes mode")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Every case of quotes-quotes").click()
    shown = opened.value
    expect(shown.locator("h1")).to_be_visible()
    assert shown.evaluate("self.origin") == "null"
    assert shown.evaluate("document.styleSheets.length") == 1
    assert shown.evaluate("fetch('/v1/index').then(() => 'reached', () => 'refused')") == "refused"
    reader.wrong.clear()  # what was just refused


def test_a_report_is_saved_where_a_key_is_needed(reader: Reader, report: Path, keys: KeyFile) -> None:
    """With a key the report is saved as a file, which shows everything by itself."""
    _, secret = keys.add("desk", ["ask"])
    page = reader.open("/evaluation")
    page.get_by_role("textbox", name="API key").fill(secret)
    page.get_by_role("button", name="Use this key").click()
    expect(page.get_by_text("(saves the report)")).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("link", name="Every case of quotes-quotes").click()
    assert saving.value.suggested_filename == "dateline-quotes-quotes.html"
    assert Path(saving.value.path()).read_bytes() == (report / "report.html").read_bytes()


def test_figures_are_those_of_the_report(reader: Reader, report: Path) -> None:
    """A figure on the page is the one that the evaluation wrote."""
    value = json.loads((report / "report.json").read_text(encoding="utf-8"))["metrics"]["gold_quote_recall"]["value"]
    page = reader.open("/evaluation")
    expect(page.get_by_role("row", name="gold_quote_recall").locator("td").first).to_have_text(f"{value:.3f}")
