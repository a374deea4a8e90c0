"""What several outlets printed in the same words is one passage and one citation, and the other printings are named."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.types import Article, Basis, Filters, Passage, Retrieved
from qa.answering import Answerer
from qa.corroborating import corroborate, corroborate_all, retrieve_once, without_repeats
from qa.evidence import Candidate, Features
from qa.types import Question
from tests.fakes.reading import ReadCatalogue, SharedWords, passage_of, sources_over

WIRE = (
    "The mill at Upper Tarn will close in May after ninety years, its owner said on Monday.\n\n"
    "“The river has beaten us, and no dam in the world would have helped,” owner Edda Crane told the workers. "
    "Forty-four people work at the mill, and eleven of them live in its old cottages by the weir.\n\n"
    "The council of Velle will talk about the cottages on Thursday, and about the road that leads there."
)
QUOTE = "“The river has beaten us, and no dam in the world would have helped,” owner Edda Crane told the workers."


def print_in(article_id: str, outlet: str | None, day: str | None, text: str = WIRE) -> Article:
    """A printing of the wire story."""
    basis: Basis = "stated" if day else "unknown"
    return Article(
        id=article_id, title=f"Mill, {article_id}", text=text, outlet=outlet, published=day, published_basis=basis
    )


POST = print_in("post", "Tarn Post", "2031-03-03", WIRE + " Readers may write to the Post.")
COURIER = print_in("courier", "Velle Courier", "2031-03-02")
BELL = print_in("bell", "Sund Bell", "2031-03-04", "SUND (NNA) - " + WIRE)
UNDATED = print_in("undated", None, None)
FAIR = Article(
    id="fair",
    title="Fair",
    text="The fair of Upper Tarn drew 900 visitors to the mill. Owner Edda Crane opened it on Saturday.",
    outlet="Tarn Post",
    published="2031-06-07",
    published_basis="stated",
)
COPIES = (POST, COURIER, BELL, UNDATED)
ASKED = "What did Edda Crane say about the river and the dam?"


def candidate_in(article: Article, quote: str = QUOTE) -> Candidate:
    """The quote as it stands in an article."""
    start = article.text.index(quote)
    return Candidate(article=article, start=start, end=start + len(quote), speaker="Edda Crane", features=Features())


def hit(article: Article, text: str, score: float = 0.5) -> Retrieved:
    """A passage of an article, which need not stand in it."""
    passage = replace(passage_of(article), id=f"{article.id}:{text[:9]}", text=text, end=len(text))
    return Retrieved(passage=passage, score=score)


def group(*articles: Article) -> Mapping[str, Sequence[str]]:
    """All of these are copies of each other."""
    return {own.id: [one.id for one in articles if one.id != own.id] for own in articles}


def test_the_earliest_printing_is_cited_and_the_others_are_named() -> None:
    """The quote moves to the earliest article; the others follow in order of publication, those without a day last."""
    found = corroborate(candidate_in(BELL), [POST, COURIER, UNDATED])
    assert found.article is COURIER
    assert found.quote == QUOTE
    assert found.also == (POST, BELL, UNDATED)
    assert (found.speaker, found.features, found.score) == ("Edda Crane", Features(), 0.0)


def test_an_outlet_that_is_asked_for_comes_first() -> None:
    """Where the question names an outlet its printing is cited, whatever the case of the name."""
    found = corroborate(candidate_in(COURIER), [POST, BELL], outlets=["SUND BELL"])
    assert found.article is BELL
    assert found.quote == QUOTE
    assert found.also == (COURIER, POST)


def test_only_the_very_words_corroborate() -> None:
    """A copy that has the quote in other words, or with another figure, is not named."""
    edited = print_in("edited", "Norr Echo", "2031-03-01", WIRE.replace("no dam", "not one dam"))
    found = corroborate(candidate_in(COURIER), [edited])
    assert found == candidate_in(COURIER)


def test_a_quote_without_copies_stays_as_it_is() -> None:
    """Neither no other article nor the article itself makes a difference."""
    assert corroborate(candidate_in(POST), []) == candidate_in(POST)
    assert corroborate(candidate_in(POST), [POST]) == candidate_in(POST)


@given(st.permutations(COPIES), st.integers(1, 4), st.sampled_from(["Tarn Post", "Sund Bell", "nobody"]))
def test_the_order_of_the_copies_does_not_matter(order: list[Article], count: int, outlet: str) -> None:
    """Whichever copy the quote was found in, the same article is cited with the same others, each once, each with the words."""
    order = order[:count]
    found = [corroborate(candidate_in(one), order, outlets=[outlet]) for one in order]
    assert len({(one.article.id, one.start, tuple(other.id for other in one.also)) for one in found}) == 1
    assert sorted([found[0].article.id, *(one.id for one in found[0].also)]) == sorted(one.id for one in order)
    assert all(one.quote == QUOTE for one in found)


def test_filters_keep_copies_away() -> None:
    """Copies that the filters leave out are neither cited nor named."""
    catalogue = ReadCatalogue(COPIES)
    found = corroborate_all([candidate_in(BELL)], catalogue, filters=Filters(published_from=date(2031, 3, 3)))
    assert (found[0].article, found[0].also) == (POST, (BELL,))
    found = corroborate_all([candidate_in(BELL)], catalogue, filters=Filters(article_ids=("bell", "undated")))
    assert (found[0].article, found[0].also) == (BELL, (UNDATED,))
    found = corroborate_all([candidate_in(BELL)], catalogue, filters=Filters(article_ids=("bell",)))
    assert found == [candidate_in(BELL)]
    assert corroborate_all([], catalogue, filters=Filters()) == []


def test_a_repeated_passage_goes() -> None:
    """A passage of a copy whose every sentence is told already is left out, though it is cut at another place."""
    first, second, _ = WIRE.split("\n\n")
    hits = [hit(POST, first), hit(COURIER, f"{first} {second}"), hit(BELL, "SUND (NNA) - " + first), hit(POST, second)]
    kept = without_repeats(hits, group(POST, COURIER, BELL))
    assert kept == [hits[0], hits[3]]


def test_what_a_copy_adds_or_corrects_stays() -> None:
    """A passage with another figure or a further sentence is no repetition."""
    told = "Forty-four people work at the mill, and eleven of them live in its old cottages by the weir."
    corrected = hit(COURIER, told.replace("Forty-four", "Forty-six"))
    longer = hit(BELL, told + " Two of them are bakers.")
    hits = [hit(POST, told), corrected, longer]
    kept = without_repeats(hits, group(POST, COURIER, BELL))
    assert corrected.passage.text in [one.passage.text for one in kept]
    assert longer in kept


@pytest.mark.parametrize("head", ["SUND (NNA) - ", "UPPER TARN — ", "(NNA) ", "SUND, Velle valley (NNA): ", ""])
def test_a_dateline_adds_nothing(head: str) -> None:
    """Whichever way an outlet heads the story, the same story under it is told once."""
    first = WIRE.split("\n\n", maxsplit=1)[0]
    hits = [hit(POST, "TARNBY (NNA) - " + first), hit(COURIER, head + first)]
    assert without_repeats(hits, group(POST, COURIER)) == hits[:1]


def test_the_same_words_of_articles_that_are_no_copies_stay() -> None:
    """Only near copies of an article repeat it."""
    hits = [hit(POST, WIRE), hit(FAIR, WIRE)]
    assert without_repeats(hits, group(POST, COURIER)) == hits
    assert without_repeats(hits, {}) == hits
    assert without_repeats([], {}) == []


def test_freed_places_go_to_further_passages() -> None:
    """Where copies would take all places, another article gets one; without copies the retriever is asked once."""
    retriever = SharedWords((*COPIES, FAIR))
    hits = retrieve_once(retriever, ReadCatalogue((*COPIES, FAIR)), "Edda Crane mill", limit=3, filters=Filters())
    assert "fair" in [one.passage.article_id for one in hits]
    assert len(hits) <= 3
    retriever = SharedWords((POST, FAIR))
    hits = retrieve_once(retriever, ReadCatalogue((POST, FAIR)), "Edda Crane mill", limit=3, filters=Filters())
    assert [limit for _, limit, _ in retriever.asked] == [3]
    assert len(hits) == 2


def test_an_answer_cites_a_wire_story_once() -> None:
    """With a story from three outlets in the archive it is cited once, in its earliest printing, and the others are named."""
    answer = Answerer(sources_over((POST, COURIER, BELL, FAIR))).answer(Question(text=ASKED))
    assert answer.status == "answered"
    cited = [one for one in answer.citations if "river" in one.quote]
    assert [one.article.id for one in cited] == ["courier"]
    assert [one.id for one in cited[0].also] == ["post", "bell"]
    for article in (cited[0].article, *cited[0].also):
        assert cited[0].quote in article.text


@pytest.mark.parametrize(("outlet", "others"), [("Sund Bell", ("courier", "post")), ("Tarn Post", ("courier", "bell"))])
def test_a_question_about_an_outlet_is_answered_from_it(outlet: str, others: tuple[str, ...]) -> None:
    """Where the question names the outlet, its own printing is cited and the others follow."""
    shelf = (POST, COURIER, BELL, FAIR)
    answer = Answerer(sources_over(shelf)).answer(
        Question(text=f"What did Edda Crane say about the river, according to the {outlet}?")
    )
    cited = [one for one in answer.citations if "river" in one.quote]
    assert [one.article.outlet for one in cited] == [outlet]
    assert tuple(one.id for one in cited[0].also) == others


def test_a_filter_by_outlet_names_no_other() -> None:
    """An answer that is restricted to an outlet speaks of no other one."""
    answer = Answerer(sources_over((POST, COURIER, BELL, FAIR))).answer(
        Question(text=ASKED, filters=Filters(outlets=("Sund Bell",)))
    )
    assert {one.article.id for one in answer.citations} == {"bell"}
    assert all(one.also == () for one in answer.citations)


def test_passages_of_a_search_are_told_once() -> None:
    """A search lists a wire story once, as long as its copies add nothing."""
    found = Answerer(sources_over((COURIER, UNDATED, FAIR))).search(Question(text="the mill at Upper Tarn"))
    ids = [one.passage.article_id for one in found]
    assert len({"courier", "undated"} & set(ids)) == 1
    assert "fair" in ids


def test_a_passage_that_stands_for_itself_is_kept() -> None:
    """A passage of one article is never taken for a repetition of another passage of that article."""
    passage = Passage(id="p", article_id="post", ordinal=0, start=0, end=5, text="Again and again.", context="")
    hits = [Retrieved(passage=replace(passage, id=str(place)), score=1.0) for place in range(3)]
    assert without_repeats(hits, group(POST, COURIER)) == hits
