"""Serves the reader's page, and the articles that it cites."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from api.callers import CallerOf
from api.following import GONE, Following, answer
from api.logs import open_log
from api.page.addresses import Form
from api.page.fragments import Fragments
from api.page.places import read_place, split_paragraphs
from api.page.rendering import show
from api.problems import INVALID_PARAMETERS, problem, problem_of, tell_invalid
from api.schemas import Ask
from api.security import require_json, require_own_origin
from api.serving import Serving
from api.state import ServingOf, SlotsOf
from api.streaming import stream
from indexes.errors import DatelineError, UnknownArticle
from indexes.types import Manifest
from qa.types import Answer, Mode

router = APIRouter(include_in_schema=False)
ArticleId = Annotated[str, Path()]
_MOST_OUTLETS = 500
"""What a browser suggests from; more would make every page long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Archive:
    """What the page tells of the archive."""

    manifest: Manifest
    outlets: Sequence[str]
    mode: Mode


@router.get("/")
async def ask_page(request: Request, serving: ServingOf, slots: SlotsOf, caller: CallerOf) -> Response:
    """The form; with `?q=…` the quotes that answer too, where the caller may see words of articles."""
    form = Form.read(request.query_params)
    if not caller.may("ask"):
        return _show(form, locked=True)
    try:
        archive = await run_in_threadpool(_look, serving)
    except DatelineError as error:
        return _fail(request, form, error)
    if not form.q:
        return _show(form, archive)
    try:
        question = form.to_ask().to_question()
        whole = await answer(question, serving, slots, request=request)
    except ValidationError as error:
        response = problem(request.scope, INVALID_PARAMETERS, detail=tell_invalid(error))
        return _show(form, archive, problem=response)
    except DatelineError as error:
        return _fail(request, form, error, archive)
    return _show(form, archive, answer=whole) if whole else Response(status_code=GONE)


@router.post("/page/ask", dependencies=[Depends(require_own_origin), Depends(require_json)])
async def ask(body: Ask, request: Request, serving: ServingOf, slots: SlotsOf) -> Response:
    """The answer in server-sent events whose data are parts of the page."""
    return await stream(Following(body.to_question(), serving, slots), request, wording=Fragments(body.question))


@router.get("/articles/{article_id:path}")
def article(article_id: ArticleId, serving: ServingOf, c: str | None = None) -> HTMLResponse:
    """A stored article. `?c=start-end` marks these code points of its text; a place that it does not have is said so."""
    with serving.lend() as opened:
        stored = opened.catalogue.article(article_id)
        versions = opened.catalogue.versions(article_id)
    if stored is None:
        raise UnknownArticle(f"No article has the id {article_id[:80]!r}.")
    place = read_place(c)
    lost = place is not None and place.end > len(stored.text)
    marked = None if lost else place
    return show(
        "article.jinja",
        here="/articles",
        article=stored,
        versions=versions,
        paragraphs=split_paragraphs(stored.text, marked),
        place=marked,
        lost=lost,
    )


def _look(serving: Serving) -> _Archive:
    with serving.lend() as opened:
        return _Archive(manifest=opened.manifest, outlets=opened.catalogue.outlets(), mode=opened.mode)


def _fail(request: Request, form: Form, error: DatelineError, archive: _Archive | None = None) -> Response:
    """The page with what went wrong in place of an answer."""
    open_log("pages").warning("not answered", error=str(error))
    return _show(form, archive, problem=problem_of(request.scope, error))


def _show(
    form: Form,
    archive: _Archive | None = None,
    *,
    answer: Answer | None = None,
    problem: Response | None = None,
    locked: bool = False,
) -> Response:
    document: Mapping[str, Any] | None = json.loads(bytes(problem.body)) if problem else None
    later = {"Retry-After": problem.headers["Retry-After"]} if problem and "Retry-After" in problem.headers else {}
    # The form is as useful as ever while no question is asked.
    status = problem.status_code if problem and form.q else HTTPStatus.OK
    return show(
        "ask.jinja",
        status=status,
        headers=later if form.q else {},
        here="/",
        form=form,
        question=form.q,
        answer=answer,
        archive=archive.manifest if archive else None,
        outlets=archive.outlets[:_MOST_OUTLETS] if archive else (),
        outlet_count=len(archive.outlets) if archive else 0,
        mode=archive.mode if archive else "",
        problem=document,
        locked=locked,
    )
