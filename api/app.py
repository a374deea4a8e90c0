"""Puts the service together: state, layers, routes and problem documents."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from api.archives import Archive
from api.boundary import Boundary
from api.callers import Callers, Doors
from api.changing import Changes
from api.documents import DescribedAPI
from api.keys import KeyFile
from api.limits import Bodies, Crowds, Slots
from api.mcp_sessions import open_mcp
from api.metrics import Metrics, Watched
from api.observing import ObservedOpener, Observer
from api.page.refusals import Refusals
from api.probing import Probing
from api.problems import install_problems
from api.rates import Rates
from api.routes import (
    answers,
    articles,
    asking,
    assets,
    chatting,
    evaluating,
    health,
    index,
    listing,
    metrics,
    overseeing,
    pages,
    reading,
    searching,
    tools,
    wrong_answers,
)
from api.security import Hosts, needs_key
from api.serving import Serving
from api.settings import ApiSettings
from api.state import State
from api.tools import Served
from api.tracing import open_spans
from api.watching import Look, Watch, Watching

DESCRIPTION = """Ask a news archive a question; get an answer whose every citation is a verified verbatim quote.

As soon as the service has an API key (`python -m api keys add NAME`), and always off loopback, requests need one:
`Authorization: Bearer KEY`. Scope `ask` reads and asks, `admin` changes the index too.

Errors are problem documents (RFC 9457). Every response carries `X-Request-Id`. Unknown fields are refused.

OpenAI's clients ask at `/v1/chat/completions`, where errors have OpenAI's form and unknown fields are ignored. Assistants reach the same
answers over the Model Context Protocol at `/mcp` (streamable HTTP, POST only)."""


def create_app(
    archive: Archive,
    settings: ApiSettings,
    *,
    watch: Callable[[Look], Watching] = Watch,
    observers: Sequence[Observer] = (),
) -> FastAPI:
    """The service over an archive. It starts without an index, and serves one once it is there.

    `watch` looks again and again whether another build is current. `observers` see requests and answers besides the metrics.
    Raises `Refused` where the settings ask for what is not there.
    """
    spans = open_spans(settings.otlp_endpoint) if settings.otlp_endpoint else None
    counts = Metrics()
    everyone = (counts, *([spans] if spans else ()), *observers)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        serving = Serving(ObservedOpener(archive, everyone, questions=settings.log_questions))
        slots = Slots(
            slots=settings.answer_slots,
            queue=settings.answer_queue,
            seconds=settings.answer_seconds,
            share=settings.rate_answers,
        )
        changes = Changes(archive, serving)
        unwatch = counts.watch(Watched(serving=serving, slots=slots, jobs=changes.jobs))
        await run_in_threadpool(serving.refresh)
        watching = watch(serving.refresh)
        try:
            async with open_mcp(Served(serving, slots), most_bytes=settings.max_body_bytes) as mcp:
                yield {
                    "serving": serving,
                    "slots": slots,
                    "changes": changes,
                    "archive": archive,
                    "home": settings.home,
                    "origins": frozenset(settings.cors_origins),
                    "metrics": counts,
                    "probing": Probing(seconds=settings.ready_seconds),
                    "mcp": mcp,
                    "stopping": asyncio.Event(),
                }
        finally:
            slots.close()
            for part in (changes, watching, serving, *([spans] if spans else ())):
                await run_in_threadpool(part.close)
            unwatch()

    app = DescribedAPI(
        title="Dateline",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # FastAPI's page loads its scripts from another host; ours is in routes/pages
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(Refusals),
            Middleware(Boundary, observers=everyone),
            Middleware(Hosts, allowed=(*settings.allowed_hosts, _as_host(settings.host))),
            *_cors(settings),
            Middleware(Callers, keys=KeyFile(settings.home), always=needs_key(settings)),
            Middleware(Rates, per_minute=settings.rate_requests, at_once=settings.rate_at_once),
            Middleware(Doors),
            Middleware(Crowds, at_once=settings.max_requests),
            Middleware(
                Bodies,
                most_bytes=settings.max_body_bytes,
                seconds=settings.body_seconds,
                larger={"/v1/articles": settings.max_articles_bytes},
            ),
        ],
    )
    rooms = (
        asking,
        answers,
        searching,
        chatting,
        articles,
        index,
        health,
        metrics,
        assets,
        listing,
        overseeing,
        evaluating,
        reading,
        pages,
        tools,
        wrong_answers,
    )
    install_problems(app, [route for room in rooms for route in room.router.routes if isinstance(route, Route)])
    for room in rooms:
        app.include_router(room.router)
    return app


def _cors(settings: ApiSettings) -> list[Middleware]:
    """What lets pages of other origins in, where there are such; without cookies, so that each must send its key."""
    if not settings.cors_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "POST", "DELETE"),
            allow_headers=("Authorization", "Content-Type", "X-Request-Id", "Mcp-Session-Id", "Mcp-Protocol-Version"),
            expose_headers=("X-Request-Id", "Retry-After", "Location", "WWW-Authenticate", "Mcp-Session-Id"),
        )
    ]


def _as_host(address: str) -> str:
    """An address as a Host header gives it."""
    return f"[{address}]" if ":" in address and not address.startswith("[") else address
