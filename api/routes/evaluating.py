"""Serves the page of the last evaluations, and their reports."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from starlette.responses import HTMLResponse

from api.evaluations import find_evaluations, read_page
from api.page.rendering import show
from api.state import HomeOf

router = APIRouter(include_in_schema=False)

REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A report has an origin of its own: its script, which its own policy names by hash, reaches nothing of this service."""


@router.get("/evaluation")
def evaluations(home: HomeOf) -> HTMLResponse:
    """The last report of each suite and mode, newest first."""
    return show("evaluation.jinja", here="/evaluation", found=find_evaluations(home))


@router.get("/evaluation/{name}")
def report(name: Annotated[str, Path()], home: HomeOf) -> HTMLResponse:
    """The page that the evaluation wrote. It holds text of articles."""
    page = read_page(home, name)
    if page is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return HTMLResponse(page, headers={"Content-Security-Policy": REPORT_POLICY, "Vary": "Accept, Authorization"})
