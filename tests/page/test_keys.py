"""The API key in the browser: asked for once, kept in the tab, sent with everything, and with nothing else."""

import pytest
from playwright.sync_api import Page, expect

from api.keys import KeyFile
from tests.fakes.answering import SharedWordsAnswerer
from tests.page.conftest import Reader


@pytest.fixture
def secret(keys: KeyFile) -> str:
    """A key that may ask."""
    return keys.add("desk", ["ask"])[1]


def give(page: Page, secret: str) -> None:
    """Type a key into the dialog."""
    page.get_by_role("textbox", name="API key").fill(secret)
    page.get_by_role("button", name="Use this key").click()


def test_asking_with_a_key(reader: Reader, secret: str, answerer: SharedWordsAnswerer) -> None:
    """The first question opens the dialog; with the key it is answered, and further pages open without asking again."""
    page = reader.open()
    expect(page.get_by_text("for those who have an API key").first).to_be_visible()
    field = page.get_by_label("Your question")
    field.fill("How many valves?")
    field.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    give(page, "dl_wrong")
    expect(page.get_by_text("not known here, or was revoked")).to_be_visible()
    assert answerer.asked == []
    give(page, secret)
    expect(page.locator(".claim")).to_have_count(1)
    page.locator(".citation .quote").click()
    expect(page.locator("h1")).to_have_text("Pump house reopens")
    expect(page.locator("mark")).to_have_text("“We changed every valve — all forty of them,”")
    assert page.title() == "Pump house reopens – Dateline"
    page.go_back()
    expect(page.locator(".claim")).to_have_count(1)
    page.reload()
    expect(page.locator(".claim")).to_have_count(1)


def test_an_article_with_a_key(reader: Reader, secret: str) -> None:
    """The address of an article asks for the key, then shows the article with its place marked."""
    page = reader.open("/articles/pump-house#c=4-14")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_text("valve")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Enter an API key").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Enter an API key").click()
    give(page, secret)
    expect(page.locator("mark")).to_have_text("pump house")


def test_where_the_key_is(reader: Reader, secret: str) -> None:
    """The key is kept in the tab's own storage only, goes to this service only, and is gone when it is forgotten."""
    page = reader.open("/articles/pump-house")
    give(page, secret)
    expect(page.locator("h1")).to_have_text("Pump house reopens")
    assert page.evaluate("Object.values(sessionStorage)") == [secret]
    assert page.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    assert secret not in page.content() + page.url
    assert not any(secret in request.url for request in reader.requests)
    page.get_by_role("button", name="Forget the API key").click()
    expect(page.get_by_role("button", name="Enter an API key")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_without_a_key_nothing_is_kept(reader: Reader) -> None:
    """Where no key is needed, none is asked for, and nothing is stored."""
    page = reader.open("/?q=How+many+valves%3F")
    expect(page.locator(".claim")).to_have_count(1)
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]") == [0, 0, ""]
