"""Asking on the reader's page: what is seen when, what the address says, and the way back."""

import re
import threading

from playwright.sync_api import Page, expect

from tests.fakes.answering import SharedWordsAnswerer
from tests.page.conftest import Reader

QUESTION = "How many valves?"


def ask(page: Page, question: str = QUESTION) -> None:
    """Type a question and send it by the keyboard."""
    field = page.get_by_label("Your question")
    field.fill(question)
    field.press("Enter")


def test_quotes_come_before_statements(reader: Reader, gate: threading.Event) -> None:
    """The verified quote is there while the answer is still written, and stays in its place when the answer is there."""
    page = reader.open()
    ask(page)
    quote = page.locator(".citation .quote")
    expect(quote).to_have_text("“We changed every valve — all forty of them,”")
    expect(page.locator(".claim")).to_have_count(0)
    expect(page.locator(".progress")).to_contain_text("Writing the answer")
    assert page.get_by_role("status").inner_text() == "1 quote found."
    gate.set()
    expect(page.locator(".claim .text")).to_have_text("It says: “We changed every valve — all forty of them,”")
    expect(page.locator(".result")).to_have_attribute("data-status", "answered")
    expect(page.locator("[aria-busy]")).to_have_count(0)
    expect(quote).to_have_count(1)
    assert page.get_by_role("status").inner_text() == "Answered: 1 statement with 1 quote."


def test_the_place_is_kept(reader: Reader, gate: threading.Event) -> None:
    """Whoever has scrolled to a quote and is in it sees it where it was, and is still in it, when the answer comes."""
    page = reader.open(viewport={"width": 600, "height": 260})
    ask(page)
    quote = page.locator(".citation .quote")
    quote.focus()
    quote.evaluate("one => one.scrollIntoView({block: 'start'})")
    before = quote.evaluate("one => one.getBoundingClientRect().top")
    gate.set()
    expect(page.locator(".claim")).to_have_count(1)
    expect(page.locator("[aria-busy]")).to_have_count(0)
    assert abs(quote.evaluate("one => one.getBoundingClientRect().top") - before) <= 2
    expect(quote).to_be_focused()


def test_the_address_is_the_question(reader: Reader, answerer: SharedWordsAnswerer) -> None:
    """The address holds question and filters; opened by somebody else it shows the same answer."""
    page = reader.open()
    page.get_by_text("Filters").click()
    page.get_by_label("Outlet").fill("Tarnby Post")
    page.get_by_label("Published from").fill("2023-06-01")
    page.get_by_label("How to answer").select_option("Quotes only")
    ask(page)
    expect(page.locator(".result .citation")).to_have_count(1)
    address = page.url.removeprefix(reader.address)
    assert address == "/?q=How+many+valves%3F&mode=quotes&outlet=Tarnby+Post&from=2023-06-01"
    assert answerer.asked[-1].filters.outlets == ("Tarnby Post",)
    other = reader.open(address)
    expect(other.locator(".result .citation")).to_have_count(1)
    expect(other.get_by_label("Outlet")).to_have_value("Tarnby Post")
    expect(other.get_by_label("Published from")).to_have_value("2023-06-01")
    assert answerer.asked[-1].filters == answerer.asked[0].filters
    assert [one.mode for one in answerer.asked] == ["quotes", "quotes"]


def test_a_deep_link_becomes_an_answer(reader: Reader, gate: threading.Event) -> None:
    """The page of an address comes with the quotes, which stay while the language model writes, then with its statements."""
    gate.set()
    page = reader.open("/?q=How+many+valves%3F")
    expect(page.locator(".claim")).to_have_count(1)
    expect(page.locator(".citation")).to_have_count(1)
    assert page.title() == "How many valves? – Dateline"


def test_back_and_forward(reader: Reader, answerer: SharedWordsAnswerer) -> None:
    """The back button brings the former answer and its question back at once, without asking again; forward likewise."""
    page = reader.open()
    ask(page)
    expect(page.locator(".claim .text")).to_contain_text("every valve")
    ask(page, "Which third of the apples did growers in the Velle valley lose to frost?")
    expect(page.locator(".claim .text")).to_contain_text("apples")
    asked = len(answerer.asked)
    page.go_back()
    expect(page.locator(".claim .text")).to_contain_text("every valve")
    expect(page.get_by_label("Your question")).to_have_value(QUESTION)
    page.go_forward()
    expect(page.locator(".claim .text")).to_contain_text("apples")
    assert len(answerer.asked) == asked
    page.locator(".quote").first.click()
    expect(page.locator("h1")).to_have_text("Frost takes a third of the apples")
    page.go_back()
    expect(page.locator(".claim .text")).to_contain_text("apples")
    assert [one.mode for one in answerer.asked[asked:]] in ([], ["quotes"]), "the language model is not asked again"


