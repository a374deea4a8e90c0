"""Serves the list of articles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse

from api.page.rendering import show
from api.page.sifting import ON_A_PAGE, Sieve
from api.problems import INVALID_PARAMETERS, tell_invalid
from api.schemas import ArticleParameters, Search
from api.serving import Opened
from api.state import ServingOf
from indexes.types import Article, Filters, Retrieved

router = APIRouter(include_in_schema=False)
_MOST_OUTLETS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listing:
    """What the page shows: the passages that words find, or a page of the articles; and how many there are."""

    total: int
    kept: int
    undated: int
    outlets: Sequence[str]
    items: Sequence[Article] = ()
    next_cursor: str | None = None
    passages: Sequence[Retrieved] = ()
    articles: Mapping[str, Article] = field(default_factory=dict)


@router.get("/articles")
def articles(request: Request, serving: ServingOf) -> HTMLResponse:
    """Newest first; with `?q=…` the passages that words find, best first. What is wrong with the address is told."""
    sieve = Sieve.read(request.query_params)
    try:
        parameters, search = sieve.to_parameters(), sieve.to_search()
    except ValidationError as error:
        wrong, status = tell_invalid(error), INVALID_PARAMETERS.status
        return show("articles.jinja", status=status, here="/articles", sieve=sieve, wrong=wrong, listing=None)
    with serving.lend() as opened:
        listing = _look(opened, parameters, search)
    return show("articles.jinja", here="/articles", sieve=sieve, wrong="", listing=listing)


def _look(opened: Opened, parameters: ArticleParameters, search: Search | None) -> _Listing:
    filters, catalogue = parameters.to_core(), opened.catalogue
    listing = _Listing(
        total=catalogue.count(Filters()),
        kept=catalogue.count(filters),
        undated=catalogue.undated(filters),
        outlets=catalogue.outlets()[:_MOST_OUTLETS],
    )
    if search:
        passages = opened.answerer.search(search.to_question())
        found = catalogue.articles(list({hit.passage.article_id for hit in passages}))
        return replace(listing, passages=passages, articles=found)
    page = catalogue.page(filters=filters, limit=ON_A_PAGE, cursor=parameters.cursor)
    return replace(listing, items=page.items, next_cursor=page.next_cursor)
