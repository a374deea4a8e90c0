"""What every response has, and what stands between a request and its route."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api.boundary import choose_request_id
from api.errors import Refused
from api.security import HEADERS, is_loopback, require_key
from api.settings import ApiSettings
from tests.api.conftest import Client, Open
from tests.api.documents import check_problem
from tests.fakes.answering import SharedWordsAnswerer


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/docs"),
        ("GET", "/health/live"),
        ("GET", "/nowhere"),
        ("PUT", "/v1/ask"),
        ("POST", "/v1/ask"),
    ],
)
def test_headers(client: Client, method: str, path: str) -> None:
    """Every response, whatever became of the request, has a request id and the security headers; no origin gets in."""
    response = client.request(method, path, headers={"Origin": "https://example.org"})
    assert response.headers["x-request-id"].startswith("r_")
    for name in HEADERS:
        assert response.headers[name]
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert not [name for name in response.headers if name.startswith("access-control-")]
    assert "server" not in response.headers


def test_request_id_is_echoed(client: Client, logs: list[dict[str, Any]]) -> None:
    """A sane request id comes back and stands in the log line, which has no word of the question."""
    client.post("/v1/ask", json={"question": "valves secretly"}, headers={"X-Request-Id": "trace-7.A_b"})
    response = client.post("/v1/ask", json={"question": "valves", "x": 1}, headers={"X-Request-Id": "trace-7.A_b"})
    assert response.headers["x-request-id"] == response.json()["request_id"] == "trace-7.A_b"
    answered = [line for line in logs if line["event"] == "answered"]
    assert [(line["request_id"], line["status"], line["path"]) for line in answered] == [
        ("trace-7.A_b", 200, "/v1/ask"),
        ("trace-7.A_b", 422, "/v1/ask"),
    ]
    assert "valves" not in str(logs)


@pytest.mark.parametrize("given", [None, "", "x" * 65, "a b", "a\nb", "<b>", "é", "-x", "..", "a;b"])
def test_odd_request_ids_are_replaced(given: str | None) -> None:
    """What could break a log line is no request id."""
    chosen = choose_request_id(given)
    assert chosen.startswith("r_")
    assert chosen != choose_request_id(given)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:80", "[::1]", "localhost."])
def test_known_hosts(client: Client, host: str) -> None:
    """The names of this machine are served with any port."""
    assert client.get("/health/live", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "10.0.0.1", "[::2]"])
def test_unknown_hosts(client: Client, host: str) -> None:
    """Another name in the Host header is a 421, on every path: a page of another site cannot read this service."""
    for path in ("/health/live", "/v1/articles", "/nowhere"):
        problem = check_problem(client.get(path, headers={"Host": host}), 421, "unknown-host")
        assert "DATELINE_ALLOWED_HOSTS" in problem["detail"]


@pytest.mark.parametrize("host", ["", "a b", "localhost:x", "local\thost", "user@localhost", "localhost/x", "[::1"])
def test_malformed_hosts(client: Client, host: str) -> None:
    """A Host header that is none is a 400."""
    check_problem(client.get("/health/live", headers={"Host": host}), 400, "no-host")


def test_allowed_hosts(open_client: Open) -> None:
    """The allow-list is a setting; the host that the service listens on is always on it."""
    client = open_client(allowed_hosts="news.example, Other.example", host="127.0.0.9")
    for host, status in [("news.example", 200), ("other.EXAMPLE:81", 200), ("127.0.0.9", 200), ("localhost", 421)]:
        assert client.get("/health/live", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost"])
def test_loopback(host: str) -> None:
    """The addresses of this machine alone may be listened on without a key."""
    assert is_loopback(host)
    require_key(ApiSettings(host=host), keys=0)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "no such host", "x" * 300])  # noqa: S104
def test_off_loopback(host: str) -> None:
    """Elsewhere the service starts with an API key, and without one says that it is missing and how to make one."""
    assert not is_loopback(host)
    with pytest.raises(Refused, match=r"API key.*python -m api keys add"):
        require_key(ApiSettings(host=host), keys=0)
    require_key(ApiSettings(host=host), keys=1)


def test_required_key() -> None:
    """DATELINE_REQUIRE_KEY asks for a key on loopback too."""
    with pytest.raises(Refused, match="DATELINE_REQUIRE_KEY"):
        require_key(ApiSettings(require_key=True), keys=0)
    require_key(ApiSettings(require_key=True), keys=1)


def test_not_found(client: Client) -> None:
    """A path that no route has is a 404 problem; a slash too many is not redirected."""
    check_problem(client.get("/nowhere"), 404, "not-found")
    check_problem(client.post("/v1/ask/", json={"question": "x"}), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/ask", "POST"),
        ("OPTIONS", "/v1/articles", "GET, POST"),
        ("PUT", "/v1/articles/a/b", "DELETE, GET"),
        ("PATCH", "/v1/index/builds", "GET, POST"),
    ],
)
def test_method_not_allowed(client: Client, method: str, path: str, allow: str) -> None:
    """A method that a path does not have is a 405 problem; the Allow header names all that it has."""
    response = client.request(method, path)
    check_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == allow


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x", "", "é/json"]
)
@pytest.mark.parametrize("path", ["/v1/ask", "/v1/search"])
def test_unsupported_media(client: Client, answerer: SharedWordsAnswerer, media: str, path: str) -> None:
    """A body that is not sent as JSON is a 415, so that a form of another site asks nothing."""
    headers = {"Content-Type": media.encode()} if media else {}
    response = client.post(path, content=b'{"question": "x"}', headers=headers)  # type: ignore[arg-type]
    check_problem(response, 415, "unsupported-media-type")
    assert answerer.asked == []


@pytest.mark.parametrize("media", ["application/json", "application/json; charset=utf-8", "application/vnd.x+json"])
def test_json_media(client: Client, media: str) -> None:
    """JSON by any of its names is read."""
    sent = client.post("/v1/ask", content=b'{"question": "x"}', headers={"Content-Type": media})
    assert sent.status_code == 200


BROKEN = [
    b"{",
    b"\x00",
    b'{"question": "x"',
    b'{"question": "\xff"}',
    b'{"question": \x00}',
    b'{"question": "a\nb"}',
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b'{"limit": ' + b"9" * 10_000 + b"}",
    b'{"question": "\\u12"}',
    b"'question'",
    b"\xef\xbb\xbf{",
]


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_broken_json(client: Client, body: bytes) -> None:
    """A body that is not JSON, not UTF-8 or nested without end is a 400 that shows none of it."""
    response = client.post("/v1/ask", content=body, headers={"Content-Type": "application/json"})
    check_problem(response, 400, "malformed-json")
    assert len(response.content) < 1_000


def test_half_surrogates(client: Client) -> None:
    """Half surrogates, in a value or in the name of a field, are a 422."""
    for body in (rb'{"question": "a\ud800"}', rb'{"question": "a", "\udfff": 1}'):
        response = client.post("/v1/ask", content=body, headers={"Content-Type": "application/json"})
        check_problem(response, 422, "invalid-body")


def test_large_body(open_client: Open) -> None:
    """A body over the limit is a 413 that names the limit, whether it says its length or comes in chunks."""
    client = open_client(max_body_bytes=2048)
    body = b'{"question": "' + b"x" * 3000 + b'"}'
    headers = {"Content-Type": "application/json"}
    said = check_problem(client.post("/v1/ask", content=body, headers=headers), 413, "body-too-large")
    assert "2,048" in said["detail"]
    chunks = check_problem(client.post("/v1/ask", content=iter([body]), headers=headers), 413, "body-too-large")
    assert "2,048" in chunks["detail"]
    fits = b'{"question": "' + b"x" * 1900 + b'"}'
    assert client.post("/v1/ask", content=iter([fits]), headers=headers).status_code == 200


def test_crowd(open_client: Open, answerer: SharedWordsAnswerer) -> None:
    """More requests at once than are worked on are a 503; the probe for life still answers."""
    answerer.gate = threading.Event()
    client = open_client(max_requests=1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, "/v1/ask", json={"question": "valves"})
        assert answerer.begun.acquire(timeout=30)
        response = client.get("/v1/articles")
        check_problem(response, 503, "too-busy")
        assert response.headers["retry-after"] == "5"
        assert client.get("/health/live").status_code == 200
        answerer.gate.set()
        assert first.result().status_code == 200
        assert client.get("/v1/articles").status_code == 200
