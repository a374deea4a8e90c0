"""Tells who calls and what they may do: every route needs a key, unless the table here says otherwise."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Connection

from api.errors import KeyMissing, KeysDamaged, KeyUnknown, ScopeMissing, ServiceProblem
from api.keys import PREFIX, Key, KeyFile, Scope, find_key
from api.logs import open_log
from api.problems import problem_of
from qa.askers import asked_by

PROBES = frozenset({"/health/live", "/health/ready"})
OPEN = PROBES | {"/", "/docs", "/recipes", "/openapi.json"}
"""What everybody may GET: the probes, and pages that are the same in every installation."""
OPEN_BELOW = ("/page/static/",)
"""The files that pages load."""
QUESTIONS = frozenset({"/v1/ask", "/v1/search", "/v1/chat/completions", "/mcp", "/page/ask"})
"""What changes nothing, though it is more than a GET."""
REPORTS = frozenset({"/page/wrong"})
"""What a reader may file; it changes no answer."""
GUARDED = frozenset({"/metrics"})
"""What only `admin` may GET."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_BEARER = re.compile(r"bearer +(?P<secret>[A-Za-z0-9._~+/=-]+)", re.ASCII | re.IGNORECASE)
_HINT = "Send `Authorization: Bearer KEY`; `python -m api keys add NAME` makes a key."


def scope_needed(method: str, path: str) -> Scope | None:
    """The scope that a request needs. A route that nobody has placed here needs `ask` to be read, `admin` for the rest."""
    reading = method in _READING
    if reading and (path in OPEN or path.startswith(OPEN_BELOW)):
        return None
    if path in GUARDED:
        return "admin"
    return "ask" if reading or path in QUESTIONS | REPORTS or path.startswith("/mcp/") else "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls. `holder` is what limits count by: the id of the key, else the address.

    `refusal` is why no route that needs a key is open to them. Without key and refusal everything is: nobody needs one.
    """

    holder: str
    key: Key | None = None
    refusal: ServiceProblem | None = None

    @property
    def name(self) -> str | None:
        """The name of the key, for the log."""
        return self.key.name if self.key else None

    def may(self, scope: Scope) -> bool:
        """Whether they may do what needs this scope."""
        return self.refusal is None and (self.key is None or self.key.allows(scope))

    def owns(self, asker: str | None) -> bool:
        """Whether they may see what this one asked: the key's own questions, and everybody's for `admin`."""
        return self.may("admin") or (self.key is not None and self.key.id == asker)


class Callers:
    """Finds out who calls. `always`: a key is needed even while there is none."""

    def __init__(self, app: ASGIApp, *, keys: KeyFile, always: bool) -> None:
        self.app = app
        self.keys = keys
        self.always = always
        self._told = ""

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        """Serve one request, with its caller."""
        if connection["type"] == "http":
            caller = self.find(connection)
            connection["caller"] = caller
            with asked_by(caller.key.id if caller.key else None):
                await self.app(connection, receive, send)
        elif connection["type"] == "lifespan":
            await self.app(connection, receive, send)
        else:  # nothing here speaks anything else, and what one day does must not pass by the keys
            await send({"type": "websocket.close", "code": 1008})

    def find(self, connection: Connection) -> Caller:
        """Who calls, by the key that is sent, where keys count."""
        address = read_address(connection)
        try:
            keys = self.keys.read()
        except KeysDamaged as error:
            if str(error) != self._told:  # once, not for every request
                self._told = str(error)
                open_log("callers").error("keys not read", error=self._told)
            return Caller(holder=address, refusal=error)
        if not keys and not self.always:
            return Caller(holder=address)
        try:
            key = self.identify(Headers(scope=connection).getlist("authorization"), keys)
        except (KeyMissing, KeyUnknown) as error:
            return Caller(holder=address, refusal=error)
        return Caller(holder=key.id, key=key)

    @staticmethod
    def identify(given: Sequence[str], keys: Sequence[Key]) -> Key:
        """The key that the Authorization header holds. Raises `KeyMissing` and `KeyUnknown`; neither shows what was sent."""
        if not given:
            raise KeyMissing(f"The request has no API key. {_HINT}")
        match = _BEARER.fullmatch(given[0].strip()) if len(given) == 1 else None
        if match is None:
            raise KeyUnknown(f"The Authorization header is doubled or holds no key. {_HINT}")
        key = find_key(keys, match["secret"])
        if key is None:
            why = "is not known here, or was revoked" if match["secret"].startswith(PREFIX) else "is no key of Dateline"
            raise KeyUnknown(f"The API key {why}. {_HINT}")
        return key


class Doors:
    """Lets through who may do what they ask for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it with a 401, a 403, or a 503 where the keys cannot be read."""
        if connection["type"] == "http":
            needed = scope_needed(connection["method"], connection["path"])
            caller: Caller = connection["caller"]
            if needed and not caller.may(needed):
                error = caller.refusal or ScopeMissing(
                    f"The key {caller.name!r} has not the scope {needed!r}: use one that has (`python -m api keys list`)."
                )
                response = problem_of(connection, error, headers=_challenge(error, needed))
                await response(connection, receive, send)
                return
        await self.app(connection, receive, send)


def _challenge(error: ServiceProblem, needed: Scope) -> Mapping[str, str]:
    """What RFC 6750 says beside a refusal."""
    realm = 'Bearer realm="dateline"'
    match error:
        case KeyMissing():
            return {"WWW-Authenticate": realm}
        case KeyUnknown():
            return {"WWW-Authenticate": f'{realm}, error="invalid_token"'}
        case ScopeMissing():
            return {"WWW-Authenticate": f'{realm}, error="insufficient_scope", scope="{needed}"'}
    return {}


def read_address(connection: Connection) -> str:
    """The address of the client; of IPv6 only the network, in which one client has as many addresses as it likes."""
    host = str((connection.get("client") or ("unknown",))[0])
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 4:  # noqa: PLR2004 - IPv4
        return host
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.ipv4_mapped is None else host


def _caller(request: Request) -> Caller:
    return cast("Caller", request.scope["caller"])


CallerOf = Annotated[Caller, Depends(_caller)]
