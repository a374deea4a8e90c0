"""Says days, times and outcomes in the words of the pages. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from indexes.types import Article
from qa.types import Answer, Citation

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
STATUSES: Mapping[str, str] = {
    "answered": "Answered",
    "partial": "Answered in part",
    "conflicting": "The articles contradict each other",
    "insufficient_evidence": "Not answered",
}
"""The heading of an answer by its status."""

_DAY_LENGTH = len("2017-05-10")


def tell_day(published: str | None) -> str:
    """`2017-05-10` as `10 May 2017`, an instant with its time; `undated` where there is none."""
    if not published:
        return "undated"
    try:
        day = date.fromisoformat(published[:_DAY_LENGTH])
    except ValueError:
        return published
    told = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    time = published[_DAY_LENGTH + 1 : _DAY_LENGTH + 6]
    return f"{told}, {time} UTC" if time else told


def tell_seconds(milliseconds: float) -> str:
    """A duration for people."""
    return f"{milliseconds / 1000:.1f} s" if milliseconds >= 1000 else f"{milliseconds:.0f} ms"  # noqa: PLR2004 - a second


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def tell_outcome(answer: Answer) -> str:
    """One sentence for those who hear the page: what came of the question."""
    if answer.status == "insufficient_evidence":
        return f"Not answered. {answer.reason or ''}".rstrip()
    told = count(len(answer.citations), "quote")
    if answer.claims:
        told = f"{count(len(answer.claims), 'statement')} with {told}"
    return f"{STATUSES[answer.status]}: {told}."


def tell_said(answer: Answer) -> str:
    """What was said, for the conversation that a follow-up continues: the answer, else the quotes."""
    return answer.answer or "\n".join(citation.quote for citation in answer.citations)


def find_languages(citations: Sequence[Citation]) -> list[str]:
    """The languages of cited articles in which answers are not measured: all but English, where the language is known."""
    named = {citation.article.language or "" for citation in citations}
    return sorted(one for one in named if one and not is_english(one))


def is_english(language: str) -> bool:
    """Whether a language tag is English of any kind."""
    return language.lower().partition("-")[0] in {"en", "eng", "english"}


def tell_authors(article: Article) -> str:
    """The authors in one line."""
    *before, last = article.authors or ("",)
    return f"{', '.join(before)} and {last}" if before else last


def find_slug(problem: Mapping[str, Any]) -> str:
    """Which kind of problem a document is about: the end of its `type`."""
    return str(problem["type"]).partition("#problem-")[2]


def is_web(url: str | None) -> bool:
    """Whether an address may be a link: no other scheme than that of web pages."""
    return bool(url) and str(url).lower().startswith(("http://", "https://"))
