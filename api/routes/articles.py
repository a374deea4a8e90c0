"""Shows the stored articles."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.documents import ANSWERED_ERRORS, example_of, problems_of
from api.problems import INVALID_PARAMETERS
from api.schemas import Article, ArticleList, ArticleParameters, ListedArticle
from api.state import ServingOf
from indexes.errors import InvalidCursor, UnknownArticle

router = APIRouter(tags=["articles"])


@router.get(
    "/v1/articles",
    summary="List the stored articles",
    responses={**example_of("articles"), **problems_of(*ANSWERED_ERRORS, INVALID_PARAMETERS, InvalidCursor)},
)
def articles(parameters: Annotated[ArticleParameters, Query()], serving: ServingOf) -> ArticleList:
    """Newest first, undated last, without their texts."""
    with serving.lend() as opened:
        page = opened.catalogue.page(filters=parameters.to_core(), limit=parameters.limit, cursor=parameters.cursor)
    return ArticleList(items=[ListedArticle.of(article) for article in page.items], next_cursor=page.next_cursor)


@router.get(
    "/v1/articles/{article_id:path}",
    summary="Show one article",
    responses={**example_of("article"), **problems_of(*ANSWERED_ERRORS, UnknownArticle)},
)
def article(
    article_id: Annotated[str, Path(description="As citations and lists give it.", examples=["oddermouth-ferry"])],
    serving: ServingOf,
) -> Article:
    """With its text: `text[start:end]` of every citation is its quote, counted in Unicode code points."""
    with serving.lend() as opened:
        stored = opened.catalogue.article(article_id)
    if stored is None:
        raise UnknownArticle(
            f"No article has the id {article_id[:80]!r}: GET /v1/articles lists those that are stored."
        )
    return Article.of(stored)
