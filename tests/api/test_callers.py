"""Who may call what: every route needs a key but those that are named here, and each key has its scopes."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute, Mount, Route

from api.app import create_app
from api.callers import Callers, read_address, scope_needed
from api.chat_errors import PATHS as CHAT_PATHS
from api.errors import KeyMissing, KeyUnknown
from api.keys import KeyFile
from api.settings import ApiSettings
from tests.api.conftest import Client, Open
from tests.api.documents import check_chat_problem, check_problem
from tests.fakes.answering import SharedWordsAnswerer
from tests.fakes.changing import FakeArchive

OPEN = {("GET", path) for path in ("/", "/docs", "/recipes", "/openapi.json", "/health/live", "/health/ready")}
"""What needs no key, and nothing else does without one, but for the files that pages load."""
FILES = "/page/static/"
QUESTION = {"question": "How many valves?"}


def bearer(secret: str) -> dict[str, str]:
    """The header that a key is sent in."""
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the keys are."""
    return tmp_path / "home"


@pytest.fixture
def keys(home: Path) -> KeyFile:
    """The keys, which a test changes as a command would."""
    return KeyFile(home)


@pytest.fixture
def service(open_client: Open, home: Path) -> Client:
    """A service on loopback whose keys are there."""
    return open_client(home=home)


def every_route(app: FastAPI) -> set[tuple[str, str]]:
    """Each method and path that the app serves, with something in the place of each parameter; mounts with any method."""
    return set(_walk(app.routes, ""))


def _walk(routes: list[BaseRoute], before: str) -> Iterator[tuple[str, str]]:
    for route in routes:
        path = before + re.sub(r"\{[^}]*\}", "x", str(getattr(route, "path", "")))
        if isinstance(route, Route) or hasattr(route, "methods"):
            for method in getattr(route, "methods", None) or {"GET", "POST"}:
                yield method, path
        elif isinstance(route, Mount):
            for below in (path, f"{path}/", f"{path}/x"):
                yield from ((method, below or "/") for method in ("GET", "POST", "PUT", "DELETE"))
        else:  # a router that was included: FastAPI has no public name for it
            included: Any = route
            yield from _walk(included.original_router.routes, before + included.include_context.prefix)


