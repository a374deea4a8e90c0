"""Decides what becomes of each article that a build reads: created, replaced, unchanged, a duplicate, or rejected."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from indexes.fingerprints import hash_article, hash_text, version_of
from indexes.types import Article, Outcome, OutcomeKind, Version

_SHOWN = 3


class Intake:
    """Takes articles one by one; exactly one outcome for each, and nothing is dropped in silence.

    `before` has for every article id of the build before the hash of its text and the hash of all that is stored of it.
    With `adding`, these articles stay, so that a copy of one of them is a copy too.
    """

    def __init__(self, before: Mapping[str, tuple[str, str]], *, adding: bool = False) -> None:
        self._before = before
        self._taken: dict[str, Article] = {}
        self._by_text: dict[str, str] = {}
        self._stored = {hashes[0]: article_id for article_id, hashes in before.items()} if adding else {}
        self._outcomes: list[Outcome] = []
        self._places: dict[str, int] = {}
        self.earlier: dict[str, list[Version]] = {}
        """Older versions that were read beside the one that was taken, by article id."""

    @property
    def articles(self) -> Sequence[Article]:
        """The articles to index, in reading order."""
        return list(self._taken.values())

    @property
    def taken(self) -> Collection[str]:
        """The ids of the articles to index."""
        return self._taken.keys()

    @property
    def changes(self) -> Sequence[Article]:
        """The articles that the build before does not have as they are, in reading order."""
        changed = {one.article_id for one in self._outcomes if one.kind in {"created", "replaced"}}
        return [article for article in self._taken.values() if article.id in changed]

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
        copy = self._copied(article, text_hash)
        if copy is not None:
            return outcome("duplicate_of", copy, f"an exact copy of {copy!r}")
        taken = self._taken.get(article.id)
        if taken is not None and not _is_newer(article, taken):
            return outcome("rejected", article.id, self._pass_over(article, taken))
        if taken is not None:
            self._replace_by_newer(taken, article)
        self._taken[article.id], self._by_text[text_hash] = article, article.id
        self._places[article.id] = len(self._outcomes)
        known = self._before.get(article.id)
        if known == (text_hash, content_hash):
            return outcome("unchanged", article.id)
        return outcome("created" if known is None and taken is None else "replaced", article.id)

    def _copied(self, article: Article, text_hash: str) -> str | None:
        """The article that has this text already, if any: read before it, or stored under another id."""
        stored = self._stored.get(text_hash, article.id)
        return self._by_text.get(text_hash) or (stored if stored != article.id else None)

    def _pass_over(self, article: Article, taken: Article) -> str:
        """Why an article is not indexed whose id is taken; an older version is kept in the chain of versions."""
        if not _is_newer(taken, article):
            return f"the id {article.id!r} is taken by {taken.source or taken.title!r}; give the article another id"
        self.earlier.setdefault(article.id, []).append(version_of(article))
        return _explain_older(article, taken)

    def _replace_by_newer(self, older: Article, newer: Article) -> None:
        """The older version, which was taken, is rejected after all; what it was is kept in the chain of versions."""
        place = self._places[older.id]
        self._outcomes[place] = replace(self._outcomes[place], kind="rejected", reason=_explain_older(older, newer))
        self._by_text.pop(hash_text(older.text), None)
        self.earlier.setdefault(older.id, []).append(version_of(older))


def _is_newer(one: Article, other: Article) -> bool:
    """Whether one version of an article is known to be newer than another: by its last change, else its publication."""
    when, before = one.updated or one.published, other.updated or other.published
    return when is not None and before is not None and when > before


def _explain_older(older: Article, newer: Article) -> str:
    """Why the older of two versions is not indexed."""
    return (
        f"an older version of {older.id!r} ({older.updated or older.published}); the newer one "
        f"({newer.updated or newer.published}) from {newer.source or newer.title!r} is indexed"
    )
