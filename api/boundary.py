"""Gives each request its id and its log line, and each unknown error its 500: the layer around all that may refuse."""

import asyncio
import re
import time
from collections.abc import Sequence
from contextlib import ExitStack
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import STOPPING, TooBusy
from api.logs import gather_notes, open_log
from api.observing import UNMATCHED, Observer, Served
from api.problems import INTERNAL, problem, problem_of
from api.security import HEADERS

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def choose_request_id(given: str | None) -> str:
    """The id that the client sent where it can stand in a log line, else a new one."""
    return given if given and _SANE.fullmatch(given) else f"r_{uuid4().hex[:20]}"


class Boundary:
    """Every response leaves through here: with its request id, the security headers, and a log line.

    `observers` are told of every request.
    """

    def __init__(self, app: ASGIApp, *, observers: Sequence[Observer] = ()) -> None:
        self.app = app
        self.observers = observers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope)
        request_id = choose_request_id(given.get(HEADER))
        scope["request_id"] = request_id
        began, status, method = time.perf_counter(), 0, scope["method"]

        async def finish(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[HEADER] = request_id
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        log = open_log("requests")
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            gather_notes() as noted,
            ExitStack() as stack,
        ):
            tells = [
                stack.enter_context(one.request(method=method, request_id=request_id, headers=given))
                for one in self.observers
            ]
            try:
                await self.app(scope, receive, finish)
            except asyncio.CancelledError:  # the service stops, and this request took too long to be waited for
                if status:
                    raise
                stopping = TooBusy(STOPPING)
                await problem_of(scope, stopping)(scope, receive, finish)
            except Exception:
                log.exception("failed", method=method, path=scope["path"])
                if status:  # the answer is on its way already: the connection is cut instead
                    raise
                await problem(scope, INTERNAL)(scope, receive, finish)
            finally:
                served = Served(method, _route_of(scope), status, time.perf_counter() - began)
                for tell in tells:
                    tell(served)
                milliseconds = round(served.seconds * 1000, 1)
                facts = {"method": method, "path": scope["path"], "route": served.route, "status": status}
                log.info("answered", **facts, **_key_of(scope), ms=milliseconds, **noted)


def _key_of(scope: Scope) -> dict[str, str]:
    """The name of the key that asked, where one did."""
    return {"key": scope["caller"].name} if "caller" in scope and scope["caller"].key else {}


def _route_of(scope: Scope) -> str:
    """The template of the route that was found, or where an application is mounted: few values, whatever is asked for."""
    path: str = getattr(scope.get("route"), "path", "") or (scope.get("root_path", "") if "endpoint" in scope else "")
    return path or UNMATCHED
