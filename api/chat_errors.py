"""Words a problem document as OpenAI's error, for the routes that speak OpenAI's form. Pure."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

PATHS = frozenset({"/v1/chat/completions", "/v1/models"})
"""The routes whose errors have OpenAI's form, whichever layer they come from."""

_TYPES: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.FORBIDDEN: "permission_error",
    HTTPStatus.NOT_FOUND: "not_found_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}


def write_error(document: Mapping[str, Any], *, slug: str) -> dict[str, Any]:
    """`{"error": {"message", "type", "param", "code"}}`; `param` is the first field that does not validate."""
    status = document["status"]
    usual = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    fields = document.get("errors") or [{"field": None}]
    return {
        "error": {
            "message": document["detail"],
            "type": _TYPES.get(status, usual),
            "param": fields[0]["field"],
            "code": slug,
        }
    }
