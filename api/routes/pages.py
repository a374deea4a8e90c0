"""Serves the pages for programmers: the reference and the recipes. They load nothing, from here or from elsewhere."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from api.recipes import write_recipes
from api.reference import CONTENT_SECURITY_POLICY, write_reference

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """The reference."""
    page = write_reference(request.app.openapi())
    return HTMLResponse(page, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})


@router.get("/recipes")
async def recipes(request: Request) -> HTMLResponse:
    """How to ask from programs of all kinds."""
    return HTMLResponse(
        write_recipes(str(request.base_url)), headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY}
    )
