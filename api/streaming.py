"""Sends an answer as server-sent events while it is made."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from fastapi.sse import format_sse_event
from starlette.requests import Request
from starlette.responses import StreamingResponse

from api.errors import STOPPING, TooBusy
from api.following import Following, PassagesFound, QuotesFound, Step, is_left
from api.logs import open_log
from api.problems import find_kind, problem, problem_of
from api.schemas import Answer, Citation, Passage, Passages, StreamedClaim, StreamedQuotes
from indexes.errors import DatelineError
from qa.types import ClaimVerified

MEDIA_TYPE = "text/event-stream"
PING_SECONDS = 10.0
_PING = format_sse_event(comment="still here")
_HEADERS: Mapping[str, str] = {"X-Accel-Buffering": "no"}
"""A proxy (nginx) passes each event on at once."""


class Wording(Protocol):
    """How the steps of an answer are told on the wire."""

    def tell(self, step: Step) -> bytes:
        """A step; empty where it is not told."""
        ...

    def tell_problem(self, document: str) -> bytes:
        """The problem document that takes the place of what is left."""
        ...


async def stream(
    following: Following, request: Request, *, wording: Wording | None = None, ping_seconds: float = PING_SECONDS
) -> StreamingResponse:
    """The steps of an answer as they come, by default as `Events`; a problem in place of what is left where something goes wrong.

    What is wrong before the first step is raised, at a stop of the service too. A comment is sent whenever nothing else was for
    `ping_seconds`.
    """
    leaving = asyncio.create_task(is_left(request))
    stopping = asyncio.create_task(_stops(request))
    try:
        first = None
        if await following.wait(leaving, stopping):
            first = following.take()
        else:
            _check(stopping)
    except BaseException:
        leaving.cancel()
        stopping.cancel()
        following.stop()
        raise
    sending = _send(following, first, request, leaving, stopping, wording or Events(), ping_seconds)
    return StreamingResponse(sending, media_type=MEDIA_TYPE, headers=_HEADERS)


async def _send(
    following: Following,
    step: Step | None,
    request: Request,
    leaving: "asyncio.Task[None]",
    stopping: "asyncio.Task[None]",
    wording: Wording,
    ping_seconds: float,
) -> AsyncIterator[bytes]:
    """Until the answer is whole, something goes wrong, the client is gone, or the service stops."""
    try:
        while step is not None:
            if told := wording.tell(step):
                yield told
            while not await following.wait(leaving, stopping, seconds=ping_seconds):
                if leaving.done():
                    return
                _check(stopping)
                yield _PING
            step = following.take()
    except Exception as error:  # noqa: BLE001 - the status was sent: what goes wrong can only be told in an event
        yield wording.tell_problem(_document(error, request))
    finally:
        leaving.cancel()
        stopping.cancel()
        following.stop()


async def _stops(request: Request) -> None:
    """Returns once the service is about to cut off what is still open."""
    stopping: asyncio.Event = request.state.stopping
    await stopping.wait()


def _check(stopping: "asyncio.Task[None]") -> None:
    if stopping.done():
        raise TooBusy(STOPPING)


class Events:
    """The events `passages`, `quotes`, `claim` and `final`; `error` for a problem."""

    def tell(self, step: Step) -> bytes:
        """The event of a step."""
        match step:
            case PassagesFound(passages, articles):
                found = [
                    Passage.of(hit, articles[hit.passage.article_id], explain=False)
                    for hit in passages
                    if hit.passage.article_id in articles
                ]
                return _event("passages", Passages(passages=found).model_dump_json(exclude_unset=True))
            case QuotesFound(citations):
                quotes = StreamedQuotes(citations=[Citation.of(one) for one in citations])
                return _event("quotes", quotes.model_dump_json())
            case ClaimVerified(text, citations):
                claim = StreamedClaim(text=text, citations=[Citation.of(one) for one in citations])
                return _event("claim", claim.model_dump_json())
            case _:
                return _event("final", Answer.of(step).model_dump_json())

    def tell_problem(self, document: str) -> bytes:
        """The event `error`."""
        return _event("error", document)


def _document(error: Exception, request: Request) -> str:
    """What went wrong, in the form of the request's route."""
    kind, foreseen = find_kind(error), error if isinstance(error, DatelineError) else None
    open_log("problems").warning("problem", kind=kind.slug, error=str(error), exc_info=None if foreseen else error)
    response = problem_of(request.scope, foreseen) if foreseen else problem(request.scope, kind)
    return bytes(response.body).decode()


def _event(name: str, document: str) -> bytes:
    return format_sse_event(event=name, data_str=document)
