"""Makes the article that is stored out of a draft: cleans its text, dates it and gives it its identity."""

from indexes.cleaning import clean_line
from indexes.dates import day_in_url
from indexes.errors import UnreadableSource
from indexes.identities import identify
from indexes.readers.drafts import Draft
from indexes.saved_pages import Page, read_page
from indexes.types import Article, Basis

LONGEST_TEXT = 2_000_000
_LONGEST_TITLE = 500


def article_of(draft: Draft, *, source: str, identity: str | None = None) -> Article:
    """The stored form of a draft. Raises `UnreadableSource` where no words are left, or far too many.

    `source` is kept with the article; `identity` is what stands for it in the id where it differs.
    What the file states comes before what its text tells.
    """
    if len(draft.text) > LONGEST_TEXT:
        raise UnreadableSource(
            f"a text of {len(draft.text):,} characters; at most {LONGEST_TEXT:,} are indexed: split it into articles",
        )
    page = read_page(draft.text, title=draft.title, headlines=draft.headlines)
    if not page.text:
        raise UnreadableSource("no words in the text: nothing to index")
    published, basis = _published(draft, page)
    return Article(
        id=identify(given=draft.id, url=draft.url, source=identity or source),
        title=clean_line(page.title)[:_LONGEST_TITLE],
        text=page.text,
        outlet=draft.outlet or page.outlet,
        authors=draft.authors or page.authors,
        published=published,
        published_basis=basis,
        captured=draft.captured or page.captured,
        url=draft.url,
        language=draft.language,
        section=draft.section,
        updated=draft.updated,
        source=source,
        raw_sha256=draft.raw_sha256,
    )


def _published(draft: Draft, page: Page) -> tuple[str | None, Basis]:
    if draft.published:
        return draft.published, "stated"
    if page.published:
        return page.published, page.published_basis
    if draft.hinted:
        return draft.hinted, "inferred"
    day = day_in_url(draft.url) if draft.url else None
    return (day.isoformat(), "inferred") if day else (None, "unknown")
