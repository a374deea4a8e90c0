"""Checks that what a model returned is a finished JSON object, and words the request for one. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from qa.errors import ModelFailed

_SHOWN = 80
"""Characters of a bad reply that an error shows."""


def ask_for(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The `response_format` of OpenAI's chat completions for a JSON schema."""
    return {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": dict(schema)}}


def check_reply(text: str, *, model: str, finish_reason: str | None) -> str:
    """The text itself, where it is a whole JSON object. Raises `ModelFailed`."""
    if finish_reason == "length":
        message = f"{model!r} did not finish its reply ({_shown(text)}); ask a narrower question or raise DATELINE_LLM_CONTEXT"
        raise ModelFailed(message)
    try:
        whole = isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        whole = False
    if not whole:
        message = (
            f"{model!r} returned {_shown(text)}, which is no JSON object; ask again or use a model that keeps a schema"
        )
        raise ModelFailed(message)
    return text


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