def test_parts_of_the_page(reader: Reader, answerer: SharedWordsAnswerer) -> None:
    """A link to a part of the page leaves the answer as it is, and asks nothing."""
    page = reader.open()
    ask(page)
    expect(page.locator(".claim")).to_have_count(1)
    page.get_by_role("link", name="Skip to the content").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))
    page.go_back()
    expect(page.locator(".claim")).to_have_count(1)
    assert len(answerer.asked) == 1


def test_declined(reader: Reader) -> None:
    """A question that is declined says so, and why, in words and to those who hear the page."""
    page = reader.open()
    ask(page, "Who composed zither music?")
    expect(page.locator(".verdict")).to_have_text("Not answered")
    expect(page.locator(".reason")).to_have_text("No article shares a word.")
    expect(page.get_by_role("status")).to_have_text("Not answered. No article shares a word.")


def test_follow_up(reader: Reader, answerer: SharedWordsAnswerer) -> None:
    """A further question goes with the conversation so far; a new conversation begins without it."""
    page = reader.open()
    ask(page)
    expect(page.locator(".claim")).to_have_count(1)
    ask(page, "What did it cost?")
    expect(page.locator(".result .asked")).to_have_text("What did it cost?")
    expect(page.locator("[aria-busy]")).to_have_count(0)
    (turn,) = answerer.asked[-1].history
    assert turn.question == QUESTION
    assert turn.answer == "It says: “We changed every valve — all forty of them,” [1]"
    page.get_by_text("Asked before").click()
    expect(page.locator("#conversation li")).to_have_text([QUESTION])
    page.get_by_label("Outlet").evaluate("one => one.value = 'Tarnby Post'")
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_label("Outlet")).to_have_value("")
    expect(page.locator(".result")).to_have_count(0)
    expect(page.get_by_label("Your question")).to_be_focused()
    ask(page, "What happened to the apples?")
    expect(page.locator(".claim")).to_have_count(1)
    assert answerer.asked[-1].history == ()


def test_facts(reader: Reader) -> None:
    """How an answer came about is told below it, and the id of its trace is copied with one click."""
    page = reader.open("/?q=How+many+valves%3F", permissions=["clipboard-read", "clipboard-write"])
    expect(page.locator(".claim")).to_have_count(1)
    page.get_by_text("How this was answered").click()
    expect(page.locator(".facts dl")).to_contain_text("shared-words")
    expect(page.locator(".facts dl")).to_contain_text("b_fake+0")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "t_fake"


def test_stop(reader: Reader, answerer: SharedWordsAnswerer, gate: threading.Event) -> None:
    """Stopping keeps the quotes, says so, and frees the language model."""
    page = reader.open()
    ask(page)
    expect(page.locator(".citation")).to_have_count(1)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".progress")).to_have_text("Stopped.")
    expect(page.locator(".citation")).to_have_count(1)
    assert answerer.abandoned.acquire(timeout=30)


def test_a_new_question_takes_the_place(reader: Reader, answerer: SharedWordsAnswerer, gate: threading.Event) -> None:
    """A question that is asked while another is being answered takes its place, and nothing of the other comes later."""
    page = reader.open()
    ask(page)
    expect(page.locator(".citation")).to_have_count(1)
    ask(page, "What happened to the apples?")
    assert answerer.abandoned.acquire(timeout=30)
    gate.set()
    expect(page.locator(".claim .text")).to_contain_text("apples")
    expect(page.locator(".result")).to_have_count(1)


def test_failures_are_told(reader: Reader, answerer: SharedWordsAnswerer) -> None:
    """What goes wrong before and in the middle of an answer is said in its place, with what to do."""
    page = reader.open()
    answerer.llm = "missing: none here"
    page.get_by_label("How to answer").evaluate("one => one.add(new Option('forced', 'answer', true, true))")
    ask(page)
    expect(page.get_by_role("alert").filter(has_text="mode")).to_contain_text("No language model can be reached")
    page.get_by_label("How to answer").select_option("Quotes only")
    answerer.failing = RuntimeError("the disk is on fire")
    answerer.llm = "ready"
    page.get_by_label("How to answer").select_option("Answer with quotes")
    ask(page)
    expect(page.locator(".progress .problem")).to_contain_text("Something went wrong here")
    expect(page.locator(".citation")).to_have_count(1)
