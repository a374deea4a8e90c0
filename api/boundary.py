"""Gives each request its id and its log line, and each unknown error its 500: the outermost layer."""

import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import open_log
from api.problems import INTERNAL, problem
from api.security import HEADERS

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def choose_request_id(given: str | None) -> str:
    """The id that the client sent where it can stand in a log line, else a new one."""
    return given if given and _SANE.fullmatch(given) else f"r_{uuid4().hex[:20]}"


class Boundary:
    """Every response leaves through here: with its request id, the security headers, and a log line."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = choose_request_id(Headers(scope=scope).get(HEADER))
        scope["request_id"] = request_id
        began, status = time.perf_counter(), 0

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
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, finish)
            except Exception:
                log.exception("failed", method=scope["method"], path=scope["path"])
                if status:  # the answer is on its way already: the connection is cut instead
                    raise
                await problem(scope, INTERNAL)(scope, receive, finish)
            milliseconds = round((time.perf_counter() - began) * 1000, 1)
            caller = {"key": scope["caller"].name} if "caller" in scope and scope["caller"].key else {}
            log.info("answered", method=scope["method"], path=scope["path"], status=status, ms=milliseconds, **caller)
