"""The page of the index in a browser: a rebuild that is followed, going back, and who may do either."""

import json

import pytest
from playwright.sync_api import Page, expect

from api.keys import KeyFile
from tests.fakes.changing import FakeArchive
from tests.page.conftest import Check, Reader


def begin_build(page: Page) -> None:
    """Ask for a rebuild, and confirm it."""
    page.get_by_role("button", name="Rebuild from the configured files").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("the present index answers")
    dialog.get_by_role("button", name="Rebuild").click()


def test_a_rebuild_is_followed(reader: Reader, archive: FakeArchive) -> None:
    """The page shows step, articles, pace and time left while a rebuild runs, and the new build when it is done."""
    page = reader.open("/index")
    begin_build(page)
    expect(page.locator("#job-step")).to_have_text("Waiting to begin")
    run = archive.runs[0]
    run.tell({"step": "split", "done": 40, "total": 1200})
    expect(page.locator("#job-step")).to_have_text("Finding passages and quotations")
    expect(page.locator("#job-figures")).to_have_text("40 of 1,200 articles")
    assert page.locator("#job-progress").evaluate("one => one.position") == pytest.approx(40 / 1200)
    run.tell({"step": "encode", "done": 0, "total": 3000})
    run.tell({"step": "encode", "done": 1500, "total": 3000})
    expect(page.locator("#job-figures")).to_contain_text("600 of 1,200 articles · ")
    expect(page.locator("#job-figures")).to_contain_text("passages per second")
    expect(page.get_by_role("status").filter(has_text="Encoding passages")).to_be_visible()
    expect(page.get_by_role("button", name="Go back to this build")).to_be_disabled()
    archive.finish_build("b_new+0")
    expect(page.locator("#job-said")).to_have_text("The rebuild is done: 3 articles.")
    expect(page.get_by_role("row", name="b_new+0")).to_contain_text("serves now")
    expect(page.locator(".job")).to_be_hidden()


def test_a_rebuild_that_somebody_else_began(reader: Reader, archive: FakeArchive) -> None:
    """A rebuild that runs when the page is opened is followed too; that it failed is said, with the reason."""
    other = reader.open("/index")
    begin_build(other)
    expect(other.locator("#job-step")).to_have_text("Waiting to begin")
    page = reader.open("/index")
    expect(page.locator(".job")).to_be_visible()
    archive.runs[0].finish(1, "dateline: there is nothing to read in 'seeds'")
    for one in (page, other):
        expect(one.locator("#job-said")).to_have_text("The rebuild failed. there is nothing to read in 'seeds'")
        expect(one.get_by_role("button", name="Rebuild from the configured files")).to_be_enabled()


def test_it_can_be_cancelled(reader: Reader, archive: FakeArchive) -> None:
    """Nothing is changed before it is confirmed; the focus goes back to the button."""
    page = reader.open("/index")
    button = page.get_by_role("button", name="Rebuild from the configured files")
    for leave in ("Escape", "Tab"):
        button.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press(leave)
        if leave == "Tab":
            page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(button).to_be_focused()
    assert archive.runs == []


def test_going_back(reader: Reader, archive: FakeArchive) -> None:
    """Going back to a kept build names it, is confirmed, and shows it as the one that serves."""
    page = reader.open("/index")
    page.get_by_role("row", name="b_before+0").get_by_role("button", name="Go back to this build").click()
    expect(page.get_by_role("dialog")).to_contain_text("b_before+0 will answer from then on")
    page.get_by_role("dialog").get_by_role("button", name="Go back").click()
    expect(page.locator("#job-said")).to_have_text("b_before+0 answers now.")
    expect(page.get_by_role("row", name="b_before+0")).to_contain_text("serves now")
    assert archive.mark == "b_before+0"


def test_a_refusal_is_told(reader: Reader, archive: FakeArchive) -> None:
    """What the service refuses is said where the buttons are, and they can be used again."""
    page = reader.open("/index")
    archive.marks.remove("b_before+0")
    page.get_by_role("button", name="Go back to this build").click()
    page.get_by_role("dialog").get_by_role("button", name="Go back").click()
    expect(page.get_by_role("alert")).to_contain_text("there is no build 'b_before+0'")
    expect(page.get_by_role("button", name="Go back to this build")).to_be_enabled()


def test_keys(reader: Reader, keys: KeyFile) -> None:
    """Who may only ask sees the state without buttons; `admin` has them, and their requests carry the key."""
    (_, asking), (_, changing) = keys.add("reader", ["ask"]), keys.add("editor", ["admin"])
    page = reader.open("/index")
    page.get_by_role("textbox", name="API key").fill(asking)
    page.get_by_role("button", name="Use this key").click()
    expect(page.get_by_text("takes a key with the scope")).to_be_visible()
    expect(page.get_by_role("button", name="Rebuild")).to_have_count(0)
    other = reader.open("/index")
    other.get_by_role("textbox", name="API key").fill(changing)
    other.get_by_role("button", name="Use this key").click()
    begin_build(other)
    expect(other.locator("#job-step")).to_have_text("Waiting to begin")


def test_without_scripts(reader: Reader) -> None:
    """Without scripts the state is there, and in place of the buttons what does the same on the server."""
    page = reader.open("/index", java_script_enabled=False)
    expect(page.get_by_role("row", name="b_fake+0")).to_contain_text("serves now")
    expect(page.get_by_role("button", name="Rebuild from the configured files")).to_be_hidden()
    expect(page.get_by_text("python -m indexes rollback")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barriers(reader: Reader, archive: FakeArchive, check: Check, scheme: str) -> None:
    """Axe-core finds nothing serious: as it is, while a dialog is open, and while a rebuild runs; nothing sticks out."""
    page = reader.open("/index", color_scheme=scheme, viewport={"width": 320, "height": 640})
    assert check(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Go back to this build").click()
    assert check(page) == []
    page.keyboard.press("Escape")
    begin_build(page)
    expect(page.locator("#job-step")).to_have_text("Waiting to begin")
    archive.runs[0].tell({"step": "split", "done": 40, "total": 1200})
    expect(page.locator("#job-figures")).to_have_text("40 of 1,200 articles")
    assert check(page) == []
    assert json.loads(page.evaluate("JSON.stringify(sessionStorage)")) == {}
