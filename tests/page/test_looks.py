"""How the pages look and read: no barrier for anybody, any width, both colour schemes, on paper, and without scripts."""

from typing import Literal
from urllib.parse import quote

from playwright.sync_api import expect

from tests.fakes.answering import SharedWordsAnswerer
from tests.page.conftest import Check, Reader
from tests.page.stories import LONG

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PAGES = {
    "front": "/",
    "answer": "/?q=How+many+valves%3F&outlet=Tarnby+Post",
    "declined": "/?q=Who+composed+zither+music%3F",
    "article": "/articles/pump-house#c=4-14",
    "hebrew": "/articles/ha-nemala%2F1",
    "long": f"/articles/{quote(LONG.id, safe='')}#c=4-14",
    "lighthouse": "/?q=What+does+the+lighthouse+log+say%3F",
    "missing": "/articles/nowhere",
}


def test_no_barriers(reader: Reader, check: Check) -> None:
    """Axe-core finds nothing serious or critical on any page, in either colour scheme."""
    for name, path in PAGES.items():
        page = reader.open(path)
        expect(page.locator("[aria-busy]")).to_have_count(0)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert check(page) == [], (name, scheme)
        assert page.locator("h1").count() == 1, name


def test_no_barriers_while_something_is_open(reader: Reader, check: Check) -> None:
    """Axe-core finds nothing serious or critical where filters, facts, a card and the dialog are open."""
    page = reader.open(PAGES["answer"])
    expect(page.locator(".claim")).to_have_count(1)
    page.get_by_text("How this was answered").click()
    page.locator(".claim .marker").focus()
    expect(page.locator(".claim .card")).to_be_visible()
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert check(page) == [], scheme
    page.locator("#key-dialog").evaluate("one => one.showModal()")
    assert check(page) == []


def test_a_barrier_would_be_found(reader: Reader, check: Check) -> None:
    """A field without a name is found: the checks before this one can fail."""
    page = reader.open()
    page.locator("label[for=q]").evaluate("one => one.remove()")
    page.locator("#q").evaluate("one => one.removeAttribute('placeholder')")
    assert [one for one in check(page) if one.startswith("label:")]


def test_nothing_sticks_out(reader: Reader) -> None:
    """No page scrolls sideways, however narrow it is and however long its words are."""
    for name, path in PAGES.items():
        page = reader.open(path, viewport={"width": 320, "height": 640})
        expect(page.locator("[aria-busy]")).to_have_count(0)
        for width in (320, 360, 768, 1200):
            page.set_viewport_size({"width": width, "height": 640})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)


def test_dark(reader: Reader) -> None:
    """The page is dark where the reader's machine is, and light else."""
    backgrounds = [
        reader.open("/", color_scheme=scheme).evaluate("getComputedStyle(document.documentElement).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert backgrounds == ["rgb(255, 253, 248)", "rgb(22, 24, 28)"]


def test_printed(reader: Reader) -> None:
    """On paper there are the question, the answer and each citation with its address; no form, no navigation, no card."""
    page = reader.open(PAGES["answer"])
    expect(page.locator(".claim")).to_have_count(1)
    page.emulate_media(media="print")
    for hidden in ("h1", "form", ".masthead nav", ".card >> nth=0", "#new-conversation", ".progress"):
        expect(page.locator(hidden).first).to_be_hidden()
    for shown in (".asked", ".claim", ".citation .quote", ".byline"):
        expect(page.locator(shown).first).to_be_visible()
    expect(page.locator(".printed")).to_have_text("pump-house, characters 64–109, https://example.org/pump-house")
    expect(page.locator(".printed")).to_be_visible()


def test_without_scripts(reader: Reader, answerer: SharedWordsAnswerer) -> None:
    """Without scripts the form brings the quotes, and a quote leads into its article, where it is marked."""
    page = reader.open("/", java_script_enabled=False)
    page.get_by_label("Your question").fill("How many valves?")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".citation .quote")).to_have_text("“We changed every valve — all forty of them,”")
    page.locator(".citation .quote").hover()
    expect(page.locator(".citation .card")).to_be_visible()
    page.locator(".citation .quote").click()
    expect(page.locator("mark")).to_have_text("“We changed every valve — all forty of them,”")
    assert [one.mode for one in answerer.asked] == ["quotes"]


def test_the_keyboard_can_skip(reader: Reader) -> None:
    """The first stop of the keyboard leads past the navigation; where the focus is can be seen."""
    page = reader.open()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your question")).to_be_focused()
    assert page.locator("#q").evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


def test_harm_would_be_seen(reader: Reader) -> None:
    """What every test here is held to can fail: a forbidden script, a request to elsewhere and an error are noted."""
    page = reader.open()
    with page.expect_console_message(lambda message: "violates script-src" in message.text):
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))")
    with page.expect_console_message(lambda message: "violates img-src" in message.text):
        page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.2:9/x.png'}))")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('odd') })")
    for told in ("error: violates script-src", "error: violates img-src", "error: odd"):
        assert [one for one in reader.wrong if one.startswith(told)], told
    reader.wrong.clear()
