"""Makes one of what several outlets printed in the same words: one passage, and one citation that names the others."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from indexes.types import Article, Catalogue, Filters, Retrieved, Retriever
from qa.evidence import Candidate

_PLACE = r"[A-Z][A-Z .'’-]{1,40}(?:, [A-Z][\w ]{2,30})?"
_DATELINE = re.compile(rf"(?:(?:{_PLACE}\s*)?\([^)\d]{{2,40}}\)\s*[-–—:]?|{_PLACE}\s*[-–—:])\s+")
"""“TARNBY (NNA) - ” at the head of a story, which each outlet writes in its own way."""
_PRINTINGS = 20
"""Near copies of an article that are looked at, the earliest: a story can be printed a thousand times."""
_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?<=[.!?…”\"])\s+|\n+")


def retrieve_once(
    retriever: Retriever, catalogue: Catalogue, asked: str, *, limit: int, filters: Filters
) -> Sequence[Retrieved]:
    """The best passages; where wire copy repeats some of them, further ones take the places that this frees."""
    hits = retriever.retrieve(asked, limit=limit, filters=filters)
    ids = list(dict.fromkeys(hit.passage.article_id for hit in hits))
    copies = catalogue.copies_of(ids)
    if not any(other in ids for article_id in ids for other in copies.get(article_id, ())):
        return hits
    hits = retriever.retrieve(asked, limit=2 * limit, filters=filters)
    copies = catalogue.copies_of(list(dict.fromkeys(hit.passage.article_id for hit in hits)))
    return without_repeats(hits, copies)[:limit]


def corroborate_all(
    chosen: Sequence[Candidate], catalogue: Catalogue, *, filters: Filters, outlets: Sequence[str] = ()
) -> list[Candidate]:
    """Each candidate as `corroborate` gives it, with the near copies of its article that the filters keep."""
    copies = catalogue.copies_of(list(dict.fromkeys(one.article.id for one in chosen)))
    found = []
    for candidate in chosen:
        ids = [
            one for one in copies.get(candidate.article.id, ()) if not filters.article_ids or one in filters.article_ids
        ][:_PRINTINGS]
        # Without an id the filters would keep every article.
        kept = catalogue.page(filters=replace(filters, article_ids=tuple(ids)), limit=len(ids)).items if ids else ()
        found.append(corroborate(candidate, kept, outlets=outlets))
    return found


def without_repeats(hits: Sequence[Retrieved], copies: Mapping[str, Sequence[str]]) -> list[Retrieved]:
    """The hits without those that say nothing which the best-placed copy of their article does not say, in order.

    `copies` has for each article the ids of its near copies. A passage goes only where every sentence of it stands word
    for word in the retrieved passages of that other article: what a copy adds or corrects stays.
    """
    place: dict[str, int] = {}
    for hit in hits:
        place.setdefault(hit.passage.article_id, len(place))
    told: dict[str, str] = {}
    for hit in hits:
        told[hit.passage.article_id] = told.get(hit.passage.article_id, "") + _plain(hit.passage.text)
    kept = []
    for hit in hits:
        own = hit.passage.article_id
        first = min((one for one in (own, *copies.get(own, ())) if one in place), key=place.__getitem__)
        if first == own or not _is_told(hit.passage.text, told[first]):
            kept.append(hit)
    return kept


def corroborate(candidate: Candidate, others: Sequence[Article], *, outlets: Sequence[str] = ()) -> Candidate:
    """The candidate as it stands in the earliest article, with all others that have the very same words in `also`.

    `others` are near copies of its article. An article of one of `outlets`, which the question asks for, comes before
    an earlier one. `also` is in order of publication, articles without a day last.
    """
    wanted = {outlet.casefold() for outlet in outlets}
    quote = candidate.quote
    same = [one for one in others if one.id != candidate.article.id and quote in one.text]
    if not same:
        return candidate
    same = sorted({one.id: one for one in (*same, candidate.article)}.values(), key=_published)
    first = min(same, key=lambda one: (one.outlet or "").casefold() not in wanted)
    if first.id != candidate.article.id:
        start = first.text.index(quote)
        candidate = replace(candidate, article=first, start=start, end=start + len(quote))
    return replace(candidate, also=tuple(one for one in same if one.id != first.id))


def _published(article: Article) -> tuple[bool, str, str]:
    return article.published is None, article.published or "", article.id


def _is_told(text: str, told: str) -> bool:
    """Whether every sentence of a passage stands in other passages, but for a dateline."""
    dateline = _DATELINE.match(text)
    return all(_plain(one) in told for one in _SENTENCE_END.split(text[dateline.end() if dateline else 0 :]))


def _plain(text: str) -> str:
    """The words of a text with a blank before and after each, whatever their case and the marks between them."""
    words = " ".join(_WORD.findall(text.casefold()))
    return f" {words} "