def test_every_route_is_walked(service: Client) -> None:
    """The walk finds what the reference lists, and more: the pages too."""
    found = every_route(service.app)  # type: ignore[arg-type]
    document = service.get("/openapi.json").json()
    listed = {
        (method.upper(), re.sub(r"\{[^}]*\}", "x", path))
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert listed <= found
    assert found >= OPEN


@pytest.mark.parametrize("settings", [{}, {"host": "0.0.0.0"}, {"require_key": True}], ids=["key", "far", "required"])  # noqa: S104
def test_no_route_without_a_key(
    open_client: Open, home: Path, keys: KeyFile, answerer: SharedWordsAnswerer, settings: dict[str, Any]
) -> None:
    """With a key on loopback, and without one off loopback or where it is required, every route but the open ones is a 401."""
    if not settings:
        keys.add("desk", ["admin"])
    client = open_client(home=home, **settings)
    refused = 0
    for method, path in sorted(every_route(client.app)):  # type: ignore[arg-type]
        if (method, path) in OPEN or (method == "HEAD" and ("GET", path) in OPEN) or path.startswith(FILES):
            assert client.request(method, path).status_code != 401, (method, path)
            continue
        response = client.request(method, path, json=QUESTION)
        if method != "HEAD":
            (check_chat_problem if path in CHAT_PATHS else check_problem)(response, 401, "no-key")
        assert response.status_code == 401, (method, path)
        assert response.headers["www-authenticate"] == 'Bearer realm="dateline"'
        refused += 1
    assert refused >= 12
    assert answerer.asked == []


@pytest.mark.parametrize(
    "path", ["/nowhere", "/metrics", "/mcp", "/mcp/x", "/v1/nothing", "/v1/ask/", "/page", "/docs/"]
)
def test_what_nobody_placed_is_closed(service: Client, keys: KeyFile, path: str) -> None:
    """A path that has no route yet, or no line in the table, needs a key too: a new route is closed until it is opened."""
    keys.add("desk", ["ask"])
    for method in ("GET", "POST", "DELETE", "PATCH", "OPTIONS"):
        check_problem(service.request(method, path), 401, "no-key")


def test_a_new_route_and_a_mounted_app_are_closed(opener: FakeArchive, home: Path, keys: KeyFile) -> None:
    """A route or an app of its own that somebody adds is behind the keys without doing anything for it."""
    app = create_app(opener, ApiSettings(home=home))
    reached: list[str] = []

    @app.get("/v1/secrets")
    async def secrets() -> None:
        reached.append("route")

    async def inner(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - an ASGI app
        reached.append(scope["caller"].name)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    app.mount("/mcp", inner)
    _, secret = keys.add("desk", ["ask"])
    found = every_route(app)
    assert {("GET", "/v1/secrets"), ("POST", "/mcp/x")} <= found
    with TestClient(app, base_url="http://localhost") as client:
        check_problem(client.get("/v1/secrets"), 401, "no-key")
        check_problem(client.post("/mcp/"), 401, "no-key")
        assert reached == []
        assert client.post("/mcp/", headers=bearer(secret)).status_code == 204
        assert reached == ["desk"]


def test_open_without_keys(service: Client) -> None:
    """Without any key a service on loopback is open to everybody on the machine, also to who sends some key."""
    assert service.post("/v1/ask", json=QUESTION).status_code == 200
    assert service.get("/v1/index", headers=bearer("sk-anything")).status_code == 200
    assert service.post("/v1/index/rollback", headers={"Authorization": "é".encode()}).status_code == 200  # type: ignore[arg-type]


def test_a_key_opens(service: Client, keys: KeyFile) -> None:
    """A key with the scope `ask` reads and asks, by whatever case of the scheme."""
    _, secret = keys.add("desk", ["ask"])
    assert service.post("/v1/ask", json=QUESTION, headers=bearer(secret)).status_code == 200
    for path in ("/v1/articles", "/v1/index", "/v1/index/builds"):
        assert service.get(path, headers=bearer(secret)).status_code == 200
        assert service.get(path, headers={"Authorization": f"bEARER   {secret} "}).status_code == 200
    check_problem(service.get("/nowhere", headers=bearer(secret)), 404, "not-found")


WRITES = [
    ("POST", "/v1/articles"),
    ("DELETE", "/v1/articles/x"),
    ("POST", "/v1/index/builds"),
    ("POST", "/v1/index/rollback"),
    ("GET", "/metrics"),
    ("POST", "/v1/nowhere"),
]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_changes_need_admin(service: Client, keys: KeyFile, opener: FakeArchive, method: str, path: str) -> None:
    """What changes something is a 403 for `ask`, which says what is missing, and goes on to its route for `admin`."""
    _, reader = keys.add("reader", ["ask"])
    _, editor = keys.add("editor", ["admin"])
    response = service.request(method, path, headers=bearer(reader))
    problem = check_problem(response, 403, "no-scope")
    assert "'reader'" in problem["detail"]
    assert response.headers["www-authenticate"] == (
        'Bearer realm="dateline", error="insufficient_scope", scope="admin"'
    )
    assert opener.runs == []
    allowed = service.request(method, path, headers=bearer(editor))
    assert allowed.status_code not in {401, 403}
    for run in opener.runs:
        run.finish(1)


WRONG = [
    "Basic dXNlcjpwYXNz",
    "Bearer",
    "Bearer ",
    "bearer: {secret}",
    "{secret}",
    "Bearer {secret} extra",
    "Bearer {secret},Bearer {secret}",
    "Bearer {other}",
    "Bearer {secret}x",
    "Bearer {short}",
    "Bearer dl_",
    "Token {secret}",
    "Bearer {secret}\x00",
    "Bearer é",
    "Bearer {secret}é",
    "Bearer ключ",
    "",
]


@pytest.mark.parametrize("header", WRONG)
def test_wrong_headers(service: Client, keys: KeyFile, logs: list[dict[str, Any]], header: str) -> None:
    """Another scheme, a malformed header, bytes that are no ASCII, a key that is nearly right: a 401 that shows none of it."""
    _, secret = keys.add("desk", ["admin"])
    sent = header.format(secret=secret, short=secret[:-1], other="dl_" + "A" * 43)
    headers = {"Authorization": sent.encode()}
    response = service.get("/v1/index", headers=headers)  # type: ignore[arg-type]
    check_problem(response, 401, "wrong-key")
    assert response.headers["www-authenticate"] == 'Bearer realm="dateline", error="invalid_token"'
    assert secret[5:-5] not in response.text
    assert secret[5:-5] not in str(logs)


def test_two_headers(service: Client, keys: KeyFile) -> None:
    """Two Authorization headers are refused, whichever of them is right."""
    _, secret = keys.add("desk", ["ask"])
    for pair in ([secret, "dl_x"], ["dl_x", secret], [secret, secret]):
        headers = [("Authorization", f"Bearer {one}") for one in pair]
        check_problem(service.get("/v1/index", headers=headers), 401, "wrong-key")


def test_keys_are_not_taken_from_elsewhere(service: Client, keys: KeyFile) -> None:
    """A key in the address, in a cookie or in another header opens nothing."""
    _, secret = keys.add("desk", ["ask"])
    headers = {"Cookie": f"key={secret}", "X-Api-Key": secret, "Api-Key": secret}
    check_problem(service.get("/v1/index", params={"key": secret}, headers=headers), 401, "no-key")


def test_revoked_while_serving(service: Client, keys: KeyFile) -> None:
    """A key counts from the moment it is added until the moment it is revoked; the others are not touched."""
    assert service.get("/v1/index").status_code == 200
    _, first = keys.add("first", ["ask"])
    check_problem(service.get("/v1/index"), 401, "no-key")
    assert service.get("/v1/index", headers=bearer(first)).status_code == 200
    _, second = keys.add("second", ["ask"])
    keys.revoke("first")
    problem = check_problem(service.get("/v1/index", headers=bearer(first)), 401, "wrong-key")
    assert "revoked" in problem["detail"]
    assert service.get("/v1/index", headers=bearer(second)).status_code == 200


@pytest.mark.parametrize("settings", [{"host": "0.0.0.0"}, {"require_key": True}], ids=["far", "required"])  # noqa: S104
def test_the_last_key_revoked(open_client: Open, home: Path, keys: KeyFile, settings: dict[str, Any]) -> None:
    """When the last key is revoked, a service off loopback, or one that requires keys, opens to nobody."""
    _, secret = keys.add("desk", ["admin"])
    client = open_client(home=home, **settings)
    assert client.get("/v1/index", headers=bearer(secret)).status_code == 200
    keys.revoke("desk")
    check_problem(client.get("/v1/index", headers=bearer(secret)), 401, "wrong-key")
    check_problem(client.get("/v1/index"), 401, "no-key")
    assert client.get("/health/live").status_code == 200


def test_the_last_key_revoked_on_loopback(service: Client, keys: KeyFile) -> None:
    """When the last key is revoked, a service on loopback is as open as before there was one."""
    keys.add("desk", ["ask"])
    assert service.get("/v1/index").status_code == 401
    keys.revoke("desk")
    assert service.get("/v1/index").status_code == 200


def test_damaged_while_serving(service: Client, keys: KeyFile, logs: list[dict[str, Any]]) -> None:
    """A key file that is damaged or gone lets nobody in, whatever key they have; probes answer, and the log says why."""
    _, secret = keys.add("desk", ["admin"])
    assert service.get("/v1/index", headers=bearer(secret)).status_code == 200
    whole = keys.path.read_bytes()
    keys.path.write_bytes(whole[:-10])
    for headers in (bearer(secret), {}):
        response = service.get("/v1/index", headers=headers)
        problem = check_problem(response, 503, "keys-unreadable")
        assert str(keys.path) not in problem["detail"]
        assert response.headers["retry-after"]
    assert [line["event"] for line in logs if line["level"] == "error"] == ["keys not read"]
    assert str(keys.path) in str(logs)
    keys.path.unlink()
    check_problem(service.get("/v1/index", headers=bearer(secret)), 503, "keys-unreadable")
    assert service.get("/health/ready").status_code == 200
    assert service.get("/").status_code == 200
    keys.path.write_bytes(whole)
    assert service.get("/v1/index", headers=bearer(secret)).status_code == 200


def test_the_log_names_the_key(service: Client, keys: KeyFile, logs: list[dict[str, Any]]) -> None:
    """A log line has the name of the key that called, and no part of its secret or its hash."""
    key, secret = keys.add("desk", ["ask"])
    service.get("/v1/index", headers=bearer(secret))
    service.get("/v1/index")
    answered = [line for line in logs if line["event"] == "answered"]
    assert [line.get("key") for line in answered] == ["desk", None]
    assert secret[3:] not in str(logs)
    assert key.sha256 not in str(logs)


def test_refusals_read_no_body(service: Client, keys: KeyFile) -> None:
    """Who has no key cannot make the service read a body: a body over the limit is a 401, not a 413."""
    keys.add("desk", ["ask"])
    check_problem(service.post("/v1/ask", content=b"x" * 2_000_000), 401, "no-key")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/", None),
        ("HEAD", "/docs", None),
        ("GET", "/page/static/0123/ask.js", None),
        ("GET", "/page/static/../../v1/ask", None),  # no route of the API has this path
        ("GET", "/page/ask", "ask"),
        ("POST", "/page/ask", "ask"),
        ("POST", "/page/static/x", "admin"),
        ("GET", "/articles/x", "ask"),
        ("POST", "/", "admin"),
        ("POST", "/page/x", "admin"),
        ("POST", "/page/wrong", "ask"),
        ("DELETE", "/page/wrong/x", "admin"),
        ("POST", "/health/live", "admin"),
        ("GET", "/health/live/x", "ask"),
        ("GET", "/v1/answers/t_1", "ask"),
        ("POST", "/v1/ask", "ask"),
        ("DELETE", "/v1/ask", "ask"),
        ("POST", "/v1/chat/completions", "ask"),
        ("POST", "/mcp", "ask"),
        ("DELETE", "/mcp/", "ask"),
        ("POST", "/mcpx", "admin"),
        ("GET", "/metrics", "admin"),
        ("PUT", "/v1/articles", "admin"),
        ("OPTIONS", "/v1/articles", "ask"),
        ("get", "/v1/articles", "admin"),  # methods have capitals: what is odd needs more, not less
    ],
)
def test_scopes_by_path(method: str, path: str, scope: str | None) -> None:
    """The table gives each route its scope; what it does not know needs `ask` to be read, and `admin` for all else."""
    assert scope_needed(method, path) == scope


