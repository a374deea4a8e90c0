"""Pages of other origins: kept out, unless a setting names them."""

from pathlib import Path

import pytest

from api.keys import KeyFile
from api.settings import ApiSettings
from indexes.errors import InvalidSettings
from tests.api.conftest import Client, Open
from tests.api.documents import check_problem

NEWS = "https://news.example"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


def test_off_by_default(client: Client) -> None:
    """No origin is let in, by a preflight or otherwise."""
    for response in (
        client.options("/v1/ask", headers={"Origin": NEWS, **PREFLIGHT}),
        client.post("/v1/ask", json={"question": "valves"}, headers={"Origin": NEWS}),
    ):
        assert not [name for name in response.headers if name.startswith("access-control-")]


def test_a_named_origin(open_client: Open, tmp_path: Path) -> None:
    """A named origin may call with a key, which its preflight does not have; it sees why it is refused, and no cookie counts."""
    _, secret = KeyFile(tmp_path).add("page", ["admin"])
    client = open_client(cors_origins=f"{NEWS}, http://localhost:3000", home=tmp_path)
    allowed = client.options("/v1/ask", headers={"Origin": NEWS, **PREFLIGHT})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == NEWS
    assert "access-control-allow-credentials" not in allowed.headers
    refused = client.post("/v1/ask", json={"question": "valves"}, headers={"Origin": NEWS})
    check_problem(refused, 401, "no-key")
    assert refused.headers["access-control-allow-origin"] == NEWS
    headers = {"Origin": NEWS, "Authorization": f"Bearer {secret}"}
    answered = client.post("/v1/ask", json={"question": "valves"}, headers=headers)
    assert answered.status_code == 200
    assert answered.headers["access-control-allow-origin"] == NEWS
    assert "X-Request-Id" in answered.headers["access-control-expose-headers"]
    assert client.post("/v1/index/rollback", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://other.example", "http://news.example", "https://news.example.evil.example", "null"]
)
def test_another_origin(open_client: Open, origin: str) -> None:
    """Any other origin gets no permission, and changes nothing."""
    client = open_client(cors_origins=NEWS)
    preflight = client.options("/v1/ask", headers={"Origin": origin, **PREFLIGHT})
    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in preflight.headers
    asked = client.post("/v1/ask", json={"question": "valves"}, headers={"Origin": origin})
    assert "access-control-allow-origin" not in asked.headers
    check_problem(client.post("/v1/index/rollback", headers={"Origin": origin}), 403, "foreign-origin")


@pytest.mark.parametrize(
    "origins",
    [
        "*",
        "https://*.example",
        "null",
        "news.example",
        "https://news.example/",
        "https://News.example",
        "ftp://x",
        "https://a@b",
    ],
)
def test_what_is_no_origin(origins: str) -> None:
    """A wildcard, or what a browser would never send as an origin, is refused at the start."""
    with pytest.raises(InvalidSettings, match="DATELINE_CORS_ORIGINS"):
        ApiSettings(cors_origins=origins)


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://news.example", "http://[::1]:8080"])
def test_origins(origin: str) -> None:
    """A scheme and a host, with a port or without, is an origin."""
    assert ApiSettings(cors_origins=f" {origin} ,").cors_origins == (origin,)
