"""Citations on the reader's page: the card with their context by pointer, keyboard and touch, and the way into the article."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.page.conftest import Reader

ANSWERED = "/?q=How+many+valves%3F"
CONTEXT = "The pump house at Tarnby 🏭 reopened on Monday after nine weeks."


@pytest.fixture
def page(reader: Reader) -> Page:
    """An answer that is whole."""
    page = reader.open(ANSWERED)
    expect(page.locator(".claim")).to_have_count(1)
    return page


def _middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 4, box["y"] + box["height"] / 2


@pytest.mark.parametrize("where", [".claim .cited", ".citation .cited"])
def test_hover(page: Page, where: str) -> None:
    """Under the pointer a citation shows its words in their article, marked, with headline, outlet and day; the pointer may go there."""
    card = page.locator(f"{where} .card")
    expect(card).to_be_hidden()
    page.locator(f"{where} > a, {where} a.quote").first.hover()
    expect(card).to_be_visible()
    expect(card.locator("mark")).to_have_text("“We changed every valve — all forty of them,”")
    expect(card).to_contain_text(CONTEXT)
    expect(card).to_contain_text("Pump house reopens · Tarnby Post, 5 June 2023")
    page.mouse.move(*_middle(card), steps=8)
    expect(card).to_be_visible()
    page.mouse.move(1, 1)
    expect(card).to_be_hidden()


def test_keyboard(page: Page) -> None:
    """With the keyboard a citation is reached, shows its card, is dismissed with Escape, and is followed with Enter."""
    page.locator("#ask-button").focus()
    marker = page.locator(".claim .marker")
    for _ in range(9):
        page.keyboard.press("Tab")
        if marker.evaluate("one => one === document.activeElement"):
            break
    expect(marker).to_be_focused()
    card = page.locator(".claim .card")
    expect(card).to_be_visible()
    assert marker.get_attribute("aria-describedby") == card.get_attribute("id")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(marker).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(card).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Pump house reopens")
    expect(page.locator("mark")).to_have_text("“We changed every valve — all forty of them,”")


def test_touch(reader: Reader) -> None:
    """On a touch screen the first tap shows the card, a tap beside it closes it, and a second tap opens the article."""
    page = reader.open(ANSWERED, has_touch=True, is_mobile=True, viewport={"width": 360, "height": 640})
    expect(page.locator(".claim")).to_have_count(1)
    marker, card = page.locator(".claim .marker"), page.locator(".claim .card")
    marker.tap()
    expect(card).to_be_visible()
    expect(card).to_contain_text("Tap again")
    box = card.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    marker.tap()
    expect(page.locator("h1")).to_have_text("Pump house reopens")


def test_click(page: Page, reader: Reader) -> None:
    """A click on a citation opens its article at the very place, and the address names it."""
    page.locator(".claim .marker").click()
    expect(page.locator("mark")).to_have_text("“We changed every valve — all forty of them,”")
    expect(page).to_have_url(f"{reader.address}/articles/pump-house#c=64-109")
