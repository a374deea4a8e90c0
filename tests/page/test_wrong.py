"""A reader reports a wrong answer from the page, also by keyboard alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.keys import KeyFile
from indexes.complaints import CASES, FOLDER, UNDECIDED
from tests.api.test_wrong_answers import trace
from tests.fakes.changing import FakeArchive
from tests.page.conftest import Check, Reader

ANSWER = "/?q=How+many+valves%3F"


@pytest.fixture(autouse=True)
def traced(archive: FakeArchive) -> None:
    """The trace of every answer of the fake answerer is kept."""
    archive.traces["t_fake"] = trace(id="t_fake")


def kept(home: Path, name: str = CASES) -> list[dict[str, Any]]:
    """The reports in a file."""
    path = home / FOLDER / name
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def begin(reader: Reader, path: str = ANSWER, **options: Any) -> Page:  # noqa: ANN401 - the options of a browser's context
    """A page with an answer, whose form is open."""
    page = reader.open(path, **options)
    page.get_by_text("Wrong answer?").click()
    return page


def test_by_keyboard(reader: Reader, home: Path) -> None:
    """Opening the form, choosing, typing the right words and sending takes no mouse; what became of it is read out."""
    page = reader.open(ANSWER)
    page.locator(".complaint summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("I cannot tell, but this is wrong")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("These words of an article")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_label("The right words")).to_be_focused()
    page.keyboard.type("the repair cost 212,000")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Note")).to_be_focused()
    page.keyboard.type("It is there.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The words stand like this in no article")
    page.get_by_label("The right words").fill("The repair cost 212,000 crowns.")
    page.get_by_label("The right words").press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    filed = page.locator(".filed")
    expect(filed).to_be_focused()
    (case,) = kept(home)
    expect(filed).to_contain_text(f"Kept as {case['id']}")
    assert (case["gold_quotes"], case["note"]) == (["The repair cost 212,000 crowns."], "It is there.")
    expect(page.get_by_role("button", name="Report this answer")).to_be_hidden()


def test_the_address_of_an_article(reader: Reader, home: Path) -> None:
    """Where the words are not found the address of the article helps, as it is copied from the browser."""
    page = begin(reader)
    page.get_by_label("These words of an article").check()
    page.get_by_label("The right words").fill("lost a third of their apples to frost")
    page.get_by_label("Where they stand").fill(f"{reader.address}/articles/orchard%2Ffrost?c=0-9#c=0-9")
    page.get_by_role("button", name="Report this answer").click()
    expect(page.locator(".filed")).to_contain_text("Kept as")
    assert kept(home)[0]["article_ids"] == ["orchard/frost"]


def test_what_is_missing(reader: Reader, home: Path) -> None:
    """What is missing is said at once, and the field has the focus; nothing is sent."""
    page = begin(reader)
    send = page.get_by_role("button", name="Report this answer")
    send.click()
    expect(page.get_by_role("alert")).to_contain_text("A note is missing")
    expect(page.get_by_label("Note")).to_be_focused()
    page.get_by_label("These words of an article").check()
    send.click()
    expect(page.get_by_label("The right words")).to_be_focused()
    assert not (home / FOLDER).exists()
    page.get_by_label("No answer: the archive does not say").check()
    expect(page.get_by_label("The right words")).to_be_hidden()
    send.click()
    expect(page.locator(".filed")).to_contain_text("Kept as")
    assert kept(home)[0]["status"] == "insufficient_evidence"


def test_an_editor_decides(reader: Reader, home: Path) -> None:
    """A note alone waits for an editor, which the reader is told; what it holds is no markup."""
    page = begin(reader)
    page.get_by_label("Note").fill("<img src=x onerror=alert(1)>")
    page.get_by_role("button", name="Report this answer").click()
    expect(page.locator(".filed")).to_contain_text("An editor has yet to decide it.")
    assert kept(home, UNDECIDED)[0]["note"] == "<img src=x onerror=alert(1)>"


def test_an_answer_that_came_in_a_stream(reader: Reader, home: Path) -> None:
    """The form is below an answer that the page fetched, too."""
    page = reader.open()
    page.get_by_label("Your question").fill("How many valves?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".complaint")).to_have_count(1)
    page.get_by_text("Wrong answer?").click()
    page.get_by_label("Note").fill("No.")
    page.get_by_role("button", name="Report this answer").click()
    expect(page.locator(".filed")).to_contain_text("Kept as")
    assert kept(home, UNDECIDED)[0]["trace"]["id"] == "t_fake"


def test_with_a_key(reader: Reader, home: Path, keys: KeyFile, archive: FakeArchive) -> None:
    """With keys the report is sent with the reader's own."""
    key, secret = keys.add("desk", ["ask"])
    archive.traces["t_fake"] = trace(id="t_fake", asker=key.id)
    page = reader.open(ANSWER)
    page.get_by_role("button", name="Enter an API key").click()
    page.get_by_role("textbox", name="API key").fill(secret)
    page.get_by_role("button", name="Use this key").click()
    page.get_by_text("Wrong answer?").click()
    page.get_by_label("Note").fill("No.")
    page.get_by_role("button", name="Report this answer").click()
    expect(page.locator(".filed")).to_contain_text("Kept as")
    assert kept(home, UNDECIDED)[0]["reporter"] == key.id


def test_a_trace_that_is_gone(reader: Reader, home: Path, archive: FakeArchive) -> None:
    """Where the trace is gone the reader is told why, and keeps what they wrote."""
    page = begin(reader)
    archive.traces.clear()
    page.get_by_label("Note").fill("No.")
    page.get_by_role("button", name="Report this answer").click()
    expect(page.get_by_role("alert")).to_contain_text("the oldest go first")
    expect(page.get_by_label("Note")).to_have_value("No.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barriers(reader: Reader, check: Check, scheme: str) -> None:
    """Axe-core finds nothing serious in the open form, on a phone too, before it is sent and afterwards."""
    page = begin(reader, color_scheme=scheme, viewport={"width": 360, "height": 740})
    page.get_by_label("These words of an article").check()
    page.get_by_role("button", name="Report this answer").click()
    assert check(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_label("No answer").check()
    page.get_by_role("button", name="Report this answer").click()
    expect(page.locator(".filed")).to_contain_text("Kept as")
    assert check(page) == []


def test_without_scripts(reader: Reader) -> None:
    """Without scripts nothing could be sent, so there is no form."""
    page = reader.open(ANSWER, java_script_enabled=False)
    expect(page.locator(".complaint")).to_be_hidden()
