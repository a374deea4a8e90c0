"""Keeps strangers out: off loopback with a key only, known Host headers only, JSON bodies only, strict headers on every response."""

import ipaddress
import re
import socket
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import HostMissing, HostUnknown, OriginUnknown, Refused, UnsupportedMedia
from api.problems import problem_of, without_surrogates
from api.settings import ApiSettings

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Sent with every response; a page may replace one of them."""

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?", re.ASCII)


def is_loopback(host: str) -> bool:
    """Whether an address, or every address that a name stands for, is reached from this machine only."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(ipaddress.ip_address(str(one[4][0]).split("%")[0]).is_loopback for one in found)


def needs_key(settings: ApiSettings) -> bool:
    """Whether nobody gets in without an API key, even while there is none."""
    return settings.require_key or not is_loopback(settings.host)


def require_key(settings: ApiSettings, *, keys: int) -> None:
    """Refuse to start without a key where one is needed. Raises `Refused`."""
    if keys or not needs_key(settings):
        return
    why = (
        "DATELINE_REQUIRE_KEY is set, and there is no API key"
        if is_loopback(settings.host)
        else f"The host is {settings.host!r}: off loopback the service needs at least one API key, and there is none"
    )
    raise Refused(f"{why}. Run `python -m api keys add NAME`, or listen on 127.0.0.1 (DATELINE_HOST or --host).")


class Hosts:
    """Lets requests through whose Host header names this service: a page of another site cannot (DNS rebinding)."""

    def __init__(self, app: ASGIApp, *, allowed: Iterable[str]) -> None:
        self.app = app
        self.allowed = frozenset(name.lower().rstrip(".") for name in allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it with a 400 or 421."""
        if scope["type"] == "http":
            try:
                self.check(Headers(scope=scope).getlist("host"))
            except (HostMissing, HostUnknown) as error:
                await problem_of(scope, error)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def check(self, given: list[str]) -> None:
        """Raises `HostMissing` unless there is one well-formed host, `HostUnknown` unless it is allowed."""
        match = _HOST.fullmatch(given[0].lower()) if len(given) == 1 else None
        if match is None:
            raise HostMissing("The Host header is missing, doubled or malformed: send the name of this service.")
        name = match["name"].rstrip(".")
        if name not in self.allowed:
            message = f"The Host header names {name!r}: use one of {', '.join(sorted(self.allowed))}, "
            raise HostUnknown(message + "or add it to DATELINE_ALLOWED_HOSTS.")


async def require_json(request: Request) -> None:
    """Refuse a body that is not sent as JSON, which also keeps out forms of other sites. Raises `UnsupportedMedia`."""
    sent = request.headers.get("content-type", "")
    media = sent.partition(";")[0].strip().lower()
    is_json = media == "application/json" or (media.startswith("application/") and media.endswith("+json"))
    if not is_json and await request.body():
        shown = without_surrogates(repr(sent[:60])) if sent else "missing"
        raise UnsupportedMedia(f"The Content-Type is {shown}: send the body as application/json.")


async def require_own_origin(request: Request) -> None:
    """Refuse what a page of another site asks for: a body can be missing, and then no preflight keeps it out.

    Browsers name the origin of every request that may change something. Raises `OriginUnknown`, unless the origin is
    one of DATELINE_CORS_ORIGINS.
    """
    origin = request.headers.get("origin")
    if origin is None or origin in request.state.origins:
        return
    if _place(origin) != request.headers["host"].lower():
        message = f"The request comes from a page of {without_surrogates(origin[:80])!r}, not from this service: "
        raise OriginUnknown(message + "send it from a program.")


def _place(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


CHANGES = (Depends(require_own_origin), Depends(require_json))
"""What every route that changes something asks of a request first. Who may call it at all: see `callers`."""
