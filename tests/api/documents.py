"""Checks that a response is a whole problem document, or one in OpenAI's form."""

import json
from typing import Any

import httpx
import httpx2


def check_problem(response: httpx.Response | httpx2.Response, status: int, slug: str) -> dict[str, Any]:
    """The problem document of a response, checked to be a whole one."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = json.loads(response.content.decode("utf-8"))
    assert document["type"] == f"/docs#problem-{slug}"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    assert document["request_id"] == response.headers["x-request-id"]
    assert document["instance"].startswith("/")
    return document


def check_chat_problem(response: httpx.Response | httpx2.Response, status: int, slug: str) -> dict[str, Any]:
    """The same in OpenAI's form: the members of `error`."""
    assert response.status_code == status, response.text
    error: dict[str, Any] = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["code"] == slug
    assert error["message"]
    return error
