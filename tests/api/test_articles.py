"""GET /v1/articles and GET /v1/articles/{id}."""

import pytest

from tests.api.conftest import Client
from tests.api.documents import check_problem

LISTED = [
    "id",
    "title",
    "outlet",
    "author",
    "published",
    "published_basis",
    "captured",
    "url",
    "language",
    "section",
    "updated",
]


def test_list(client: Client) -> None:
    """Articles come newest first, undated last, without their texts."""
    body = client.get("/v1/articles").json()
    assert list(body) == ["items", "next_cursor"]
    assert [article["id"] for article in body["items"]] == ["pump-house", "orchard/frost", "undated"]
    assert body["next_cursor"] is None
    assert all(list(article) == LISTED for article in body["items"])


def test_pages(client: Client) -> None:
    """Following next_cursor gives every article once."""
    ids: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        parameters = {"limit": "1", **({"cursor": cursor} if cursor else {})}
        body = client.get("/v1/articles", params=parameters).json()
        ids += [article["id"] for article in body["items"]]
        cursor = body["next_cursor"]
    assert ids == ["pump-house", "orchard/frost", "undated"]


def test_filters(client: Client) -> None:
    """Outlets, whatever their case and one or several, and inclusive days choose articles."""
    for query, ids in [
        ("outlet=TARNBY+POST", ["pump-house"]),
        ("outlet=tarnby+post&outlet=velle+courier", ["pump-house", "orchard/frost"]),
        ("from=2023-06-05", ["pump-house"]),
        ("from=2023-05-02&to=2023-05-02", ["orchard/frost"]),
        ("outlet=none", []),
    ]:
        body = client.get(f"/v1/articles?{query}").json()
        assert [article["id"] for article in body["items"]] == ids, query


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ("limit=0", "limit", "greater than or equal to 1"),
        ("limit=201", "limit", "less than or equal to 200"),
        ("limit=many", "limit", "integer"),
        ("from=2024-1-1", "from", "YYYY-MM-DD"),
        ("to=1700000000", "to", "YYYY-MM-DD"),
        ("outlets=AFP", "outlets", "not a field"),
        ("from=2024-01-02&to=2024-01-01", "query", "after"),
        ("outlet=", "outlet.0", "at least 1"),
    ],
)
def test_invalid_parameters(client: Client, query: str, field: str, says: str) -> None:
    """Parameters that do not validate, unknown ones included, are a 400 that names them: there is no payload."""
    problem = check_problem(client.get(f"/v1/articles?{query}"), 400, "invalid-parameters")
    assert problem["errors"][0]["field"] == field
    assert says in problem["errors"][0]["message"]


def test_invalid_cursor(client: Client) -> None:
    """A cursor that no page gave out is a 400 that says to leave it out."""
    problem = check_problem(client.get("/v1/articles?cursor=!"), 400, "invalid-cursor")
    assert "Leave it out" in problem["detail"]


def test_article(client: Client) -> None:
    """An article comes with its text; its id may hold a slash; several authors are a list."""
    body = client.get("/v1/articles/orchard/frost").json()
    assert list(body) == [*LISTED, "text", "versions"]
    assert body["versions"] == []
    assert body["author"] == ["Ada Brun", "Nils Moe"]
    assert (body["published"], body["published_basis"]) == ("2023-05-02T06:30:00Z", "inferred")
    assert client.get("/v1/articles/orchard%2Ffrost").json() == body


def test_unknown_values_are_null(client: Client) -> None:
    """What is not known of an article is null, not missing and not invented."""
    body = client.get("/v1/articles/undated").json()
    assert [body[name] for name in ("outlet", "author", "published", "captured", "url", "language")] == [None] * 6
    assert body["published_basis"] == "unknown"


@pytest.mark.parametrize("key", ["nobody", "a%00b", "%F0%9F%8F%AD", "%ff", "..%2f..%2fetc%2fpasswd", "x" * 5000])
def test_unknown_article(client: Client, key: str) -> None:
    """An id that is not stored is a 404 problem, whatever its characters."""
    response = client.get(f"/v1/articles/{key}")
    problem = check_problem(response, 404, "unknown-article")
    assert "GET /v1/articles" in problem["detail"]
