"""Turns every error into an RFC 9457 problem document: one table from error class to status."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Scope

from api import errors
from api.chat_errors import PATHS as CHAT_PATHS
from api.chat_errors import write_error
from api.logs import open_log
from indexes.errors import (
    BuildFailed,
    BuildLocked,
    DatelineError,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    IndexProblem,
    InvalidCursor,
    NothingIndexed,
    NotKept,
    UnknownArticle,
    UnknownBuild,
    WeightsProblem,
)
from qa.errors import InvalidQuestion, ModelFailed, ModelUnavailable

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
FORMS = frozenset({"<one>", "<many>"})
"""The forms that a body may have; which of them it was read as is no place in the request."""

_LONGEST_VALUE = 60
_LATER = frozenset({HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})
"""What may be tried again, and says when."""
_MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem. `detail` None: the error's own message is meant for clients (it holds no path of ours)."""

    slug: str
    status: int
    title: str
    detail: str | None = None

    @property
    def type(self) -> str:
        """The reference that names this kind, and leads to its line on the docs page."""
        return f"/docs#problem-{self.slug}"


INTERNAL = Kind(
    "internal",
    500,
    "Internal error",
    "Something went wrong here, not with the request. Look for the request id in the service's log.",
)
MALFORMED = Kind("malformed-json", 400, "The body is not JSON")
INVALID_BODY = Kind("invalid-body", 422, "The body does not validate")
INVALID_PARAMETERS = Kind("invalid-parameters", 400, "The parameters do not validate")
NOT_FOUND = Kind("not-found", 404, "Nothing is served here", "No route has this path. GET /docs lists them.")
METHOD = Kind("method-not-allowed", 405, "The method is not allowed", "The Allow header lists what is.")
NOT_READY = Kind("not-ready", 503, "Questions are not answered yet")
OTHER = Kind("refused", 400, "The request is refused")

TABLE: Mapping[type[Exception], Kind] = {
    UnknownArticle: Kind("unknown-article", 404, "The article is not stored"),
    UnknownBuild: Kind("unknown-build", 404, "The build is not known"),
    BuildLocked: Kind("build-running", 409, "The index is being built or changed"),
    NothingIndexed: Kind("nothing-indexed", 422, "None of the articles can be indexed"),
    BuildFailed: Kind(
        "build-failed",
        500,
        "The index could not be changed",
        "The change was undone and the index is as it was. The service's log says why: a full disk, most often.",
    ),
    InvalidCursor: Kind(
        "invalid-cursor", 400, "The cursor is not valid", "No page gave out this cursor. Leave it out to start anew."
    ),
    InvalidQuestion: Kind("invalid-question", 422, "The question cannot be asked like this"),
    IndexMissing: Kind(
        "no-index",
        503,
        "There is no index",
        "There is no index yet: run `python -m indexes build` or POST /v1/index/builds.",
    ),
    IndexMismatch: Kind(
        "index-mismatch",
        503,
        "The index was built with other settings",
        "The index was built with another encoder, splitter or schema: run `python -m indexes build`, then ask again.",
    ),
    IndexDamaged: Kind(
        "index-damaged",
        503,
        "The index is damaged",
        "A part of the index cannot be read: run `python -m indexes verify`, or build it again.",
    ),
    IndexProblem: Kind(
        "index-unavailable", 503, "The index cannot be used", "Run `python -m indexes status` to see what is wrong."
    ),
    WeightsProblem: Kind(
        "weights-unavailable",
        503,
        "Model weights cannot be used",
        "The encoder's weights are missing or damaged: run `make weights` on the server, then ask again.",
    ),
    ModelUnavailable: Kind(
        "no-language-model",
        503,
        "There is no language model",
        'No language model can be reached: ask with mode "quotes", or leave the mode out. /health/ready says why.',
    ),
    ModelFailed: Kind(
        "language-model-failed",
        502,
        "The language model failed",
        'The language model returned what cannot be used: ask again, or with mode "quotes".',
    ),
    errors.KeysDamaged: Kind(
        "keys-unreadable",
        503,
        "The API keys cannot be read",
        "The API keys of the service cannot be read, so it lets nobody in: its log says what is wrong with them.",
    ),
    errors.KeyMissing: Kind("no-key", 401, "An API key is needed"),
    errors.KeyUnknown: Kind("wrong-key", 401, "The API key is not valid"),
    errors.ScopeMissing: Kind("no-scope", 403, "The API key is not for this"),
    errors.TooMany: Kind("too-many-requests", 429, "Too many requests of one caller"),
    errors.UnknownTrace: Kind("unknown-answer", 404, "The answer is not kept"),
    errors.QuoteMissing: Kind("quote-missing", 422, "The words stand in no stored article"),
    NotKept: Kind("report-not-kept", 507, "The report is not kept"),
    errors.UnknownModel: Kind("unknown-model", 404, "There is no such model"),
    errors.TooBusy: Kind("too-busy", 503, "The service is busy"),
    errors.BodyTooLarge: Kind("body-too-large", 413, "The body is too large"),
    errors.BodyTooSlow: Kind("body-too-slow", 408, "The body did not arrive in time"),
    errors.HostMissing: Kind("no-host", 400, "The Host header cannot be used"),
    errors.HostUnknown: Kind("unknown-host", 421, "The request is for another host"),
    errors.UnsupportedMedia: Kind("unsupported-media-type", 415, "The body is not sent as JSON"),
    errors.OriginUnknown: Kind("foreign-origin", 403, "A page of another site asks for a change"),
}
"""What each error class means to a client; a class that is missing here is looked up by its bases."""

