"""Has the language model word a follow-up question so that it stands alone; nothing new may come into it."""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

from indexes.words import find_words
from qa.errors import ModelProblem
from qa.types import LanguageModel, Message, Turn, Watch

_log = logging.getLogger("dateline.qa")
MAX_TOKENS = 60
_TURNS, _LONGEST = 3, 300
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"question": {"type": "string", "maxLength": 240}},
    "required": ["question"],
    "additionalProperties": False,
}
_INSTRUCTIONS = (
    "Rewrite the last question so that it can be understood alone: put names and things in the place of he, she, it, they, "
    "there, and add what it leaves out. Change nothing else, add nothing new, do not answer it. JSON."
)
_EXAMPLES = (
    ("Q: Where did the ferry Petrel run aground?\nA: Off Cold Point.\nLast question: How many people were on it?",
     "How many people were on the ferry Petrel?"),
    ("Q: What did Orla Quist say about the storm?\nA: Orla Quist said: “We were lucky.”\nLast question: And Tom Adeyo?",
     "What did Tom Adeyo say about the storm?"),
    ("Q: Who keeps the lighthouse?\nA: Lise Holt keeps the lighthouse.\nLast question: Since when?",
     "Since when does Lise Holt keep the lighthouse?"),
)  # fmt: skip
_FREE = frozenset("who what when where why how which did does do is was were are has have had the a an of in on at to for by "
                  "about and with from that this there since until will would can could should be been not".split())  # fmt: skip


class Restater:
    """Restates follow-ups with one language model."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    def restate(self, text: str, history: Sequence[Turn], *, watch: Watch | None = None) -> str | None:
        """The question as understood; None where the model fails, or brings in what nobody said. Raises `Abandoned`."""
        asked = [Message(role="system", content=_INSTRUCTIONS)]
        for shown, restated in _EXAMPLES:
            asked.append(Message(role="user", content=shown))
            asked.append(Message(role="assistant", content=json.dumps({"question": restated}, ensure_ascii=False)))
        told = "\n".join(f"Q: {_line(turn.question)}\nA: {_line(turn.answer)}" for turn in history[-_TURNS:])
        asked.append(Message(role="user", content=f"{told}\nLast question: {_line(text)}"))
        try:
            reply = self._model.complete(asked, schema=SCHEMA, max_tokens=MAX_TOKENS, watch=watch)
            restated = json.loads(reply.text)["question"]
        except (ModelProblem, ValueError, KeyError, TypeError) as problem:
            _log.info("the follow-up was not restated by the language model: %s", problem)
            return None
        return restated.strip() if isinstance(restated, str) and _adds_nothing(restated, text, history) else None


def _adds_nothing(restated: str, text: str, history: Sequence[Turn]) -> bool:
    """Whether every word was said before, and the question is one."""
    said = " ".join([text, *(f"{turn.question} {turn.answer}" for turn in history)])
    known = {word.stem for word in find_words(said)}
    words = [word.stem for word in find_words(restated)]
    return bool(words) and all(word in known or word in _FREE for word in words)


def _line(text: str) -> str:
    """On one line, shortened."""
    return re.sub(r"\s+", " ", text).strip()[:_LONGEST]
