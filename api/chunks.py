"""Words the steps of an answer as the chunks of a chat completion: a claim once it is verified, the footnotes last."""

from typing import Any, Literal

from api.chats import ChatUsage
from api.following import Step
from api.schemas import Answer, Wire
from qa.footnotes import write_claim, write_end, write_reply
from qa.types import Answer as CoreAnswer
from qa.types import Claim, ClaimVerified

_DONE = b"data: [DONE]\n\n"


class ChatDelta(Wire):
    """What is said next."""

    role: Literal["assistant"] | None = None
    content: str | None = None


class ChunkChoice(Wire):
    """The one choice."""

    index: Literal[0] = 0
    delta: ChatDelta
    logprobs: None = None
    finish_reason: Literal["stop"] | None = None


class ChatChunk(Wire):
    """A piece of a chat completion; the last one that says something has the whole answer in `dateline`."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: ChatUsage | None = None
    dateline: Answer | None = None


class Chunks:
    """The chunks of one reply. What they say, put together, is what the reply says without a stream."""

    def __init__(self, *, key: str, model: str, created: int, counts: bool) -> None:
        """`counts`: whether a last chunk tells the tokens."""
        self._same: dict[str, Any] = {"id": key, "model": model, "created": created}
        self._counts = counts
        self._begun = False
        self._said = ""

    def tell(self, step: Step) -> bytes:
        """The chunks of a step; passages and quotes are told by the first one, which says nothing yet."""
        match step:
            case ClaimVerified(text, citations):
                claim = Claim(text=text, citations=tuple(citation.number for citation in citations))
                return self._begin() + self._say(f"{' ' if self._said else ''}{write_claim(claim)}")
            case CoreAnswer():
                return self._begin() + self._end(step)
            case _:
                return self._begin()

    def tell_problem(self, document: str) -> bytes:
        """An error as OpenAI's clients read it; what is left is not said."""
        return f"data: {document}\n\n".encode()

    def _begin(self) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        return self._chunk(ChatDelta(role="assistant", content=""))

    def _say(self, text: str) -> bytes:
        self._said += text
        return self._chunk(ChatDelta(content=text))

    def _end(self, answer: CoreAnswer) -> bytes:
        whole = write_reply(answer)
        rest = whole[len(self._said) :] if whole.startswith(self._said) else f"\n\n{write_end(answer)}"
        told = self._say(rest) + self._chunk(ChatDelta(), finish_reason="stop", dateline=Answer.of(answer))
        if self._counts:
            usage = ChatChunk(**self._same, choices=[], usage=ChatUsage.of(answer))
            told += _event(usage)
        return told + _DONE

    def _chunk(
        self, delta: ChatDelta, *, finish_reason: Literal["stop"] | None = None, dateline: Answer | None = None
    ) -> bytes:
        choice = ChunkChoice(delta=delta, finish_reason=finish_reason)
        extra: dict[str, Any] = {"dateline": dateline} if dateline else {}
        return _event(ChatChunk(**self._same, choices=[choice], **extra))


def _event(chunk: ChatChunk) -> bytes:
    return f"data: {chunk.model_dump_json(exclude=_left_out(chunk))}\n\n".encode()


def _left_out(chunk: ChatChunk) -> dict[str, Any]:
    """What a chunk does not have is not sent as null, as far as OpenAI's do not either."""
    left_out: dict[str, Any] = {name: True for name in ("usage", "dateline") if getattr(chunk, name) is None}
    if chunk.choices:
        delta = chunk.choices[0].delta
        left_out["choices"] = {0: {"delta": {name for name in ChatDelta.model_fields if getattr(delta, name) is None}}}
    return left_out
