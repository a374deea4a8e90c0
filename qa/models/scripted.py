"""Replays a queue of answers as a language model and records its prompts: for tests and for replaying traces."""

import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeAlias

from qa.errors import Abandoned, ModelFailed, ModelProblem, ModelUnavailable
from qa.models.replies import check_reply
from qa.types import Completion, Message, Watch

Scripted: TypeAlias = str | Mapping[str, Any] | ModelProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What the model was asked."""

    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    max_tokens: int


class ScriptedModel:
    """A language model whose answers are given: JSON as text or as a mapping; a `ModelProblem` is raised.

    `prompts` holds what was asked, in order. Words stand in for tokens when they are counted.
    """

    def __init__(self, answers: Iterable[Scripted] = (), *, name: str = "scripted") -> None:
        self._answers = deque(answers)
        self._name = name
        self._closed = False
        self._lock = Lock()
        self.prompts: list[Prompt] = []

    @property
    def name(self) -> str:
        """The name that it was given."""
        return self._name

    @property
    def left(self) -> int:
        """How many answers are left."""
        return len(self._answers)

    def complete(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any], max_tokens: int, watch: Watch | None = None
    ) -> Completion:
        """The next answer, told to `watch` character by character.

        Raises `ModelUnavailable` when closed, `ModelFailed` when none is left, `Abandoned` where `watch` ends it.
        """
        with self._lock:
            if self._closed:
                raise ModelUnavailable(f"the language model {self._name!r} is closed; open another one")
            self.prompts.append(Prompt(messages=tuple(messages), schema=schema, max_tokens=max_tokens))
            if not self._answers:
                raise ModelFailed(f"{self._name!r} has no answer left for prompt {len(self.prompts)}; script one more")
            answer = self._answers.popleft()
        if isinstance(answer, ModelProblem):
            raise answer
        text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        if watch and any(watch(piece) for piece in ("", *text)):
            raise Abandoned(f"{self._name!r} was told to stop; ask again")
        asked = sum(len(message.content.split()) for message in messages)
        given = len(text.split())
        finish_reason = "length" if given > max_tokens else "stop"
        return Completion(
            text=check_reply(text, model=self._name, finish_reason=finish_reason),
            prompt_tokens=asked,
            completion_tokens=given,
        )

    def close(self) -> None:
        """Answer no more."""
        self._closed = True
