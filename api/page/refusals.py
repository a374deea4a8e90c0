"""Shows problems as pages to browsers that navigate; programs get the problem documents as they are."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.page.rendering import CONTENT_SECURITY_POLICY, render
from api.problems import MEDIA_TYPE

PROGRAMS = ("/v1/", "/mcp", "/health/", "/metrics", "/openapi.json")
"""Where nobody navigates: a problem is a document there, whatever is accepted."""


class Refusals:
    """Turns the problem documents of all layers inside it into pages, where the client prefers pages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not wants_page(scope):
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        body = bytearray()

        async def turn(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and Headers(raw=message["headers"]).get(
                "content-type", ""
            ).startswith(MEDIA_TYPE):
                start = message
            elif start is None or message["type"] != "http.response.body":
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    page = write_refusal(json.loads(body)).encode()
                    await send(_with_page(start, len(page)))
                    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else page})

        await self.app(scope, receive, turn)


def wants_page(scope: Scope) -> bool:
    """Whether somebody navigates: browsers name HTML, programs anything or what they read."""
    return not scope["path"].startswith(PROGRAMS) and "text/html" in Headers(scope=scope).get("accept", "").lower()


def write_refusal(document: Mapping[str, Any]) -> str:
    """The page of a problem document."""
    return render("refusal.jinja", here="", problem=document)


def _with_page(start: Message, length: int) -> Message:
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["Content-Type"] = "text/html; charset=utf-8"
    headers["Content-Length"] = str(length)
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    headers["Vary"] = "Accept, Authorization"
    return {**start, "headers": headers.raw}
