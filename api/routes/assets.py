"""Serves the files that pages load."""

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.page.assets import ADDRESS, read_assets, read_mark

router = APIRouter(include_in_schema=False)
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


@router.get(ADDRESS + "/{mark}/{name}")
async def asset(mark: str, name: str, request: Request) -> Response:
    """One of the files. Under the mark of another release it is sent too, but not kept: a page may be older than the service."""
    asset = read_assets().get(name)
    if asset is None:
        raise HTTPException(404)
    tag = f'"{read_mark()}"'
    headers = {"Cache-Control": _FOR_EVER if mark == read_mark() else _ASK_AGAIN, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(asset.content, headers={**headers, "Content-Type": asset.media_type})
