"""Asks the language model from memory alone, so that what retrieval adds can be seen."""

import json
from collections.abc import Mapping
from typing import Any

from evals.types import GoldenQuestion
from qa.errors import ModelFailed
from qa.types import LanguageModel, Message

MAX_TOKENS = 80
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"answer": {"type": "string", "maxLength": 160}},
    "required": ["answer"],
    "additionalProperties": False,
}
_INSTRUCTIONS = (
    "Answer the question in as few words as possible, in JSON. Leave the answer empty if you do not know it."
)


def answer_from_memory(question: GoldenQuestion, *, model: LanguageModel) -> str:
    """The model's short answer without any article; empty where it has none, or its reply is no such JSON.

    Raises `ModelUnavailable`.
    """
    asked = (Message(role="system", content=_INSTRUCTIONS), Message(role="user", content=question.text))
    try:
        answer = json.loads(model.complete(asked, schema=SCHEMA, max_tokens=MAX_TOKENS).text)["answer"]
    except (ModelFailed, ValueError, KeyError, TypeError):
        return ""
    return answer.strip() if isinstance(answer, str) else ""
