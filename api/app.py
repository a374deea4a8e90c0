"""Puts the service together: state, layers, routes and problem documents."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from api.boundary import Boundary
from api.documents import DescribedAPI
from api.limits import Bodies, Crowds, Slots
from api.problems import install_problems
from api.routes import articles, asking, health, index, pages, searching
from api.security import Hosts
from api.serving import Opener, Serving
from api.settings import ApiSettings
from api.state import State

DESCRIPTION = """Ask a news archive a question; get an answer whose every citation is a verified verbatim quote.

Errors are problem documents (RFC 9457). Every response carries `X-Request-Id`. Unknown fields are refused."""


def create_app(opener: Opener, settings: ApiSettings) -> FastAPI:
    """The service over the builds that `opener` opens. It starts without an index, and serves one once it is there."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        serving = Serving(opener)
        slots = Slots(slots=settings.answer_slots, queue=settings.answer_queue, seconds=settings.answer_seconds)
        await run_in_threadpool(serving.refresh)
        try:
            yield {"serving": serving, "slots": slots}
        finally:
            slots.close()
            await run_in_threadpool(serving.close)

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
            Middleware(Bodies, most_bytes=settings.max_body_bytes, seconds=settings.body_seconds),
        ],
    )
    install_problems(app)
    for room in (asking, searching, articles, index, health, pages):
        app.include_router(room.router)
    return app


def _as_host(address: str) -> str:
    """An address as a Host header gives it."""
    return f"[{address}]" if ":" in address and not address.startswith("[") else address