KINDS: Sequence[Kind] = (
    *TABLE.values(),
    MALFORMED,
    INVALID_BODY,
    INVALID_PARAMETERS,
    NOT_FOUND,
    METHOD,
    NOT_READY,
    OTHER,
    INTERNAL,
)
"""Every kind of problem that the service answers with."""


def find_kind(error: Exception) -> Kind:
    """The kind of an error: that of its nearest class in the table, else an internal error."""
    return next((TABLE[base] for base in type(error).__mro__ if base in TABLE), INTERNAL)


def problem(
    scope: Scope,
    kind: Kind,
    *,
    detail: str | None = None,
    headers: Mapping[str, str] | None = None,
    **members: object,
) -> JSONResponse:
    """The problem document for one request, in OpenAI's form where the route speaks it. `members` are added to it."""
    document = {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": without_surrogates(detail or kind.detail or kind.title),
        "instance": quote(scope["path"], safe="/", errors="replace"),
        "request_id": scope.get("request_id", ""),
        **members,
    }
    extra = dict(headers or {})
    if kind.status in _LATER:
        extra.setdefault("Retry-After", str(RETRY_SECONDS))
    if scope["path"] in CHAT_PATHS:
        return JSONResponse(write_error(document, slug=kind.slug), status_code=kind.status, headers=extra)
    return JSONResponse(document, status_code=kind.status, media_type=MEDIA_TYPE, headers=extra)


