"""Turns templates into pages and parts of pages: the one room that knows Jinja. What comes from data is always escaped."""

from collections.abc import Mapping
from functools import cache
from http import HTTPStatus

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from api.page import telling
from api.page.addresses import article_address
from api.page.assets import address_of, read_assets
from api.page.places import find_context
from api.reference import PLACES

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Allows the service's own files and nothing else: no inline script or style, no other host."""


def render(template: str, /, **values: object) -> str:
    """A page or a part of one. A value that a template asks for and does not get is an error.

    What a browser would drop or cannot get (NUL, half surrogates) is one other character, so that all places stay.
    """
    html = _environment().get_template(template).render(**values)
    return html.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")


def show(
    template: str,
    /,
    *,
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """A response with a page."""
    sent = {**(headers or {}), "Content-Security-Policy": CONTENT_SECURITY_POLICY, "Vary": "Accept, Authorization"}
    return HTMLResponse(render(template, **values), status_code=int(status), headers=sent)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("api.page", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["static"] = address_of
    environment.globals["styles"] = [name for name in read_assets() if name.endswith(".css")]
    environment.globals["article_address"] = article_address
    environment.globals["find_context"] = find_context
    environment.globals["places"] = PLACES
    environment.globals["telling"] = telling
    return environment
