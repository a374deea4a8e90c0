"""Decides what becomes of each article that a build reads: created, replaced, unchanged, a duplicate, or rejected."""

from collections.abc import Mapping, Sequence

from indexes.cataloguing import hash_article, hash_text
from indexes.types import Article, Outcome, OutcomeKind

_SHOWN = 3


class Intake:
    """Takes articles one by one; exactly one outcome for each, and nothing is dropped in silence.

    `before` has for every article id of the build before the hash of its text and the hash of all that is stored of it.
    """

    def __init__(self, before: Mapping[str, tuple[str, str]]) -> None:
        self._before = before
        self._taken: dict[str, Article] = {}
        self._by_text: dict[str, str] = {}
        self._outcomes: list[Outcome] = []

    @property
    def articles(self) -> Sequence[Article]:
        """The articles to index, in reading order."""
        return list(self._taken.values())

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """One outcome for each article or unreadable file, in reading order."""
        return self._outcomes

    def take(self, found: Article | Outcome) -> None:
        """Decide about the next article; a reader's own outcome is kept as it is."""
        self._outcomes.append(found if isinstance(found, Outcome) else self._decide(found))

    def count(self) -> dict[str, int]:
        """How many outcomes there are of each kind that occurs."""
        counts: dict[str, int] = {}
        for outcome in self._outcomes:
            counts[outcome.kind] = counts.get(outcome.kind, 0) + 1
        return counts

    def explain_nothing(self) -> str:
        """Why there is nothing to index."""
        rejected = [f"{one.source}: {one.reason}" for one in self._outcomes if one.kind == "rejected"]
        if not rejected:
            return "there are no articles in the given paths; give files or folders that hold some"
        more = f" (and {len(rejected) - _SHOWN} more)" if len(rejected) > _SHOWN else ""
        return f"nothing could be indexed: {'; '.join(rejected[:_SHOWN])}{more}; the current index, if any, stays"

    def _decide(self, article: Article) -> Outcome:
        def outcome(kind: OutcomeKind, article_id: str, reason: str | None = None) -> Outcome:
            return Outcome(source=article.source or article.id, kind=kind, article_id=article_id, reason=reason)

        if not article.text.strip():
            return outcome("rejected", article.id, "no words in the text: nothing to index")
        try:
            text_hash, content_hash = hash_text(article.text), hash_article(article)
        except UnicodeEncodeError:
            return outcome("rejected", article.id, "it holds half a character (a lone surrogate); save it as UTF-8")
        copy, taken = self._by_text.get(text_hash), self._taken.get(article.id)
        if copy is not None:
            return outcome("duplicate_of", copy, f"an exact copy of {copy!r}")
        if taken is not None:
            reason = f"the id {article.id!r} is taken by {taken.source or taken.title!r}; give the article another id"
            return outcome("rejected", article.id, reason)
        self._taken[article.id], self._by_text[text_hash] = article, article.id
        known = self._before.get(article.id)
        if known is None:
            return outcome("created", article.id)
        return outcome("unchanged" if known == (text_hash, content_hash) else "replaced", article.id)