def problem_of(scope: Scope, error: Exception, *, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The problem document for an error."""
    kind = find_kind(error)
    return problem(scope, kind, detail=kind.detail or str(error), headers=headers)


def tell_invalid(error: ValidationError) -> str:
    """What is wrong with arguments that are no request, in the words of an invalid body."""
    found = [{**one, "loc": ("arguments", *one["loc"])} for one in error.errors()]
    fields = _fields(RequestValidationError(found))
    return "; ".join(f"{field['field']!r} {field['message']}" for field in fields[:_MOST_TOLD]) + "."


def without_surrogates(text: str) -> str:
    """A text that can be sent as UTF-8: half surrogates become escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def without_paths(text: str) -> str:
    """A message for clients: of each absolute path only the last part is left."""
    return re.sub(r"(?<![\w:/.~])~?/(?:[^\s/'\"`:,;]+/)+", "…/", text)


def _value(value: object) -> str:
    shown = without_surrogates(repr(value))
    return shown if len(shown) <= _LONGEST_VALUE else f"{shown[: _LONGEST_VALUE - 1]}…"


def _message(error: Mapping[str, Any]) -> str:  # noqa: PLR0911 - one line for each kind of error
    """What is wrong with one field, with the limit or the value, for a person."""
    limits, value = error.get("ctx", {}), error.get("input")
    match error["type"]:
        case "extra_forbidden":
            return "is not a field of this request; take it out or correct its name"
        case "missing":
            return "is required"
        case "string_too_long":
            length = f"{len(value):,}" if isinstance(value, str) else "more"
            return f"has {length} characters; at most {limits['max_length']:,} are accepted"
        case "string_too_short":
            return f"is too short; at least {limits['min_length']:,} character is needed"
        case "too_long":
            return f"has too many items; at most {limits['max_length']:,} are accepted"
        case "string_unicode":
            return "holds a half surrogate, which is not Unicode text"
        case "value_error":
            return str(limits["error"])
        case "model_attributes_type" | "model_type" | "dict_type":
            return "must be a JSON object"
    shown = f", not {_value(value)}" if isinstance(value, str | int | float | bool | None) else ""
    said = error["msg"].replace("Input should", "must")
    return f"{without_surrogates(said[0].lower() + said[1:])}{shown}"


def _fields(error: RequestValidationError) -> list[dict[str, str]]:
    """Each bad field by its place in the request (`filters.published.from`; `body` for the whole body)."""
    fields = []
    for one in error.errors():
        inside = ".".join(str(part) for part in one["loc"][1:] if part not in FORMS)
        name = without_surrogates(inside or str(one["loc"][0]))
        fields.append({"field": name if len(name) <= _LONGEST_VALUE else f"{name[:59]}…", "message": _message(one)})
    return fields


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    invalid = cast("RequestValidationError", error)
    first = invalid.errors()[0]
    if first["type"] == "json_invalid":
        place = f"{first['ctx']['error']} at character {first['loc'][-1]}"
        return problem(request.scope, MALFORMED, detail=f"The body is not JSON: {without_surrogates(place)}.")
    fields = _fields(invalid)
    kind = INVALID_BODY if first["loc"][0] == "body" else INVALID_PARAMETERS
    detail = "; ".join(f"{field['field']!r} {field['message']}" for field in fields[:_MOST_TOLD])
    return problem(request.scope, kind, detail=f"{detail}.", errors=fields[:50])


async def _http(request: Request, error: Exception) -> JSONResponse:
    refused = cast("HTTPException", error)
    match refused.status_code:
        case HTTPStatus.NOT_FOUND:
            kind, detail = NOT_FOUND, None
        case HTTPStatus.BAD_REQUEST:  # FastAPI's word for a body that json.loads cannot read
            kind, detail = MALFORMED, "The body is not JSON in UTF-8, or it is nested too deeply."
        case status:
            kind, detail = Kind(OTHER.slug, status, OTHER.title), refused.detail
    return problem(request.scope, kind, detail=detail, headers=refused.headers)


async def _known(request: Request, error: Exception) -> JSONResponse:
    kind = find_kind(error)
    if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        open_log("problems").warning("problem", kind=kind.slug, error=str(error), exc_info=kind is INTERNAL)
    return problem_of(request.scope, error)


def install_problems(app: FastAPI, routes: Sequence[Route]) -> None:
    """Install the exception handlers, all of them; what none of them knows is caught by `boundary`.

    `routes` are all that the app has: a path whose methods are on several of them allows all of these.
    """

    async def http(request: Request, error: Exception) -> JSONResponse:
        refused = cast("HTTPException", error)
        if refused.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return await _http(request, error)
        path = request.scope["path"]
        methods = {method for one in routes if one.path_regex.match(path) for method in one.methods or ()}
        return problem(request.scope, METHOD, headers={"Allow": ", ".join(sorted(methods))})

    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(DatelineError, _known)
