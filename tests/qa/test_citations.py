"""Citations are verbatim, numbered, and known again by their ids."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from indexes.types import Article
from qa.citations import MAX_PER_ANSWER, citation_id, cite, is_verbatim
from qa.types import Evidence

TEXT = "The pump house reopened. “We changed every valve,” said Marit Osk 🏭. It cost 212,000 crowns."
ARTICLE = Article(id="pump-house", title="Pump house reopens", text=TEXT)


def piece(
    start: int, end: int, *, article: Article = ARTICLE, speaker: str | None = None, score: float = 0.9
) -> Evidence:
    """The evidence at a place of an article."""
    return Evidence(article=article, start=start, end=end, quote=article.text[start:end], speaker=speaker, score=score)


@given(
    text=st.text(min_size=1, max_size=80),
    data=st.data(),
    titles=st.tuples(st.text(max_size=9), st.text(max_size=9)),
    speakers=st.tuples(st.none() | st.text(max_size=9), st.none() | st.text(max_size=9)),
    scores=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_an_id_depends_on_article_span_and_words_only(
    text: str,
    data: st.DataObject,
    titles: tuple[str, str],
    speakers: tuple[str | None, str | None],
    scores: tuple[float, float],
) -> None:
    """The same words at the same place of the same article have one id, whatever else is said of them."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    ids = []
    for title, speaker, score in zip(titles, speakers, scores, strict=True):
        article = Article(id="a", title=title, text=text, outlet=title or None)
        citations, dropped = cite([piece(start, end, article=article, speaker=speaker, score=score)])
        assert len(citations) + dropped == 1
        ids.append([citation.id for citation in citations])
    assert ids[0] == ids[1]


@given(start=st.integers(0, 500), end=st.integers(0, 500), quote=st.text(max_size=20), article_id=st.text(max_size=9))
def test_another_place_or_other_words_have_another_id(start: int, end: int, quote: str, article_id: str) -> None:
    """An id changes with the article, with either end of the span, and with the words."""
    first = citation_id(article_id, start, end, quote)
    assert first.startswith("c_")
    assert first not in {
        citation_id(article_id + "x", start, end, quote),
        citation_id(article_id, start + 1, end, quote),
        citation_id(article_id, start, end + 1, quote),
        citation_id(article_id, start, end, quote + "x"),
    }


@given(text=st.text(max_size=60), start=st.integers(-5, 70), end=st.integers(-5, 70), quote=st.text(max_size=10))
def test_verbatim_means_these_words_at_this_place(text: str, start: int, end: int, quote: str) -> None:
    """Whatever counts as verbatim is what the stored text has there, and is not blank."""
    article = Article(id="a", title="", text=text)
    if is_verbatim(article, start, end, quote):
        assert 0 <= start < end <= len(text)
        assert text[start:end] == quote
        assert quote.strip()
    if 0 <= start < end <= len(text) and text[start:end].strip():
        assert is_verbatim(article, start, end, text[start:end])


def test_offsets_count_code_points() -> None:
    """Characters beyond the basic plane count as one."""
    start = TEXT.index("It cost")
    assert is_verbatim(ARTICLE, start, len(TEXT), "It cost 212,000 crowns.")


def test_words_that_are_not_there_are_dropped_and_counted() -> None:
    """A quote that differs by one character is not cited."""
    wrong = replace(piece(0, 24), quote="The pump house reopened!")
    moved = replace(piece(0, 24), start=1, end=25)
    citations, dropped = cite([wrong, piece(0, 24), moved])
    assert [citation.quote for citation in citations] == ["The pump house reopened."]
    assert citations[0].number == 1
    assert dropped == 2


def test_citations_are_numbered_in_order_and_few() -> None:
    """Numbers go up from 1 in the order given, and an answer has at most eight."""
    citations, dropped = cite([piece(start, start + 5) for start in range(12)])
    assert [citation.number for citation in citations] == list(range(1, MAX_PER_ANSWER + 1))
    assert [citation.start for citation in citations] == list(range(MAX_PER_ANSWER))
    assert MAX_PER_ANSWER == 8
    assert dropped == 0


def test_only_articles_that_have_the_words_are_named_beside_a_citation() -> None:
    """Another printing is named where it has the quote word for word; the cited article itself never is."""
    same = Article(id="same", title="Elsewhere", text="(NNA) " + TEXT)
    edited = Article(id="edited", title="Edited", text=TEXT.replace("reopened", "opened again"))
    citations, dropped = cite([replace(piece(0, 24), also=(edited, ARTICLE, same))])
    assert citations[0].also == (same,)
    assert citations[0].id == cite([piece(0, 24)])[0][0].id
    assert dropped == 0
