"""Describes the routes in the OpenAPI document: an example for each answer, each error that a route may send."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI

from api import errors, examples
from api.callers import PROBES, scope_needed
from api.chat_errors import PATHS as CHAT_PATHS
from api.chat_errors import write_error
from api.chats import ChatProblem
from api.problems import INTERNAL, KINDS, MALFORMED, MEDIA_TYPE, TABLE, Kind
from api.schemas import Problem
from indexes.errors import BuildFailed, BuildLocked, IndexDamaged, IndexMissing

Responses = dict[int | str, dict[str, Any]]

ANSWERED_ERRORS: Sequence[type[Exception]] = (IndexMissing, IndexDamaged, errors.TooBusy)
"""What every route that needs the index may answer with."""

CHANGED_ERRORS: Sequence[type[Exception]] = (BuildLocked, BuildFailed, errors.OriginUnknown, errors.TooBusy)
"""What every route that changes the index may answer with."""

_EVENT: Mapping[str, Any] = {
    "type": "object",
    "description": "One event; a line that begins with a colon is a comment. `data` is a JSON document.",
    "required": ["event", "data"],
    "properties": {
        "event": {"enum": ["passages", "quotes", "claim", "final", "error"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}

_CHUNK: Mapping[str, Any] = {
    "type": "object",
    "description": "One event; a line that begins with a colon is a comment.",
    "required": ["data"],
    "properties": {
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "A `chat.completion.chunk` of OpenAI's, the last one with `dateline`; `[DONE]` ends the stream. An "
            "object with `error` ends it early.",
        },
    },
}
_STREAMED = {"stream": _EVENT, "chat_stream": _CHUNK}

_BODY_ERRORS = (MALFORMED, TABLE[errors.BodyTooSlow], TABLE[errors.BodyTooLarge], TABLE[errors.UnsupportedMedia])


def example_of(*names: str, status: int = 200) -> Responses:
    """The successful answer of a route with its examples, by their names in `examples.NAMED`."""
    return {status: {"content": {"application/json": {"examples": {name: {"value": name} for name in names}}}}}


def events(responses: Responses, name: str = "stream") -> Responses:
    """The same route's successful answer as server-sent events beside it, by the name in `examples.STREAMS`."""
    ok = dict(responses[200])
    stream = {"schema": _STREAMED[name], "examples": {"stream": {"value": examples.STREAMS[name]}}}
    ok["content"] = {**ok["content"], "text/event-stream": stream}
    return {**responses, 200: ok}


def problems_of(*problems: Kind | type[Exception], chat: bool = False) -> Responses:
    """The problem documents of a route by status, with an example of each kind; `chat`: in OpenAI's form."""
    kinds = [one if isinstance(one, Kind) else TABLE[one] for one in problems]
    if any(kind.slug == "invalid-body" for kind in kinds):
        kinds.extend(_BODY_ERRORS)
    responses: Responses = {}
    for kind in (*kinds, TABLE[errors.HostMissing], TABLE[errors.HostUnknown], INTERNAL):
        _add(responses, kind, status=kind.status, chat=chat)
    media, schema = _form(chat=chat)
    responses["default"] = {"description": "Any other problem", "content": {media: {"schema": schema}}}
    return responses


def _add(responses: dict[Any, dict[str, Any]], kind: Kind, *, status: int | str, chat: bool) -> None:
    response = responses.setdefault(status, {"description": kind.title, "content": {}})
    media, schema = _form(chat=chat)
    content = response["content"].setdefault(media, {"schema": schema})
    example = _example(kind)
    content.setdefault("examples", {})[kind.slug] = {"value": write_error(example, slug=kind.slug) if chat else example}


def _form(*, chat: bool) -> tuple[str, dict[str, str]]:
    """The media type and the schema of a problem."""
    media, name = ("application/json", "ChatProblem") if chat else (MEDIA_TYPE, "Problem")
    return media, {"$ref": f"#/components/schemas/{name}"}


def _example(kind: Kind) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail or f"{kind.title}: what to do next is said here.",
        "instance": "/v1/…",
        "request_id": "r_0b6e7c1f8a2d4e5f9a10",
    }
    if kind.slug.startswith("invalid-"):
        example["errors"] = [{"field": "limit", "message": "must be 50 or less, not 51"}]
    return example


class DescribedAPI(FastAPI):
    """A FastAPI whose OpenAPI document knows problem documents."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema and "x-problems" in self.openapi_schema:
            return self.openapi_schema
        document = super().openapi()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for kind in (Problem, ChatProblem):
            schema = kind.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(schema.pop("$defs", {}))
            schemas[kind.__name__] = schema
        _show_examples(document)
        _tell_keys(document)
        document["x-problems"] = [
            {"type": kind.type, "status": kind.status, "title": kind.title, "detail": kind.detail} for kind in KINDS
        ]
        return document


def _tell_keys(document: dict[str, Any]) -> None:
    """Say of each route which scope its key needs, and how callers without it, or in a hurry, are refused."""
    document["components"]["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key (`python -m api keys add NAME`). On loopback none is needed while there is none.",
        }
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            needed = scope_needed(method.upper(), path)
            refusals: list[type[Exception]] = [] if path in PROBES else [errors.TooMany]
            if needed:
                operation["security"] = [{"key": [needed]}]
                refusals += [errors.KeyMissing, errors.KeyUnknown, errors.KeysDamaged]
            if needed == "admin":
                refusals.append(errors.ScopeMissing)
            for refusal in refusals:
                kind = TABLE[refusal]
                _add(operation["responses"], kind, status=str(kind.status), chat=path in CHAT_PATHS)
            operation["responses"] = dict(sorted(operation["responses"].items()))


def _show_examples(document: Mapping[str, Any]) -> None:
    """Put the examples in place of their names: here, because FastAPI takes every null out of what it is given."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                shown = response.get("content", {}).get("application/json", {}).get("examples", {})
                for name, example in shown.items():
                    if status.startswith("2"):
                        example["value"] = examples.NAMED[name]
                    else:
                        example["value"]["error"].setdefault("param", None)
