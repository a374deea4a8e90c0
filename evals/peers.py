"""Raw BM25 by a library over our passages: what others build on, measured beside ours."""

from collections.abc import Sequence

from evals.errors import WrongUsage
from indexes.splitting import encoded_text
from indexes.types import Filters, Passage, Retrieved

STEMMER, STOP_WORDS = "english", "en"


class Bm25s:
    """BM25 (Lucene's form, k1 1.5, b .75: the library's defaults) over stemmed words of passages with their context line."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        """`passages` in any order. Raises `WrongUsage` where there is none."""
        import bm25s
        import Stemmer

        if not passages:
            raise WrongUsage("the index holds no passages, so there is nothing to rank. Give a suite with articles.")
        self._passages = passages
        self._library = bm25s
        self._stemmer = Stemmer.Stemmer(STEMMER)
        self._ranking = bm25s.BM25()
        self._ranking.index(self._words([encoded_text(passage) for passage in passages]), show_progress=False)

    def retrieve(self, question: str, *, limit: int, filters: Filters) -> Sequence[Retrieved]:
        """At most `limit` passages that share a word with the question, best first, ties in their order.

        Of filters only `article_ids` is known; others raise `WrongUsage`.
        """
        refuse_filters(filters, "bm25s")
        words = self._words([question])
        scores = self._ranking.get_scores(words[0]) if words[0] else []
        kept = [
            (float(score), -position)
            for position, score in enumerate(scores)
            if score > 0 and (not filters or self._passages[position].article_id in filters.article_ids)
        ]
        best = sorted(kept, reverse=True)[:limit]
        return [Retrieved(passage=self._passages[-place], score=score, lexical=score) for score, place in best]

    def _words(self, texts: Sequence[str]) -> list[list[str]]:
        """The stems of each text, stop words left out."""
        found: list[list[str]] = self._library.tokenize(
            list(texts), stopwords=STOP_WORDS, stemmer=self._stemmer, return_ids=False, show_progress=False
        )
        return found


def refuse_filters(filters: Filters, name: str) -> None:
    """Raise `WrongUsage` where anything but article ids is asked of what is measured beside ours."""
    if filters != Filters(article_ids=filters.article_ids):
        raise WrongUsage(f"{name} is measured without filters but article ids. Leave the others out.")