def test_the_reference_tells_scopes(service: Client) -> None:
    """The OpenAPI document says of each route which scope it needs, and lists 401, 403 and 429 where they may come."""
    document = service.get("/openapi.json").json()
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            scope = scope_needed(method.upper(), path)
            assert operation.get("security") == ([{"key": [scope]}] if scope else None)
            examples = {
                slug
                for response in operation["responses"].values()
                for media in ("application/problem+json", "application/json")
                for slug in response.get("content", {}).get(media, {}).get("examples", ())
            }
            assert {"no-key", "wrong-key", "keys-unreadable"} <= examples if scope else "no-key" not in examples
            assert ("no-scope" in examples) == (scope == "admin")
            assert ("too-many-requests" in examples) == (not path.startswith("/health/"))
    assert "with the scope <code>admin</code>" in service.get("/docs").text


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("203.0.113.7", 1), "203.0.113.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2::9", 1), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 1), "fe80::/64"),
        (("::ffff:203.0.113.7", 1), "::ffff:203.0.113.7"),
        (("testclient", 1), "testclient"),
        (None, "unknown"),
    ],
)
def test_addresses(client: tuple[str, int] | None, address: str) -> None:
    """A client counts by its address; one with a network of IPv6 addresses counts as one."""
    assert read_address({"client": client}) == address


def test_no_header_and_no_key() -> None:
    """No header is a missing key; an empty list of keys knows no key, whatever is sent."""
    with pytest.raises(KeyMissing):
        Callers.identify([], ())
    with pytest.raises(KeyUnknown):
        Callers.identify(["Bearer dl_x"], ())


def test_web_sockets_are_closed(service: Client) -> None:
    """What is no HTTP request is closed before it reaches a route."""
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect) as raised, service.websocket_connect("/v1/ask"):
        pass
    assert raised.value.code == 1008
