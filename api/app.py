"""Puts the service together: state, layers, routes and problem documents."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import Route

from api.archives import Archive
from api.boundary import Boundary
from api.changing import Changes
from api.documents import DescribedAPI
from api.limits import Bodies, Crowds, Slots
from api.problems import install_problems
from api.routes import articles, asking, health, index, pages, searching
from api.security import Hosts
from api.serving import Serving
from api.settings import ApiSettings
from api.state import State
from api.watching import Look, Watch, Watching

DESCRIPTION = """Ask a news archive a question; get an answer whose every citation is a verified verbatim quote.

Errors are problem documents (RFC 9457). Every response carries `X-Request-Id`. Unknown fields are refused."""


def create_app(archive: Archive, settings: ApiSettings, *, watch: Callable[[Look], Watching] = Watch) -> FastAPI:
    """The service over an archive. It starts without an index, and serves one once it is there.

    `watch` looks again and again whether another build is current.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        serving = Serving(archive)
        slots = Slots(slots=settings.answer_slots, queue=settings.answer_queue, seconds=settings.answer_seconds)
        changes = Changes(archive, serving)
        await run_in_threadpool(serving.refresh)
        watching = watch(serving.refresh)
        try:
            yield {"serving": serving, "slots": slots, "changes": changes}
        finally:
            slots.close()
            for part in (changes, watching, serving):
                await run_in_threadpool(part.close)

    app = DescribedAPI(
        title="Dateline",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # FastAPI's page loads its scripts from another host; ours is in routes/pages
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(Boundary),
            Middleware(Hosts, allowed=(*settings.allowed_hosts, _as_host(settings.host))),
            Middleware(Crowds, at_once=settings.max_requests),
            Middleware(
                Bodies,
                most_bytes=settings.max_body_bytes,
                seconds=settings.body_seconds,
                larger={"/v1/articles": settings.max_articles_bytes},
            ),
        ],
    )
    rooms = (asking, searching, articles, index, health, pages)
    install_problems(app, [route for room in rooms for route in room.router.routes if isinstance(route, Route)])
    for room in rooms:
        app.include_router(room.router)
    return app


def _as_host(address: str) -> str:
    """An address as a Host header gives it."""
    return f"[{address}]" if ":" in address and not address.startswith("[") else address
