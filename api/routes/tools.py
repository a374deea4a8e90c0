"""Serves the Model Context Protocol at /mcp."""

from typing import cast

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.security import require_json, require_own_origin

router = APIRouter(include_in_schema=False)


class _HandedOn(Response):
    """A response that another application writes."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it read the request and answer it."""
        await self.app(scope, receive, send)


@router.post("/mcp", dependencies=[Depends(require_own_origin), Depends(require_json)])
async def mcp(request: Request) -> Response:
    """One message of a client: it is answered by itself, so there is no stream to GET and no session to DELETE."""
    return _HandedOn(cast("ASGIApp", request.state.mcp))
