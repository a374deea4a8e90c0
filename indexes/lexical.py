"""Finds passages by their words: a tantivy index of stems, scored by BM25."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexes.errors import IndexDamaged
from indexes.types import Filters, Passage, PassageStore, Retrieved
from indexes.words import STOPWORDS, find_words, fold, stem_of

if TYPE_CHECKING:
    import tantivy

FOLDER = "words"

_TOKENIZER = "stems"
# A word counts wherever it stands; the context line (headline, outlet, day) tells passages of one story apart.
_FIELDS = {"context": 0.5, "body": 1.0}


class Lexical:
    """A `Retriever` by BM25 over stems. A question is a bag of words, never a query language."""

    def __init__(self, folder: Path, *, passages: PassageStore) -> None:
        self._passages = passages
        self._index = _open(folder)
        self._searcher = self._index.searcher()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def retrieve(self, question: str, *, limit: int, filters: Filters) -> Sequence[Retrieved]:
        """At most `limit` passages, best first; empty where no word of the question occurs."""
        query = self._query(question, filters)
        if query is None or limit < 1:
            return []
        try:
            hits = self._searcher.search(query, limit=limit, count=False).hits
            rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        except ValueError as problem:
            raise IndexDamaged(
                f"the word index cannot be searched ({problem}); run `python -m indexes verify`"
            ) from problem
        by_row = self._passages.passages_at(int(row) for row in rows if row is not None)
        return [
            Retrieved(passage=by_row[int(row)], score=float(score), lexical=float(score))
            for (score, _), row in zip(hits, rows, strict=True)
            if row is not None and int(row) in by_row
        ]

    def close(self) -> None:
        """Free the files."""
        del self._searcher, self._index

    def frequency(self, word: str) -> int:
        """In how many passages a word occurs, given as it is written or as its stem; see `Vocabulary`."""
        return max(int(self._searcher.doc_freq("body", form)) for form in (fold(word), stem_of(word)))

    @property
    def size(self) -> int:
        """The number of passages; see `Vocabulary`."""
        return len(self)

    def _query(self, question: str, filters: Filters) -> "tantivy.Query | None":
        import tantivy

        schema, query = self._index.schema, tantivy.Query
        stems = _asked(question)
        if not stems:
            return None
        terms = [
            (tantivy.Occur.Should, query.boost_query(query.term_query(schema, field, stem, "freq"), boost))
            for stem in stems
            for field, boost in _FIELDS.items()
        ]
        words = query.boolean_query(terms)
        if not filters:
            return words
        articles = list(self._passages.article_rows(filters))
        if not articles:
            return None
        kept = query.const_score_query(query.term_set_query(schema, "article", articles), 0.0)
        return query.boolean_query([(tantivy.Occur.Must, kept), (tantivy.Occur.Must, words)])


class WordWriter:
    """Fills the word index of a build that is being made; one that was copied from another build is changed."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        if (folder / FOLDER).is_dir():
            self._index = _open(folder)
        else:
            (folder / FOLDER).mkdir()
            self._index = tantivy.Index(_schema(), path=str(folder / FOLDER))
            _register(self._index)
        self._writer = self._index.writer(heap_size=64_000_000, num_threads=1)

    def remove(self, articles: Iterable[int]) -> None:
        """Articles, by their rows. Their words stay in the files until the engine merges them: see `writing`."""
        for row in articles:
            self._writer.delete_documents_by_term("article", row)

    def add(self, passages: Iterable[tuple[int, int, Passage]]) -> None:
        """Passages, each with its row and its article's row."""
        import tantivy

        for row, article, passage in passages:
            self._writer.add_document(
                tantivy.Document(row=row, article=article, context=_stems(passage.context), body=_stems(passage.text))
            )

    def close(self) -> None:
        """Write everything and free the files."""
        self._writer.commit()
        self._writer.wait_merging_threads()
        del self._writer, self._index


def _asked(question: str) -> list[str]:
    """The different stems of a question, without function words unless it has nothing else."""
    stems = dict.fromkeys(word.stem for word in find_words(question))
    return [stem for stem in stems if stem not in STOPWORDS] or list(stems)


def _stems(text: str) -> str:
    return " ".join(word.stem for word in find_words(text))


def _schema() -> "tantivy.Schema":
    import tantivy

    schema = tantivy.SchemaBuilder()
    for field in _FIELDS:
        schema.add_text_field(field, tokenizer_name=_TOKENIZER, index_option="freq")
    schema.add_integer_field("row", fast=True)
    schema.add_integer_field("article", indexed=True)
    return schema.build()


def _register(index: "tantivy.Index") -> None:
    """The text comes as stems already; only white space parts them."""
    import tantivy

    index.register_tokenizer(_TOKENIZER, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())


def _open(folder: Path) -> Any:  # noqa: ANN401 - the engine's class, imported late
    import tantivy

    try:
        index = tantivy.Index.open(str(folder / FOLDER))
    except ValueError as problem:
        raise IndexDamaged(
            f"the word index {str(folder / FOLDER)!r} cannot be opened ({problem}); run `python -m indexes verify`"
        ) from problem
    _register(index)
    return index
