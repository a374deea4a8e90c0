"""Shows, adds and removes the stored articles."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.archive_schemas import ArticleOutcome, ArticleOutcomes, NewArticles
from api.documents import ANSWERED_ERRORS, CHANGED_ERRORS, example_of, problems_of
from api.problems import INVALID_BODY, INVALID_PARAMETERS
from api.schemas import Article, ArticleList, ArticleParameters, ListedArticle
from api.security import CHANGES
from api.state import ChangesOf, ServingOf
from indexes.errors import IndexMissing, InvalidCursor, NothingIndexed, UnknownArticle
from indexes.identities import LONGEST_ID

router = APIRouter(tags=["articles"])
ArticleId = Annotated[str, Path(description="As citations and lists give it.", examples=["oddermouth-ferry"])]


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
def article(article_id: ArticleId, serving: ServingOf) -> Article:
    """With its text: `text[start:end]` of every citation is its quote, counted in Unicode code points."""
    with serving.lend() as opened:
        stored = opened.catalogue.article(article_id)
        versions = opened.catalogue.versions(article_id)
    if stored is None:
        raise _unknown(article_id)
    return Article.told(stored, versions)


@router.post(
    "/v1/articles",
    summary="Add or replace articles",
    dependencies=CHANGES,
    responses={**example_of("outcomes"), **problems_of(*CHANGED_ERRORS, INVALID_BODY, NothingIndexed)},
)
async def add(body: NewArticles, changes: ChangesOf) -> ArticleOutcomes:
    """One article, or a list. Answers when they are served: with one outcome for each, in order."""
    added = await changes.add(body.read)
    return ArticleOutcomes(items=[ArticleOutcome.of(outcome) for outcome in added.outcomes], index_build=added.build)


@router.delete(
    "/v1/articles/{article_id:path}",
    summary="Remove one article",
    status_code=204,
    response_class=Response,
    dependencies=CHANGES,
    responses=problems_of(*CHANGED_ERRORS, IndexMissing, UnknownArticle),
)
async def delete(article_id: ArticleId, changes: ChangesOf) -> Response:
    """Answers when nothing is left of it: in no build, no rollback, no trace."""
    if len(article_id) > LONGEST_ID:
        raise _unknown(article_id)
    await changes.delete(article_id)
    return Response(status_code=204)


def _unknown(article_id: str) -> UnknownArticle:
    return UnknownArticle(f"No article has the id {article_id[:80]!r}: GET /v1/articles lists those that are stored.")
