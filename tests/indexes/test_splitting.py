"""Passages: whole sentences within what the encoder reads."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.sentences import split_sentences
from indexes.splitting import WORDS, encoded_text, split_article
from indexes.types import Article, Encoder, Passage
from tests.fakes.encoders import HashingEncoder
from tests.strategies import articles


def split(article: Article, encoder: Encoder) -> list[Passage]:
    """The article's passages."""
    return split_article(article, split_sentences(article.text), encoder=encoder)


@given(articles, st.integers(min_value=24, max_value=128))
@settings(deadline=None)
def test_passages_are_verbatim_and_lose_nothing(article: Article, max_tokens: int) -> None:
    """A passage is the article's text at its offsets, and every character of every sentence is in a passage."""
    encoder = HashingEncoder(max_tokens=max_tokens)
    passages = split(article, encoder)
    covered: set[int] = set()
    for ordinal, passage in enumerate(passages):
        assert article.text[passage.start : passage.end] == passage.text
        assert passage.ordinal == ordinal
        covered.update(range(passage.start, passage.end))
    for sentence in split_sentences(article.text):
        lost = set(range(sentence.start, sentence.end)) - covered
        assert not any(not article.text[at].isspace() for at in lost)
    assert len({passage.id for passage in passages}) == len(passages)


@given(articles, st.integers(min_value=24, max_value=128))
@settings(deadline=None)
def test_passages_stay_within_the_budget(article: Article, max_tokens: int) -> None:
    """Context line, text and special tokens together are never more than the encoder reads."""
    encoder = HashingEncoder(max_tokens=max_tokens)
    passages = split(article, encoder)
    assert all(count <= max_tokens for count in encoder.count_tokens([encoded_text(one) for one in passages]))


def test_passages_are_even_and_whole() -> None:
    """An article a little longer than one passage becomes two halves, cut between sentences."""
    text = " ".join(f"Sentence number {number} tells what the council of Tarnby did." for number in range(20))
    article = Article(id="a", title="Council", text=text)
    passages = split(article, HashingEncoder(max_tokens=1000))
    words = [len(passage.text.split()) for passage in passages]
    assert sum(words) == 200 > WORDS
    assert len(words) == 2
    assert words == [100, 100]
    assert all(passage.text.endswith("did.") for passage in passages)


def test_sentence_longer_than_a_passage() -> None:
    """A sentence that the encoder could not read whole is cut at white space into several passages."""
    text = "word " * 400 + "end."
    passages = split(Article(id="a", title="Long", text=text), HashingEncoder(max_tokens=64))
    assert len(passages) > 6
    assert all(passage.text.startswith("word") for passage in passages)
    assert " ".join(passage.text for passage in passages) == text


def test_context_line() -> None:
    """Headline, outlet and day go in front of what is encoded, and are in no passage's text."""
    article = Article(
        id="a", title="Mill\n closes", text="It closes.", outlet="Tarn Post", published="2031-05-01T08:00:00Z"
    )
    (passage,) = split(article, HashingEncoder())
    assert passage.context == "Mill closes | Tarn Post | 2031-05-01"
    assert encoded_text(passage) == "Mill closes | Tarn Post | 2031-05-01\nIt closes."


def test_endless_headline() -> None:
    """A headline takes at most a quarter of what the encoder reads."""
    article = Article(id="a", title="loud " * 500, text="It closes.", outlet="Post")
    encoder = HashingEncoder(max_tokens=64)
    (passage,) = split(article, encoder)
    assert encoder.count_tokens([passage.context])[0] <= 16


def test_id_depends_on_article_place_and_text() -> None:
    """The same passage has the same id in every build; another article's copy has another."""
    one = split(Article(id="a", title="T", text="It closes."), HashingEncoder())
    again = split(Article(id="a", title="New headline", text="It closes."), HashingEncoder())
    other = split(Article(id="b", title="T", text="It closes."), HashingEncoder())
    assert one[0].id == again[0].id != other[0].id


@pytest.mark.encoder
def test_budget_with_the_real_tokenizer(real_encoder: Encoder) -> None:
    """Passages of real length stay within the 256 tokens of the reference encoder, and use most of them."""
    sentence = (
        "Harbour master Ida Kvist-Ørland (56) told the Tarnby council’s 14-member committee that £1.4m was missing."
    )
    text = " ".join(f"{sentence} Item {number}." for number in range(60)) + " 😀" * 400 + " supercalifragilistic" * 300
    article = Article(id="a", title="Missing money " * 12, text=text, outlet="Tarn Post", published="2031-05-01")
    counts = real_encoder.count_tokens([encoded_text(one) for one in split(article, real_encoder)])
    assert max(counts) <= real_encoder.max_tokens == 256
    assert sum(counts) / len(counts) > 128
